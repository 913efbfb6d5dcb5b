import { readFileSync } from "node:fs";

/** The process that has a data directory open. */
export interface StoreOwner {
  readonly pid: number;
  /** When that process began, where the system tells (Linux), so that a reused process id is not mistaken for it. */
  readonly began: string | null;
}

function beginningOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Fields after the last ")" are numbered from 3; 22 is the start time since boot. A zombie ("Z") no longer runs.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

export function thisProcess(): StoreOwner {
  return { pid: process.pid, began: beginningOf(process.pid) };
}

export function parseOwner(value: string | undefined): StoreOwner | null {
  return value === undefined || value === "" ? null : (JSON.parse(value) as StoreOwner);
}

export function isAlive(owner: StoreOwner): boolean {
  if (owner.began !== null) {
    return beginningOf(owner.pid) === owner.began;
  }
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, under another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
