const PATTERN = /^(-)?(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?$/;

/** Milliseconds of a .NET time span (`[-][d.]hh:mm[:ss[.fffffff]]`), or null when the text is none. */
export function parseTimeSpan(text: string): number | null {
  const match = PATTERN.exec(text.trim());
  if (match === null) {
    return null;
  }
  const [, sign, days = "0", hours, minutes, seconds = "0", fraction = "0"] = match;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) {
    return null;
  }
  const whole = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  const milliseconds = whole * 1000 + Math.round(Number(`0.${fraction}`) * 1000);
  return sign === "-" ? 0 - milliseconds : milliseconds;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** The constant form of a .NET time span: `[d.]hh:mm:ss[.fffffff]`. */
export function formatTimeSpan(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const days = Math.floor(seconds / 86_400);
  const fraction = Math.round(milliseconds % 1000);
  return `${days === 0 ? "" : `${days}.`}${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${fraction === 0 ? "" : `.${String(fraction).padStart(3, "0")}0000`}`;
}
