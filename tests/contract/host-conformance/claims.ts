import { test } from "@jest/globals";
import { ROWS, type Section } from "./rows.ts";

/**
 * The claims of one section: `claim(row, proof)` is the test that shows one row of it, under the row's own sentence.
 * `every-row-has-a-claim.test.ts` fails for a row that nobody claims.
 */
export const claimsOf =
  <S extends Section>(section: S) =>
  (row: keyof (typeof ROWS)[S] & string, proof: () => Promise<void>): void =>
    test(`${row}: ${String(ROWS[section][row])}`, proof);
