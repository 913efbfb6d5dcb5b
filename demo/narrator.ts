import Table from "cli-table3";
import pc from "picocolors";
import { type ActName, ACTS, type ActResult } from "./progress.ts";

/** Tells a person what happens. On a terminal the line in progress is rewritten; elsewhere only what lasts is printed. */
export interface Narrator {
  act(number: number, title: string, story: string): void;
  say(text: string): void;
  /** The line in progress: replaced by whatever is said next. */
  progress(text: string): void;
  checked(text: string): void;
  objected(text: string): void;
  table(results: Readonly<Record<ActName, ActResult>>): void;
}

const ACT_TITLES: Readonly<Record<ActName, string>> = {
  verification: "Backup verification",
  restore: "Restore run",
  onboarding: "Tenant onboarding",
};

/** A narrator over a stream; silent about progress when the stream is no terminal. */
export function createNarrator(output: NodeJS.WriteStream): Narrator {
  let isLineOpen = false;
  const line = (text: string) => {
    if (isLineOpen) {
      output.write("\r\u001B[K");
      isLineOpen = false;
    }
    output.write(`${text}\n`);
  };
  return {
    act(number, title, story) {
      line("");
      line(`${pc.bold(pc.cyan(`Act ${number}`))}  ${pc.bold(title)}`);
      line(pc.dim(`       ${story}`));
    },
    say: (text) => line(`  ${pc.dim("·")} ${text}`),
    progress(text) {
      if (output.isTTY) {
        output.write(`\r\u001B[K  ${pc.dim("…")} ${text.slice(0, (output.columns ?? 100) - 6)}`);
        isLineOpen = true;
      }
    },
    checked: (text) => line(`  ${pc.green("✔")} ${text}`),
    objected: (text) => line(`  ${pc.red("✘")} ${text}`),
    table(results) {
      const table = new Table({
        head: ["", "asked", "done", "skipped", "failed", "checked by", "simulated", "real"],
        style: pc.isColorSupported ? { head: ["bold"], border: ["dim"] } : { head: [], border: [] },
        colAligns: ["left", "right", "right", "right", "right", "left", "right", "right"],
        colWidths: [null, null, null, null, null, 46],
        wordWrap: true,
      });
      for (const act of ACTS) {
        const { asked, done, skipped, failed, checkedBy, simulatedSeconds, realSeconds } =
          results[act];
        table.push([
          ACT_TITLES[act],
          asked,
          done,
          skipped,
          failed,
          checkedBy,
          duration(simulatedSeconds),
          duration(realSeconds),
        ]);
      }
      line("");
      line(table.toString());
    },
  };
}

/** `2 h 15 min`, `41 min`, `3.2 s`. */
export function duration(seconds: number): string {
  if (seconds >= 3_600) {
    return `${Math.floor(seconds / 3_600)} h ${Math.round((seconds % 3_600) / 60)} min`;
  }
  return seconds >= 60 ? `${Math.round(seconds / 60)} min` : `${seconds.toFixed(1)} s`;
}

/** A bar of twenty characters. */
export function bar(done: number, all: number): string {
  const filled = all === 0 ? 0 : Math.round((done / all) * 20);
  return `${"█".repeat(filled)}${"░".repeat(20 - filled)} ${done}/${all}`;
}
