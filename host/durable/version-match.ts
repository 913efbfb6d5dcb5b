import type { DurableTaskSettings } from "./settings.ts";

/** Versions as .NET compares them: dotted numbers by value, anything else as text; none is the oldest. */
export function compareVersions(a: string | null, b: string | null): number {
  if ((a ?? "") === "" || (b ?? "") === "") {
    return Number((a ?? "") !== "") - Number((b ?? "") !== "");
  }
  const left = parse(a!);
  const right = parse(b!);
  if (left !== null && right !== null) {
    for (let index = 0; index < 4; index++) {
      // A part that is not given is older than 0.
      const order = (left[index] ?? -1) - (right[index] ?? -1);
      if (order !== 0) {
        return order;
      }
    }
    return 0;
  }
  const [lower, other] = [a!.toLowerCase(), b!.toLowerCase()];
  return lower < other ? -1 : Number(lower > other);
}

const parse = (version: string): number[] | null =>
  /^\d+(\.\d+){1,3}$/u.test(version) ? version.split(".").map(Number) : null;

/** Why this host must not run an orchestration of this version, or null. Without a defaultVersion it runs all. */
export function versionMismatch(
  version: string | null,
  settings: Pick<DurableTaskSettings, "defaultVersion" | "versionMatchStrategy">,
): string | null {
  const { defaultVersion, versionMatchStrategy: strategy } = settings;
  if (defaultVersion === null || strategy === "None") {
    return null;
  }
  const order = compareVersions(version, defaultVersion);
  const isMatch = strategy === "Strict" ? order === 0 : order <= 0;
  return isMatch
    ? null
    : `The orchestration's version '${version ?? ""}' does not match this host's version '${defaultVersion}' by the strategy ${strategy}.`;
}
