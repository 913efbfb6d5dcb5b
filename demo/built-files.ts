import { fileURLToPath } from "node:url";

/** The project's folder, whether this file runs compiled (below `dist/`) or as source. */
const ROOT = new URL(import.meta.url.includes("/dist/demo/") ? "../../" : "../", import.meta.url);

/** The built command that host and simulator are forked from. */
export const COMMAND_FILE = fileURLToPath(new URL("dist/cli/continuity.js", ROOT));

/** The folder of the built Functions app. */
export const APP_FOLDER = fileURLToPath(ROOT);

export const SAMPLE_ESTATE_FILE = fileURLToPath(new URL("demo/seeds/sample-estate.json", ROOT));
