import { parse } from "csv-parse/sync";
import { OnboardingRow, type RejectedRow, StartOnboarding } from "../contracts/onboarding.ts";
import type { FieldError } from "../contracts/problem.ts";
import { fieldErrors, HttpProblem } from "./http-problem.ts";

/** Rows of one list at the most; see `StartOnboarding`. */
const ROWS_PER_LIST = 500;
const COLUMNS = ["tenantId", "displayName", "role"] as const;
/** A rejected row is kept so that it can be recognized, not whole. */
const KEPT_LENGTH = 400;

/** A list, row by row: what can be taken, and what cannot with the reason. */
export interface OnboardingList {
  readonly accepted: readonly OnboardingRow[];
  readonly rejected: readonly RejectedRow[];
}

/** Judges an accepted row further; null lets it pass. */
export type RowRule = (row: OnboardingRow, list: readonly OnboardingRow[]) => FieldError | null;

/**
 * Reads a CSV list: a header with exactly the columns `tenantId,displayName,role` in any order, quoted fields and a byte
 * order mark are fine.
 *
 * @throws HttpProblem (400) when the text as a whole cannot be read as such a list.
 */
export function rowsOfCsv(text: string): unknown[] {
  let records: string[][];
  try {
    records = parse(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      info: false,
    });
  } catch (error) {
    const given = error instanceof Error ? error.message : String(error);
    throw wrongList("The list is not CSV.", [{ field: "", expected: "CSV", given }]);
  }
  const header = records[0] ?? [];
  const isKnown = header.every((name) => (COLUMNS as readonly string[]).includes(name));
  if (!isKnown || new Set(header).size !== COLUMNS.length || header.length !== COLUMNS.length) {
    throw wrongList("The list has no header or a wrong one.", [
      {
        field: "header",
        expected: COLUMNS.join(","),
        given: keep(header.join(",")),
      },
    ]);
  }
  const rows = records.slice(1).map((fields): unknown => {
    const named = header.map((name, place) => [name, fields[place]] as const);
    const extra = fields
      .slice(header.length)
      .map((value, place) => [`column${header.length + place + 1}`, value]);
    return Object.fromEntries([...named, ...extra].filter(([, value]) => value !== undefined));
  });
  const whole = StartOnboarding.safeParse({ tenants: rows });
  if (!whole.success) {
    throw wrongList(`The list must have 1 to ${ROWS_PER_LIST} rows.`, [
      { field: "tenants", expected: `1 to ${ROWS_PER_LIST} rows`, given: `${rows.length} rows` },
    ]);
  }
  return rows;
}

/**
 * Validates each row by itself, so that a bad one stops no other. A tenant that occurs twice is taken once.
 *
 * @param rule Rows that the caller may not hand in are rejected like wrong ones.
 */
export function validateRows(rows: readonly unknown[], rule: RowRule): OnboardingList {
  const accepted: OnboardingRow[] = [];
  const rejected: RejectedRow[] = [];
  const parsed = rows.map((row) => OnboardingRow.safeParse(row));
  const wellFormed = parsed.flatMap(({ data }) => (data === undefined ? [] : [data]));
  for (const [place, result] of parsed.entries()) {
    const given = rows[place];
    const reject = (errors: FieldError[]) =>
      rejected.push({ row: place + 1, given: keep(JSON.stringify(given) ?? typeof given), errors });
    if (!result.success) {
      reject(fieldErrors(result.error, given));
      continue;
    }
    const row = result.data;
    const isRepeated = accepted.some(({ tenantId }) => tenantId === row.tenantId);
    const objection = isRepeated
      ? { field: "tenantId", expected: "each tenant once in a list", given: row.tenantId }
      : rule(row, wellFormed);
    if (objection === null) {
      accepted.push(row);
    } else {
      reject([objection]);
    }
  }
  return { accepted, rejected };
}

/** The answer to a list without any good row: every error with its row. */
export const nothingAccepted = (rejected: readonly RejectedRow[]): HttpProblem =>
  wrongList(
    "No row of the list can be taken.",
    rejected.flatMap(({ row, errors }) =>
      errors.map((error) => ({
        ...error,
        field: `tenants[${(row ?? 1) - 1}]${error.field === "" ? "" : `.${error.field}`}`,
      })),
    ),
  );

const wrongList = (detail: string, errors: FieldError[]): HttpProblem =>
  new HttpProblem(400, "Bad request", detail, errors);

const keep = (text: string): string =>
  text.length > KEPT_LENGTH ? `${text.slice(0, KEPT_LENGTH)}…` : text;
