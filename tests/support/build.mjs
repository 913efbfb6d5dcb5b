import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Builds what end-to-end and crash tests run: the app as it is deployed, and the commands. Skips what has not changed. */
export default function build() {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  for (const args of [
    ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"],
    ["dashboard/build.mjs"],
  ]) {
    const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
    if (status !== 0) {
      throw new Error(`The build failed: node ${args.join(" ")}`);
    }
  }
}
