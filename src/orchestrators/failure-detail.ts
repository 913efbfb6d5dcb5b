import { ActivityFailedError } from "../durable/call.ts";

/** What went wrong, for people: without the name of the activity and without the lines that the host appends. */
export function failureDetail(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const prefix = error instanceof ActivityFailedError ? `${error.activity}: ` : "";
  const [firstLine = ""] = message.split("\n");
  return firstLine.startsWith(prefix) ? firstLine.slice(prefix.length) : firstLine;
}
