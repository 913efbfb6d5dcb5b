import { writeSync } from "node:fs";

/**
 * Places where the order of two effects matters have a name. In normal runs passing one costs a comparison; a test sets
 * HOST_CRASH_AT to a name (or `name#3` for the third pass, or `*#3` for the third pass of any point) and the process dies
 * there as if the machine had failed, after a line `crash point <name>` on standard error.
 */
let target = "";
let passesLeft = 0;

/** Dies at this point from now on, counting passes anew; "" for nowhere. */
function dieAt(where: string): void {
  const [name = "", pass = "1"] = where.split("#");
  target = name;
  passesLeft = Number(pass);
}

export function crashPoint(name: string): void {
  if (target !== "" && (name === target || target === "*")) {
    passesLeft -= 1;
    if (passesLeft === 0) {
      writeSync(2, `crash point ${name}\n`);
      process.kill(process.pid, "SIGKILL");
    }
  }
}

dieAt(process.env["HOST_CRASH_AT"] ?? "");

/** The app passes its own points through this, and a test that shares the process says where to die; see `host/README.md`. */
(globalThis as Record<symbol, unknown>)[Symbol.for("azure-functions-host.crash-point")] =
  Object.assign(crashPoint, { dieAt });
