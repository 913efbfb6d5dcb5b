import { writeSync } from "node:fs";

/**
 * Places where the order of two effects matters have a name. In normal runs passing one costs a comparison; a test sets
 * HOST_CRASH_AT to a name (or `name#3` for the third pass, or `*#3` for the third pass of any point) and the process dies
 * there as if the machine had failed, after a line `crash point <name>` on standard error.
 */
const [target = "", pass = "1"] = (process.env["HOST_CRASH_AT"] ?? "").split("#");
let passes = 0;

export function crashPoint(name: string): void {
  if (target !== "" && (name === target || target === "*")) {
    passes += 1;
    if (passes === Number(pass)) {
      writeSync(2, `crash point ${name}\n`);
      process.kill(process.pid, "SIGKILL");
    }
  }
}

/** The app passes its own points through this; see `host/README.md`. */
(globalThis as Record<symbol, unknown>)[Symbol.for("azure-functions-host.crash-point")] =
  crashPoint;
