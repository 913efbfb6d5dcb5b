/** The first line of a failure's text: the host appends .NET's exception as further lines. */
export const firstLine = (text: string): string => text.split("\n")[0]?.trim() ?? "";

/** What was caught, as one sentence for people. */
export const failureSentence = (error: unknown): string =>
  firstLine(error instanceof Error ? error.message : String(error));
