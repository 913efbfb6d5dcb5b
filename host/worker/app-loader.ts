import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { glob } from "tinyglobby";
import { HostError, systemCodeOf } from "../host-error.ts";
import { answerImportsOfOlderNode } from "./core-module.ts";

interface PackageJson {
  readonly main?: string;
  readonly type?: string;
}

async function readPackageJson(
  appDirectory: string,
): Promise<{ text: string; package: PackageJson }> {
  const file = join(appDirectory, "package.json");
  try {
    const text = await readFile(file, "utf8");
    return { text, package: JSON.parse(text) as PackageJson };
  } catch (error) {
    const reason = systemCodeOf(error) === "ENOENT" ? "is missing" : "is no readable JSON document";
    throw new HostError("app-missing", `${file} ${reason}; the host needs its "main".`, error);
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/**
 * Loads the files that `main` of the app's package.json names (a path or a glob), one after the other in the order of
 * their names: `.mjs`, and `.js` under `"type": "module"`, as ES modules, the rest as CommonJS.
 * @throws HostError that names the file which could not be loaded
 */
export async function loadApp(appDirectory: string, onFile: (file: string) => void): Promise<void> {
  const {
    text,
    package: { main, type },
  } = await readPackageJson(appDirectory);
  if (main === undefined || main === "") {
    throw new HostError("app-missing", `The package.json of ${appDirectory} names no "main".`);
  }
  const files = await glob(main, { cwd: appDirectory, onlyFiles: true, expandDirectories: false });
  if (files.length === 0) {
    throw new HostError(
      "app-missing",
      `Found zero files matching "${main}" (the "main" of package.json) in ${appDirectory}; is the app built?`,
    );
  }
  const require = createRequire(join(appDirectory, "package.json"));
  const entries = files.sort().map((file) => ({ file, path: join(appDirectory, file) }));
  const texts = await Promise.all(entries.map(({ path }) => readFile(path, "utf8")));
  answerImportsOfOlderNode([text, ...texts]);
  for (const { file, path } of entries) {
    const isModule = path.endsWith(".mjs") || (type === "module" && !path.endsWith(".cjs"));
    onFile(file);
    try {
      if (isModule) {
        await import(pathToFileURL(path).href);
      } else {
        require(path);
      }
    } catch (error) {
      throw new HostError("app-load", `${path} could not be loaded: ${reasonOf(error)}`, error);
    }
  }
}
