/** `x-ms-throttle-priority`: "low priority requests will be throttled first, normal second, and high last". */
export type ThrottlePriority = "low" | "normal" | "high";

/** Normal without the header, and for a word that is none. https://learn.microsoft.com/graph/throttling */
export function priorityOf(header: string | undefined): ThrottlePriority {
  const word = header?.trim().toLowerCase();
  return word === "low" || word === "high" ? word : "normal";
}
