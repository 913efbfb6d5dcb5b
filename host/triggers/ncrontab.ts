/*
 * NCRONTAB as the timer trigger reads it (the .NET library NCrontab, which its field rules follow): five fields, or six of
 * which the first is the second. Other crontabs have more (`?`, `L`, `#`, `@daily`, Sunday as 7) and mean other things by
 * some of the same texts, so the fields are read here and handed on as plain lists.
 */

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly words: readonly string[];
}

const NUMBERS: readonly string[] = [];
const MONTHS = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];
const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

const FIELDS: readonly Field[] = [
  { name: "second", least: 0, most: 59, words: NUMBERS },
  { name: "minute", least: 0, most: 59, words: NUMBERS },
  { name: "hour", least: 0, most: 23, words: NUMBERS },
  { name: "day", least: 1, most: 31, words: NUMBERS },
  { name: "month", least: 1, most: 12, words: MONTHS },
  { name: "day of week", least: 0, most: 6, words: DAYS },
];

/** A number, or the beginning of a month's or day's English name in any case. */
function parseValue(text: string, { name, least, most, words }: Field): number {
  const index = text === "" ? -1 : words.findIndex((word) => word.startsWith(text.toLowerCase()));
  const value = /^\d+$/.test(text) ? Number(text) : index < 0 ? Number.NaN : index + least;
  if (!(value >= least && value <= most)) {
    throw new RangeError(`"${text}" is no ${name} (${least} to ${most})`);
  }
  return value;
}

function parseStep(text: string | undefined, field: Field): number {
  if (text !== undefined && !/^\d+$/.test(text)) {
    throw new RangeError(`"/${text}" is no step of the ${field.name}`);
  }
  return Math.max(1, Number(text ?? 1));
}

/** First and last value of `*`, `a-b` (also the wrong way round), `a`, or `a/n`, which goes on to the field's end. */
function parseRange(text: string, hasStep: boolean, field: Field): [number, number] {
  if (text === "*") {
    return [field.least, field.most];
  }
  const [first = "", last] = text.split(/-(.*)/s);
  const from = parseValue(first, field);
  const to = last === undefined ? (hasStep ? field.most : from) : parseValue(last, field);
  return [Math.min(from, to), Math.max(from, to)];
}

function parseField(text: string, field: Field): number[] {
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const [range = "", step] = part.split(/\/(.*)/s);
    const every = parseStep(step, field);
    const [from, to] = parseRange(range, step !== undefined, field);
    for (let value = from; value <= to; value += every) {
      values.add(value);
    }
  }
  return [...values].sort((a, b) => a - b);
}

/** The values of each field, always six, seconds first; `*` where a field has all of its values. */
export function parseNcrontab(text: string): string[] {
  const given = text.trim().split(/\s+/);
  if (given.length !== 5 && given.length !== 6) {
    throw new RangeError(`it has ${given.length} fields, not five or six`);
  }
  const six = given.length === 5 ? ["0", ...given] : given;
  return FIELDS.map((field, index) => {
    const values = parseField(six[index] ?? "", field);
    return values.length === field.most - field.least + 1 ? "*" : values.join(",");
  });
}
