import { isDeepStrictEqual } from "node:util";

import { expect } from "@jest/globals";

/** How many random histories: more of them at night, by `RESTORE_CASES=50000 npm test -- simulator-backup`. */
export const CASES = Number(process.env["RESTORE_CASES"] ?? 1_000);

/** The same as `toEqual`, a hundred times faster when it holds. */
export function expectEqual(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}
