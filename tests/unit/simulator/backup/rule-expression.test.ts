import { expect, test } from "@jest/globals";
import {
  matchesSite,
  parseGroupExpression,
  parseSiteExpression,
} from "../../../../simulator/backup/rule-expression.ts";

const site = {
  displayName: "Finance Archive",
  webUrl: "https://contoso.sharepoint.com/sites/FinanceArchive",
  modifiedAt: Date.parse("2026-02-01T00:00:00Z"),
};

test.each([
  { expression: "(displayName -contains 'Finance')", matches: true },
  { expression: "displayName -contains 'finance' -and webUrl -contains 'archive'", matches: true },
  { expression: "(displayName -contains 'Legal') -or (webUrl -contains 'Finance')", matches: true },
  { expression: "displayName -contains 'Legal'", matches: false },
  { expression: "lastModifiedDateTime -ge '2026-01-01T00:00:00Z'", matches: true },
  { expression: "lastModifiedDateTime -ge '2026-03-01T00:00:00Z'", matches: false },
  {
    expression:
      "(displayName -contains 'Legal' -or displayName -contains 'Fin''ance') -and webUrl -contains 'sites'",
    matches: false,
  },
])("$expression matches: $matches", ({ expression, matches }) => {
  const parsed = parseSiteExpression(expression);
  expect(parsed).not.toBeNull();
  expect(parsed !== null && matchesSite(parsed, site)).toBe(matches);
});

test.each([
  "",
  "displayName",
  "displayName -contains Finance",
  "displayName -contains 'ab'",
  `displayName -contains '${"a".repeat(256)}'`,
  "displayName -eq 'Finance'",
  "owner -contains 'Finance'",
  "(displayName -contains 'Finance'",
  "displayName -contains 'Finance' -and",
  "lastModifiedDateTime -ge 'yesterday'",
  "displayName -contains 'Finance' %",
  Array.from({ length: 11 }, () => "displayName -contains 'Finance'").join(" -or "),
])("refuses the site expression %j", (expression) => {
  expect(parseSiteExpression(expression)).toBeNull();
});

const GROUP = "11111111-2222-4333-8444-555555555555";

test("reads the group ids of a member expression with and without parentheses", () => {
  expect(parseGroupExpression(`(memberOf -any (group.id -in ['${GROUP}']))`)).toEqual([GROUP]);
  expect(
    parseGroupExpression(`memberOf -any (group.id -in ['${GROUP}', '${GROUP}'])`),
  ).toHaveLength(2);
});

test.each([
  "",
  `(memberOf -all (group.id -in ['${GROUP}']))`,
  "(memberOf -any (group.id -in []))",
  "(memberOf -any (group.id -in ['not an id']))",
  `(memberOf -any (group.name -in ['${GROUP}']))`,
  `(memberOf -any (group.id -in ['${GROUP}' '${GROUP}']))`,
])("refuses the member expression %j", (expression) => {
  expect(parseGroupExpression(expression)).toBeNull();
});
