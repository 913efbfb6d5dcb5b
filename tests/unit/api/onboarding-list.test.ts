import { expect, test } from "@jest/globals";
import type { HttpProblem } from "../../../src/api/http-problem.ts";
import { nothingAccepted, rowsOfCsv, validateRows } from "../../../src/api/onboarding-list.ts";
import { scopeRule } from "../../../src/api/onboarding-scope-rule.ts";
import type { Principal } from "../../../src/api/principal.ts";

const OWNER = "1cc98cef-bab9-4cae-ae4e-63cf3eee7997";
const MEMBER = "ad6a4b59-d3e4-418f-88e6-de6aff6f976d";
const OTHER = "0671c05e-40c5-450a-8126-b6719067ba02";
const row = (tenantId: string, role: string) => ({ tenantId, displayName: "Adatum", role });
const anybody = () => null;

const principalOf = (...tenants: string[]): Principal => ({
  objectId: "o",
  name: "n",
  roles: new Set(),
  scopedRoles: new Map(tenants.map((id) => [id, new Set(["Operator" as const])])),
});

function problemOf(act: () => unknown) {
  try {
    act();
  } catch (error) {
    return (error as HttpProblem).problem;
  }
  throw new Error("There was no problem.");
}

test("reads a CSV list with a byte order mark, quoted fields and columns in any order", () => {
  const text = `\uFEFFdisplayName,role,tenantId\r\n"Adatum, ""the"" first",member,${MEMBER}\r\n\r\nContoso,owner,${OWNER}\r\n`;
  expect(rowsOfCsv(text)).toEqual([
    { displayName: 'Adatum, "the" first', role: "member", tenantId: MEMBER },
    { displayName: "Contoso", role: "owner", tenantId: OWNER },
  ]);
});

test.each([
  ["no header", `${MEMBER},Adatum,member\n`],
  ["a column too few", `tenantId,displayName\n${MEMBER},Adatum\n`],
  ["a column too many", `tenantId,displayName,role,colour\n${MEMBER},Adatum,member,red\n`],
  ["a column twice", `tenantId,tenantId,role\n${MEMBER},Adatum,member\n`],
  ["nothing", ""],
])("refuses a CSV list with %s and says which header is expected", (_, text) => {
  expect(problemOf(() => rowsOfCsv(text))).toMatchObject({
    status: 400,
    errors: [{ field: "header", expected: "tenantId,displayName,role" }],
  });
});

test("refuses a CSV list without rows and one that is not CSV", () => {
  expect(problemOf(() => rowsOfCsv("tenantId,displayName,role\n"))).toMatchObject({
    status: 400,
    errors: [{ expected: "1 to 500 rows", given: "0 rows" }],
  });
  expect(problemOf(() => rowsOfCsv('tenantId,displayName,role\n"open'))).toMatchObject({
    status: 400,
    detail: "The list is not CSV.",
  });
});

test("keeps a row of the wrong length with its error and takes the others", () => {
  const rows = rowsOfCsv(
    `tenantId,displayName,role\n${MEMBER},Adatum\n${OTHER},Litware,member,surplus\n${OWNER},Contoso,owner\n`,
  );
  const { accepted, rejected } = validateRows(rows, anybody);
  expect(accepted).toEqual([{ tenantId: OWNER, displayName: "Contoso", role: "owner" }]);
  expect(rejected).toMatchObject([
    { row: 1, errors: [{ field: "role", given: "nothing" }] },
    { row: 2, errors: [{ field: "column4", expected: "no such field", given: '"surplus"' }] },
  ]);
});

test("validates each row by itself and takes a tenant once", () => {
  const { accepted, rejected } = validateRows(
    [
      row(MEMBER.toUpperCase(), "member"),
      { ...row("not-a-guid", "chief"), displayName: "" },
      row(MEMBER, "member"),
      "text",
    ],
    anybody,
  );
  expect(accepted).toEqual([row(MEMBER, "member")]);
  expect(rejected.map(({ row, errors }) => [row, errors.map(({ field }) => field)])).toEqual([
    [2, ["tenantId", "displayName", "role"]],
    [3, ["tenantId"]],
    [4, [""]],
  ]);
  expect(rejected[1]?.errors[0]?.expected).toBe("each tenant once in a list");
});

test("answers a list without any good row with every error and its row", () => {
  const { rejected } = validateRows([row("x", "member"), 7], anybody);
  expect(nothingAccepted(rejected).problem).toMatchObject({
    status: 400,
    errors: [{ field: "tenants[0].tenantId" }, { field: "tenants[1]" }],
  });
});

test("lets a scoped operator hand in only its tenants, and members only with their owner", () => {
  const known = [{ tenantId: OWNER, role: "owner" as const }];
  const fields = (who: Principal, rows: unknown[], tenants = known) =>
    validateRows(rows, scopeRule(who, tenants)).rejected.map(({ errors }) => errors[0]?.field);

  expect(fields(principalOf(MEMBER), [row(OTHER, "member")])).toEqual(["tenantId"]);
  expect(fields(principalOf(MEMBER), [row(MEMBER, "member")])).toEqual(["role"]);
  expect(fields(principalOf(MEMBER), [row(MEMBER, "member")], [])).toEqual(["role"]);
  expect(fields(principalOf(MEMBER, OWNER), [row(MEMBER, "member")])).toEqual([]);
  expect(fields(principalOf(OWNER), [row(OWNER, "owner")])).toEqual([]);
  const everywhere = { ...principalOf(), roles: new Set(["Admin" as const]) };
  expect(fields(everywhere, [row(OTHER, "member"), row(MEMBER, "member")], [])).toEqual([]);
});
