import { readFile, rename, writeFile } from "node:fs/promises";
import { HostError, systemCodeOf } from "../host-error.ts";
import { parseJsonWithComments } from "./json-with-comments.ts";
import { isTree, member, textAt, type SettingsTree } from "./settings-tree.ts";

/** `local.settings.json`: values for the environment, and what concerns only a local host. */
export interface AppSettings {
  readonly file: string;
  readonly tree: SettingsTree;
  readonly values: Readonly<Record<string, string>>;
  readonly cors: { readonly origins: readonly string[]; readonly hasCredentials: boolean };
}

function parseAppSettings(file: string, tree: SettingsTree): AppSettings {
  if (member(tree, "IsEncrypted") === true) {
    throw new HostError(
      "settings",
      `${file} is encrypted; decrypt it with "func settings decrypt".`,
    );
  }
  const values = member(tree, "Values");
  const host = member(tree, "Host");
  return {
    file,
    tree,
    values: Object.fromEntries(
      Object.entries(isTree(values) ? values : {}).map(([name, value]) => [
        name,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
    cors: {
      origins: textAt(host, "CORS", "")
        .split(",")
        .map((origin) => origin.trim().replace(/\/$/, ""))
        .filter((origin) => origin !== ""),
      hasCredentials: member(host, "CORSCredentials") === true,
    },
  };
}

/** Reads a settings file; one that is missing counts as empty. */
export async function readAppSettings(file: string): Promise<AppSettings> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (systemCodeOf(error) !== "ENOENT") {
      throw new HostError("settings", `${file} cannot be read.`, error);
    }
    return parseAppSettings(file, { IsEncrypted: false, Values: {} });
  }
  let tree: unknown;
  try {
    tree = parseJsonWithComments(text);
  } catch (error) {
    throw new HostError("settings", `${file} is no readable JSON document.`, error);
  }
  if (!isTree(tree)) {
    throw new HostError("settings", `${file} must hold a JSON object.`);
  }
  return parseAppSettings(file, tree);
}

/** Writes a settings file that only its owner may read; a crash leaves the old or the new one. */
export async function writeAppSettings(file: string, tree: SettingsTree): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(draft, `${JSON.stringify(tree, null, 2)}\n`, { mode: 0o600 });
    await rename(draft, file);
  } catch (error) {
    throw new HostError("settings", `${file} cannot be written.`, error);
  }
}

/** Puts the values into the environment; what is there already wins. */
export function applyValues(values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) {
    process.env[name] ??= value;
  }
}

/**
 * Replaces `%NAME%` by that app setting, as binding options allow.
 * @throws HostError when the setting is missing
 */
export function resolveSettingNames(text: string): string {
  return text.replace(/%([^%]+)%/g, (whole, name: string) => {
    const value = process.env[name];
    if (value === undefined) {
      throw new HostError("settings", `The app setting ${name} (used as "${whole}") is missing.`);
    }
    return value;
  });
}
