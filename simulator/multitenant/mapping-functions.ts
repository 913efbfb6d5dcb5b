import { ExpressionError } from "./mapping-expression.ts";

/** What an expression can be: nothing, one value, or the values of an attribute that has several. */
export type MappingValue = string | number | boolean | readonly string[] | null;

/** A value as expressions, filters and reports write it: nothing is the empty text, truth has a capital. */
export function asText(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value;
    case "boolean":
      return value ? "True" : "False";
    case "number":
      return `${value}`;
    default:
      return value === null || value === undefined ? "" : JSON.stringify(value);
  }
}

interface Parameter {
  readonly name: string;
  readonly type: "String" | "Integer" | "Boolean";
  readonly isRequired: boolean;
  readonly isRepeated: boolean;
}

/** A function that mappings may call. An argument that was left out is undefined. */
export interface MappingFunction {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  apply(...args: readonly (MappingValue | undefined)[]): MappingValue;
}

/** `name`, `name?` for one that may be left out, `name*` for one that may stand several times; `name:Integer`. */
function define(
  name: string,
  parameters: readonly string[],
  apply: MappingFunction["apply"],
): MappingFunction {
  return {
    name,
    apply,
    parameters: parameters.map((text) => {
      const [, word = "", mark, type = "String"] = /^(\w+)([?*]?)(?::(\w+))?$/u.exec(text) ?? [];
      return {
        name: word,
        type: type as Parameter["type"],
        isRequired: mark !== "?",
        isRepeated: mark === "*",
      };
    }),
  };
}

const isEmpty = (value: MappingValue | undefined) =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);

function asNumber(value: MappingValue | undefined): number {
  const number = typeof value === "number" ? value : Number(asText(value));
  if (asText(value) === "" || Number.isNaN(number)) {
    throw new ExpressionError(`"${asText(value)}" is not a number.`);
  }
  return number;
}

const asList = (value: MappingValue | undefined): readonly string[] =>
  Array.isArray(value) ? value : isEmpty(value) ? [] : [asText(value)];

export function isTrue(value: MappingValue | undefined): boolean {
  return typeof value === "number" ? value !== 0 : asText(value).toLowerCase() === "true";
}

/** Letters that are more than a letter with a mark (table of NormalizeDiacritics). */
const OTHER_LETTERS: Readonly<Record<string, string>> = {
  æ: "ae",
  Æ: "AE",
  ø: "oe",
  Ø: "OE",
  œ: "oe",
  Œ: "OE",
  ß: "ss",
  ł: "l",
  Ł: "L",
  ı: "i",
};

function normalizeDiacritics(text: string): string {
  return text
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[æÆøØœŒßłŁı]/gu, (letter) => OTHER_LETTERS[letter] ?? letter);
}

function toProperCase(text: string, separators: string | null): string {
  let isStart = true;
  let result = "";
  for (const letter of text) {
    result += isStart ? letter.toUpperCase() : letter.toLowerCase();
    isStart =
      separators === null ? !/[\p{L}\p{M}\p{N}']/u.test(letter) : separators.includes(letter);
  }
  return result;
}

function split(text: string, delimiters: string): string[] {
  const parts = [""];
  for (const letter of text) {
    if (delimiters.includes(letter)) parts.push("");
    else parts.push((parts.pop() ?? "") + letter);
  }
  return parts;
}

function patternOf(text: string): RegExp {
  try {
    // Without the flag for Unicode, which refuses escapes that other engines allow.
    return new RegExp(text, "dg");
  } catch {
    throw new ExpressionError(`"${text}" is not a regular expression.`);
  }
}

/** The five ways of Replace; what is given decides which one it is. */
function replace(...args: readonly (MappingValue | undefined)[]): MappingValue {
  const [source, oldValue, pattern, group, replacement, other, template] = args;
  const text = asText(source);
  if (oldValue !== undefined && template !== undefined) {
    return asText(template).replaceAll(asText(oldValue), () => text);
  }
  if (oldValue !== undefined && replacement !== undefined) {
    return text.replaceAll(asText(oldValue), () => asText(replacement));
  }
  if (pattern === undefined) {
    throw new ExpressionError("Replace needs a value or a pattern to look for.");
  }
  const expression = patternOf(asText(pattern));
  if (group !== undefined && other !== undefined) {
    const name = asText(group);
    return isEmpty(source) ? (expression.exec(asText(other))?.groups?.[name] ?? null) : text;
  }
  if (replacement === undefined) throw new ExpressionError("Replace needs a replacement.");
  return group === undefined
    ? text.replaceAll(expression, asText(replacement).replaceAll(/\$\{(\w+)\}/gu, "$<$1>"))
    : replaceGroup(text, expression, asText(group), asText(replacement));
}

function replaceGroup(text: string, pattern: RegExp, group: string, replacement: string): string {
  let result = "";
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const [from, to] = match.indices?.groups?.[group] ?? [];
    if (from === undefined || to === undefined || from < end) continue;
    result += text.slice(end, from) + replacement;
    end = to;
  }
  return result + text.slice(end);
}

