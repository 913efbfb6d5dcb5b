import type { ErrorRow } from "./error-row.ts";
import type { Json } from "./representation.ts";

/** A failed element of an `@delta` answer: the request as a whole is still 200. */
export function inlineFailure(failure: {
  readonly row: ErrorRow;
  readonly operation: "add" | "remove";
  readonly element: Json;
  readonly contentId: string;
}): Json {
  const { code, message, status } = failure.row;
  return {
    ...failure.element,
    "@contentId": failure.contentId,
    "@Core.DataModificationException": {
      info: { code, message },
      failedOperation: failure.operation,
      responseCode: status,
    },
  };
}
