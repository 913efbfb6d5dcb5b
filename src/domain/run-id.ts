/** Later than any instant a run can start at, so that the difference stays positive: the year 5138. */
const END_OF_IDS_MS = 100_000_000_000_000;

/**
 * An id that sorts newest first in a table, says when the run started, and is fit for instance ids.
 *
 * @param startedAt Unix milliseconds.
 * @param random Some random hexadecimal digits, so that two runs of one millisecond differ.
 */
export const createRunId = (startedAt: number, random: string): string =>
  `${String(END_OF_IDS_MS - startedAt).padStart(14, "0")}-${random}`;
