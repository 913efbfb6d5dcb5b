/*
 * The process in which Azurite runs. Azurite writes to disk only now and then and when it closes, so it must not die with us:
 * this process outlives a `kill -9` of its parent, notices that the channel to it broke, lets Azurite save, and ends.
 *
 * Arguments: folder, then the ports for blobs, queues and tables.
 */
import { createRequire } from "node:module";
import { HEARTBEAT_MS, removeKeeper, touchKeeper, writeKeeper } from "./keeper-file.ts";

const SERVICES = 3;
/** Azurite saves within milliseconds; a close that hangs must not block the next start for ever. */
const CLOSE_PATIENCE_MS = 20_000;

const [folder = "", ...portTexts] = process.argv.slice(2);
const [blob = 0, queue = 0, table = 0] = portTexts.map(Number);
let listening = 0;
let closed = 0;
let isClosing = false;

function close(): void {
  if (isClosing || listening < SERVICES) {
    isClosing = true;
    return;
  }
  isClosing = true;
  setTimeout(() => process.exit(1), CLOSE_PATIENCE_MS).unref();
  // Azurite listens for this message itself; it asks for no sender.
  process.emit("message", "shutdown", undefined);
}

async function end(): Promise<void> {
  await removeKeeper(folder);
  process.exit(0);
}

/** Azurite reports its state only as lines of text. */
function follow(line: string): void {
  if (line.includes("successfully listening")) {
    listening += 1;
    if (listening === SERVICES) {
      process.send?.({ type: "ready" });
      if (isClosing) {
        isClosing = false;
        // Azurite begins to listen for the message only after it has said that it is ready.
        setTimeout(close, 200);
      }
    }
  } else if (line.includes("successfully closed")) {
    closed += 1;
    if (closed === SERVICES) {
      void end();
    }
  }
}

const print = console.log;
console.log = (...parts: unknown[]): void => {
  print(...parts);
  follow(parts.map(String).join(" "));
};

process.on("disconnect", close);
process.on("SIGHUP", () => undefined);
await writeKeeper(folder, {
  pid: process.pid,
  parentPid: process.ppid,
  ports: { blob, queue, table },
  startedAt: new Date().toISOString(),
});
setInterval(() => void touchKeeper(folder).catch(() => undefined), HEARTBEAT_MS).unref();

const service = (name: string, port: number): string[] => [
  `--${name}Host`,
  "127.0.0.1",
  `--${name}Port`,
  String(port),
];
process.argv = [
  ...process.argv.slice(0, 2),
  "--location",
  folder,
  "--silent",
  "--skipApiVersionCheck",
  "--disableTelemetry",
  ...service("blob", blob),
  ...service("queue", queue),
  ...service("table", table),
];
createRequire(import.meta.url)("azurite/dist/src/azurite.js");
