import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { glob } from "tinyglobby";

/** Bundles the page into dist/dashboard; does nothing when none of its inputs changed since the last time. */

const dashboard = path.dirname(fileURLToPath(import.meta.url));
const repository = path.dirname(dashboard);
const output = path.join(repository, "dist", "dashboard");
const stamp = path.join(output, ".build-hash");

/** The lockfile stands for the versions of everything that is bundled. */
const INPUTS = ["dashboard/**/*", "src/contracts/**/*.ts", "package-lock.json"];

async function hashInputs() {
  const files = await glob(INPUTS, { cwd: repository, onlyFiles: true });
  const hash = createHash("sha256");
  for (const file of files.map((name) => name.replaceAll("\\", "/")).sort()) {
    hash.update(`${file}\0`).update(await readFile(path.join(repository, file)));
    hash.update("\0");
  }
  return hash.digest("hex");
}

async function bundle() {
  // Loading the bundler takes longer than finding out that there is nothing to do.
  const [{ build }, { default: react }] = await Promise.all([
    import("vite"),
    import("@vitejs/plugin-react"),
  ]);
  await build({
    configFile: false,
    root: dashboard,
    base: "/api/dashboard/",
    logLevel: "warn",
    plugins: [react()],
    build: {
      outDir: output,
      emptyOutDir: true,
      target: "es2022",
      // Inlined modules would need a looser content security policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 900,
    },
  });
}

const hash = await hashInputs();
const built = await readFile(stamp, "utf8").catch(() => null);
if (built !== hash) {
  const before = performance.now();
  await bundle();
  await writeFile(stamp, hash);
  const seconds = ((performance.now() - before) / 1_000).toFixed(1);
  console.log(`The dashboard is built in dist/dashboard (${seconds} s).`);
}
