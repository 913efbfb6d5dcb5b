import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** The crash points that the code of a folder passes, sorted: one that is added is tested without anybody remembering to. */
export function pointsNamedIn(folder: string): string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => [
      ...readFileSync(join(ROOT, folder, file), "utf8").matchAll(/\bcrashPoint\(([^)]*)\)/gu),
    ])
    .flatMap(([, argument]) => [...argument!.matchAll(/"([^"]+)"/gu)].map(([, name]) => name!));
  return [...new Set(names)].sort();
}
