const DAY_MS = 86_400_000;
const TWO_DIGITS = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, "0"));

/**
 * Unix milliseconds as Graph writes instants: whole seconds without a fraction, otherwise milliseconds. Pages hold
 * hundreds of instants, and this takes a tenth of the time that `Date` takes.
 */
export function iso(instant: number): string {
  const day = Math.floor(instant / DAY_MS);
  const rest = instant - day * DAY_MS;
  const second = Math.floor(rest / 1_000);
  const fraction = rest - second * 1_000;
  const time = `${two(second / 3_600)}:${two((second / 60) % 60)}:${two(second % 60)}`;
  const end = fraction === 0 ? "Z" : `.${String(Math.floor(fraction)).padStart(3, "0")}Z`;
  return `${dateOf(day, instant)}T${time}${end}`;
}

function two(number: number): string {
  return TWO_DIGITS[Math.floor(number)] ?? "";
}

/** Date of a day counted from 1970, by eras of 400 years that begin on 1 March, so that a leap day is a year's last. */
function dateOf(day: number, instant: number): string {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const date = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  // Years of more or fewer digits are written otherwise; `Date` also refuses what is no instant.
  return year >= 1_000 && year <= 9_999
    ? `${year}-${two(month)}-${two(date)}`
    : (new Date(instant).toISOString().split("T")[0] ?? "");
}

/** An Edm.DateTimeOffset as Unix milliseconds, or null if it is not one. */
export function parseInstant(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/i.test(text))
    return null;
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? null : instant;
}
