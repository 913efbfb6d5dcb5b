/** What `--clock` says. Instants are Unix milliseconds. */
export type ClockSpec =
  | { readonly kind: "system" }
  | { readonly kind: "accelerated"; readonly rate: number; readonly anchor: number | null }
  | { readonly kind: "virtual"; readonly startsAt: number | null }
  | { readonly kind: "member"; readonly url: string };

/** One sentence for people about a `--clock` value that cannot be read. */
export class ClockSpecError extends Error {
  override readonly name = "ClockSpecError";
}

const FORMS =
  "system, x60 (any factor, x60@2026-03-02T06:00:00Z anchors it), virtual, virtual@2026-03-02T06:00:00Z or the owner's address";

const parseInstant = (text: string | undefined, spec: string): number | null => {
  if (text === undefined) {
    return null;
  }
  const instant = Date.parse(text);
  if (Number.isNaN(instant)) {
    throw new ClockSpecError(
      `The clock "${spec}" names no readable instant; write ISO 8601 in UTC.`,
    );
  }
  return instant;
};

/**
 * Reads a clock specification. Forms: `system`; `x60` or `x60@<instant>` (that many times as fast as real time; anchored
 * clocks of several processes agree: they read the instant at that same real instant); `virtual` or `virtual@<instant>`
 * (owner); `http://127.0.0.1:<port>` (member of the owner at that internal address).
 * @throws ClockSpecError
 */
export function parseClock(spec: string): ClockSpec {
  if (/^https?:\/\//.test(spec)) {
    if (!URL.canParse(spec)) {
      throw new ClockSpecError(`The clock "${spec}" is no address.`);
    }
    return { kind: "member", url: new URL(spec).origin };
  }
  const at = spec.indexOf("@");
  const word = at < 0 ? spec : spec.slice(0, at);
  const instant = parseInstant(at < 0 ? undefined : spec.slice(at + 1), spec);
  if (word === "system" && instant === null) {
    return { kind: "system" };
  }
  if (word === "virtual") {
    return { kind: "virtual", startsAt: instant };
  }
  const factor = /^x(\d+(?:\.\d+)?)$/.exec(word)?.[1];
  const rate = Number(factor);
  if (factor !== undefined && rate > 0) {
    return { kind: "accelerated", rate, anchor: instant };
  }
  throw new ClockSpecError(`The clock "${spec}" is unknown; use ${FORMS}.`);
}
