import { InvalidArgumentError } from "commander";

/** Parses the value of a port option. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidArgumentError("A port is a number from 0 to 65535.");
  }
  return port;
}

/** What a person needs of an error: its sentence; the stack only when they ask for it with DEBUG. */
export function oneSentence(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  if ((error as NodeJS.ErrnoException).code === "ENOSPC") {
    return "There is no space left on the disk; free some and start again: what was acknowledged is kept.";
  }
  return process.env["DEBUG"] ? (error.stack ?? error.message) : error.message;
}