/** Key and value in turn; the first key that equals the source wins. Nothing equals the empty text. */
function choose(...args: readonly (MappingValue | undefined)[]): MappingValue {
  const [source, otherwise = null, ...pairs] = args;
  if (pairs.length % 2 !== 0) throw new ExpressionError("Switch needs a value for each key.");
  for (let index = 0; index < pairs.length; index += 2) {
    if (asText(pairs[index]) === asText(source)) return pairs[index + 1] ?? null;
  }
  return otherwise;
}

/** Every function that the simulator computes, as the reference describes it; the others are refused. */
export const MAPPING_FUNCTIONS: readonly MappingFunction[] = [
  define("Append", ["source", "suffix"], (source, suffix) => asText(source) + asText(suffix)),
  define("BitAnd", ["value1:Integer", "value2:Integer"], (left, right) =>
    Number(BigInt(asNumber(left)) & BigInt(asNumber(right))),
  ),
  define("CBool", ["Expression"], isTrue),
  define("Coalesce", ["source*", "defaultValue?"], (...sources) =>
    sources.reduce<MappingValue>((found, source) => found ?? source ?? null, null),
  ),
  define("ConvertToBase64", ["source"], (source) =>
    Buffer.from(asText(source), "utf16le").toString("base64"),
  ),
  define("ConvertToUTF8Hex", ["source"], (source) =>
    Buffer.from(asText(source), "utf8").toString("hex").toUpperCase(),
  ),
  define("Count", ["attribute"], (attribute) => asList(attribute).length),
  define("CStr", ["value"], asText),
  define("IgnoreFlowIfNullOrEmpty", ["Expression"], (value) =>
    isEmpty(value) ? null : (value ?? null),
  ),
  define("IIF", ["condition:Boolean", "valueIfTrue", "valueIfFalse"], (condition, yes, no) =>
    // "If the source attribute used within the IIF function is empty or null, the condition check fails."
    condition === null ? null : ((isTrue(condition) ? yes : no) ?? null),
  ),
  define("InStr", ["value1", "value2", "start?:Integer", "compareType?"], (...args) => {
    const [whole, part, start, how] = args;
    const from = start === undefined ? 0 : asNumber(start) - 1;
    const fold = (text: string) => (how === "vbTextCompare" ? text.toLowerCase() : text);
    return fold(asText(whole)).indexOf(fold(asText(part)), from) + 1;
  }),
  define("IsNull", ["Expression"], (value) => value === null || value === undefined),
  define("IsNullOrEmpty", ["Expression"], isEmpty),
  define("IsPresent", ["Expression"], (value) => !isEmpty(value)),
  define("IsString", ["Expression"], (value) => typeof value === "string"),
  define("Item", ["attribute", "index:Integer"], (attribute, index) => {
    return asList(attribute)[asNumber(index) - 1] ?? null;
  }),
  define("Join", ["separator", "source*"], (separator, ...sources) =>
    sources.flatMap(asList).join(asText(separator)),
  ),
  define("Left", ["String", "NumChars:Integer"], (source, count) => {
    const text = asText(source);
    return asNumber(count) < 0 ? text : text.slice(0, asNumber(count));
  }),
  define("Mid", ["source", "start:Integer", "length:Integer"], (source, start, length) => {
    const from = asNumber(start) - 1;
    return asText(source).slice(from, from + asNumber(length));
  }),
  define("NormalizeDiacritics", ["source"], (source) => normalizeDiacritics(asText(source))),
  define("Not", ["source:Boolean"], (source) => !isTrue(source)),
  define("PCase", ["source", "wordSeparators?"], (source, separators) =>
    toProperCase(asText(source), separators === undefined ? null : asText(separators)),
  ),
  define("Redact", ["value"], (value) => value ?? null),
  define("RemoveDuplicates", ["attribute"], (attribute) => [...new Set(asList(attribute))]),
  define(
    "Replace",
    ["source", ..."oldValue? regexPattern? regexGroupName? replacementValue?".split(" ")].concat(
      "replacementAttributeName?",
      "template?",
    ),
    replace,
  ),
  define("Split", ["source", "delimiter"], (source, delimiter) =>
    split(asText(source), asText(delimiter)).map((part) => part.trim()),
  ),
  define("StripSpaces", ["source"], (source) => asText(source).replaceAll(" ", "")),
  define("Switch", ["source", "defaultValue?", "keyAndValue*"], choose),
  define("ToLower", ["source", "culture?"], (source) => asText(source).toLowerCase()),
  define("ToUpper", ["source", "culture?"], (source) => asText(source).toUpperCase()),
  define("Word", ["String", "WordNumber:Integer", "Delimiters"], (source, number, delimiters) => {
    const words = split(asText(source), asText(delimiters)).filter((word) => word !== "");
    return words[asNumber(number) - 1] ?? "";
  }),
];
