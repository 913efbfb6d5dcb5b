/** Terms joined by `-and`, which binds closer, and `-or`. */
export type Combined<Term> =
  | Term
  | {
      readonly kind: "and" | "or";
      readonly left: Combined<Term>;
      readonly right: Combined<Term>;
    };

const TOKEN = /\s*(\(|\)|\[|\]|,|-[a-zA-Z]+|'(?:[^']|'')*'|[a-zA-Z][\w.]*)/gy;

/** The words, operators and quoted values of an expression of rules or searches; null when something else stands there. */
export function tokenizeExpression(text: string): string[] | null {
  const tokens: string[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const match = TOKEN.exec(text);
    if (match === null) return null;
    tokens.push(match[1] ?? "");
  }
  return tokens;
}

/** The value between single quotes, or null for a token that is none. */
export function readLiteral(token: string | undefined): string | null {
  return token !== undefined && token.length >= 2 && token.startsWith("'")
    ? token.slice(1, -1).replaceAll("''", "'")
    : null;
}

/**
 * Parses terms of three words (`field -operator value`) with parentheses, `-and` and `-or`; null when the text is no such
 * expression or `readTerm` takes one of the terms for none.
 */
export function parseCombined<Term>(
  text: string,
  readTerm: (field: string, operator: string, value: string) => Term | null,
): Combined<Term> | null {
  const tokens = tokenizeExpression(text);
  if (tokens === null) return null;
  let place = 0;
  const parseChain = (
    kind: "and" | "or",
    parseNext: () => Combined<Term> | null,
  ): Combined<Term> | null => {
    let left = parseNext();
    while (left !== null && tokens[place]?.toLowerCase() === `-${kind}`) {
      place += 1;
      const right = parseNext();
      left = right === null ? null : { kind, left, right };
    }
    return left;
  };
  const parseTerm = (): Combined<Term> | null => {
    if (tokens[place] === "(") {
      place += 1;
      const inner = parseOr();
      if (tokens[place] !== ")") return null;
      place += 1;
      return inner;
    }
    const [field = "", operator = "", value = ""] = tokens.slice(place, place + 3);
    place += 3;
    return readTerm(field, operator, value);
  };
  const parseAnd = (): Combined<Term> | null => parseChain("and", parseTerm);
  const parseOr = (): Combined<Term> | null => parseChain("or", parseAnd);
  const expression = parseOr();
  return place === tokens.length ? expression : null;
}
