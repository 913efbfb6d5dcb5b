/** Where a row was read: the error article, a reference page's example, or nowhere (our choice). */
type ErrorSource = "article" | "page" | "assumed";

/** One documented refusal: HTTP status, Graph error code, message for people, origin. */
export interface ErrorRow {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly source: ErrorSource;
  /** An empty list of details is shown; most refusals have none at all. */
  readonly details?: readonly [];
}

/** Of `concepts/backup-storage-error-codes.md`, published as https://learn.microsoft.com/graph/backup-storage-error-codes, read 2026-11-23. */
export const article = (status: number, code: string, message: string): ErrorRow => ({
  status,
  code,
  message,
  source: "article",
});

/** Of the example or the text of the operation's own reference page, read 2026-11-23. */
export const page = (status: number, code: string, message: string): ErrorRow => ({
  status,
  code,
  message,
  source: "page",
});

/** Stated nowhere: our choice, the first to doubt when a real tenant behaves differently. */
export const assumed = (status: number, code: string, message: string): ErrorRow => ({
  status,
  code,
  message,
  source: "assumed",
});
