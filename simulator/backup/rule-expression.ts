import { parseInstant } from "../core/iso.ts";
import {
  type Combined,
  parseCombined,
  readLiteral,
  tokenizeExpression,
} from "./expression-syntax.ts";
import { DOCUMENTED_LIMITS, type BackupLimits } from "./limits.ts";

type SiteTerm =
  | {
      readonly kind: "contains";
      readonly field: "displayName" | "webUrl";
      readonly keyword: string;
    }
  | { readonly kind: "modifiedSince"; readonly at: number };

/** What a site must be like for a rule to include it. Comparisons of text ignore case. */
export type SiteExpression = Combined<SiteTerm>;

/** Parses a site expression; null when it is none or has a keyword too many, too short or too long. */
export function parseSiteExpression(
  text: string,
  limits: BackupLimits = DOCUMENTED_LIMITS,
): SiteExpression | null {
  let keywords = 0;
  const readTerm = (field: string, operator: string, literal: string): SiteTerm | null => {
    const value = readLiteral(literal);
    if (value === null) return null;
    if (field === "lastModifiedDateTime" && operator === "-ge") {
      const at = parseInstant(value);
      return at === null ? null : { kind: "modifiedSince", at };
    }
    if ((field !== "displayName" && field !== "webUrl") || operator !== "-contains") return null;
    keywords += 1;
    const hasLength =
      value.length >= limits.keywordMinChars && value.length <= limits.keywordMaxChars;
    return hasLength ? { kind: "contains", field, keyword: value } : null;
  };
  const expression = parseCombined(text, readTerm);
  return keywords <= limits.keywordsPerSiteExpression ? expression : null;
}

/** Whether a site fulfils an expression. */
export function matchesSite(
  expression: SiteExpression,
  site: { readonly displayName: string; readonly webUrl: string; readonly modifiedAt: number },
): boolean {
  switch (expression.kind) {
    case "and":
      return matchesSite(expression.left, site) && matchesSite(expression.right, site);
    case "or":
      return matchesSite(expression.left, site) || matchesSite(expression.right, site);
    case "contains":
      return site[expression.field].toLowerCase().includes(expression.keyword.toLowerCase());
    case "modifiedSince":
      return site.modifiedAt >= expression.at;
  }
}

/** The group ids of `(memberOf -any (group.id -in ['<guid>', …]))`, or null for anything else. */
export function parseGroupExpression(text: string): readonly string[] | null {
  const tokens = tokenizeExpression(text);
  if (tokens === null) return null;
  const inner = unwrap(tokens);
  const head = ["memberof", "-any"];
  if (head.some((word, index) => inner[index]?.toLowerCase() !== word)) return null;
  const condition = unwrap(inner.slice(head.length));
  const [field, operator, open, ...rest] = condition;
  if (field?.toLowerCase() !== "group.id" || operator?.toLowerCase() !== "-in" || open !== "[") {
    return null;
  }
  if (rest.at(-1) !== "]") return null;
  const list = rest.slice(0, -1);
  const isList =
    list.length % 2 === 1 &&
    list.every((token, index) => (index % 2 === 0 ? readLiteral(token) !== null : token === ","));
  if (!isList) return null;
  const ids = list.flatMap((token) => readLiteral(token)?.toLowerCase() ?? []);
  return ids.every((id) => /^[0-9a-f-]{36}$/.test(id)) ? ids : null;
}

/** Without the outermost pair of parentheses, if there is one. */
function unwrap(tokens: readonly string[]): readonly string[] {
  return tokens[0] === "(" && tokens.at(-1) === ")" ? tokens.slice(1, -1) : tokens;
}
