import { GraphError } from "../core/graph-error.ts";
import type { ErrorRow } from "./error-row.ts";
import { PROTECTION_ERRORS } from "./protection-errors.ts";
import { RESTORE_ERRORS } from "./restore-errors.ts";

/**
 * Every error the Backup Storage API documents, as data: status, code, message and where it was read. The same code
 * may carry another status in another operation. A test provokes each row; what no page states is `assumed`.
 */
export const ERROR_CATALOGUE = { ...PROTECTION_ERRORS, ...RESTORE_ERRORS } as const;

export type ErrorOperation = keyof typeof ERROR_CATALOGUE;

/** The refusal of a row, to be thrown. */
export function refusal<O extends ErrorOperation>(
  operation: O,
  key: keyof (typeof ERROR_CATALOGUE)[O],
): GraphError {
  const { status, code, message, details } = errorRow(operation, key);
  return new GraphError(status, code, message, details === undefined ? {} : { details });
}

/** A row of the catalogue, for errors inside a body. */
export function errorRow<O extends ErrorOperation>(
  operation: O,
  key: keyof (typeof ERROR_CATALOGUE)[O],
): ErrorRow {
  return ERROR_CATALOGUE[operation][key] as ErrorRow;
}
