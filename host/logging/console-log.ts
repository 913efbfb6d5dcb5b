import pc from "picocolors";
import type { LogEntry, LogLevel } from "./logger.ts";

const MARKS: Readonly<Record<LogLevel, string>> = {
  trace: pc.dim("trace"),
  debug: pc.dim("debug"),
  information: "",
  warning: pc.yellow("warning"),
  error: pc.red("error"),
  critical: pc.bgRed("critical"),
  none: "",
};

const SHOWN_CATEGORY = /^Function\.([^.]+)/;

/** One line for people: the clock's time, the level unless ordinary, the function it is about, the text. */
export function formatEntry(entry: LogEntry, now: number): string {
  const time = pc.dim(`[${new Date(now).toISOString()}]`);
  const subject = SHOWN_CATEGORY.exec(entry.category)?.[1];
  const parts = [
    time,
    MARKS[entry.level],
    subject === undefined ? "" : pc.cyan(subject),
    entry.message,
  ];
  return parts.filter((part) => part !== "").join(" ");
}

/** Writes entries to the terminal: warnings and worse to standard error, everything else to standard output. */
export const createConsoleWriter =
  (now: () => number) =>
  (entry: LogEntry): void => {
    const isBad =
      entry.level === "warning" || entry.level === "error" || entry.level === "critical";
    (isBad ? process.stderr : process.stdout).write(`${formatEntry(entry, now())}\n`);
  };
