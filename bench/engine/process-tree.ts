import { readdirSync, readFileSync } from "node:fs";

/**
 * Megabytes of a process and all that it started, each page counted once (proportional set size); without pages that are
 * mapped files, which the system takes back whenever it wants. NaN where /proc is missing.
 */
export function privateMegabytes(pid: number): number {
  try {
    let kilobytes = 0;
    for (const id of withDescendants(pid)) {
      const rollup = readFileSync(`/proc/${id}/smaps_rollup`, "utf8");
      const value = (name: string): number =>
        Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(rollup)?.[1] ?? 0);
      kilobytes += value("Pss_Anon") + value("Pss_Shmem");
    }
    return kilobytes / 1024;
  } catch {
    return Number.NaN;
  }
}

/** Hundredths of a second that a process and all that it started have computed so far, as Linux counts. NaN elsewhere. */
export function processorTicks(pid: number): number {
  try {
    return withDescendants(pid).reduce((sum, id) => sum + ticksOf(id), 0);
  } catch {
    return Number.NaN;
  }
}

function ticksOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    // It ended while we looked.
    return 0;
  }
}

function withDescendants(root: number): number[] {
  const parents = new Map<number, number[]>();
  for (const entry of readdirSync("/proc")) {
    if (/^\d+$/.test(entry)) {
      try {
        const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
        const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
        parents.set(parent, [...(parents.get(parent) ?? []), Number(entry)]);
      } catch {
        // It ended while we looked.
      }
    }
  }
  const found = [root];
  for (const id of found) {
    found.push(...(parents.get(id) ?? []));
  }
  return found;
}
