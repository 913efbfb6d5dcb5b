import { isSameContent, type ItemVersion } from "./item.ts";

/** One version of a file as its version history shows it; `id` is `1.0`, `2.0` … */
export interface NumberedVersion {
  readonly id: string;
  readonly version: ItemVersion;
}

interface Step {
  readonly version: ItemVersion;
  readonly before: Step | null;
}

/**
 * The versions that an item's version history shows, oldest first: each another content. Renames, moves and sharing
 * make none; a rollback shows the history of the instant that it went back to, and what comes next follows that.
 */
export function shownVersions(history: readonly ItemVersion[]): readonly ItemVersion[] {
  const steps: (Step | null)[] = [];
  for (const version of history) {
    const { mark } = version;
    let last = steps.at(-1) ?? null;
    if (mark?.kind === "rollback") {
      // The history is in order of time: what was there at the instant is its beginning.
      const place = steps.findLastIndex((_, index) => (history[index]?.at ?? 0) <= mark.to);
      last = steps[place] ?? null;
    }
    const isAnother =
      !version.isDeleted &&
      (last === null || !isSameContent(last.version.content, version.content));
    steps.push(isAnother ? { version, before: last } : last);
  }
  const shown: ItemVersion[] = [];
  for (let step = steps.at(-1) ?? null; step !== null; step = step.before) shown.push(step.version);
  return shown.reverse();
}

/** The version history as Graph lists it: newest first. */
export function numberedVersions(history: readonly ItemVersion[]): readonly NumberedVersion[] {
  return shownVersions(history)
    .map((version, index) => ({ id: `${index + 1}.0`, version }))
    .reverse();
}

/** How often an item (eTag) and its content (cTag) have changed; sharing changes neither. */
export function editionsOf(history: readonly ItemVersion[]): {
  readonly item: number;
  readonly content: number;
} {
  let item = 0;
  let content = 0;
  let before: ItemVersion | null = null;
  for (const version of history) {
    if (version.mark?.kind !== "sharing") item += 1;
    if (before === null || !isSameContent(before.content, version.content)) content += 1;
    before = version;
  }
  return { item, content };
}
