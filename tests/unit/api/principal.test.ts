import { expect, test } from "@jest/globals";
import {
  holdsRole,
  holdsRoleAnywhere,
  parsePrincipal,
  type Principal,
} from "../../../src/api/principal.ts";

const CONTOSO = "1cc98cef-bab9-4cae-ae4e-63cf3eee7997";
const FABRIKAM = "934d00cd-4a0c-4f42-a79d-02bf5814b30c";

const header = (claims: readonly (readonly [string, string])[], extra: object = {}): string =>
  Buffer.from(
    JSON.stringify({ ...extra, claims: claims.map(([typ, val]) => ({ typ, val })) }),
  ).toString("base64");

const principal = (...roles: string[]): Principal =>
  parsePrincipal(
    header([["oid", "object"], ["name", "Ada"], ...roles.map((role) => ["roles", role] as const)]),
  ) as Principal;

test("a principal has an object id, a name and roles", () => {
  expect(principal("Operator", "Reader")).toMatchObject({ objectId: "object", name: "Ada" });
  expect([...principal("Operator", "Reader").roles]).toEqual(["Operator", "Reader"]);
});

test("the long claim names of Easy Auth are understood, and a name that is missing is the object id", () => {
  const parsed = parsePrincipal(
    header(
      [
        ["http://schemas.microsoft.com/identity/claims/objectidentifier", "object"],
        ["http://schemas.microsoft.com/ws/2008/06/identity/claims/role", "Admin"],
      ],
      { role_typ: "http://schemas.microsoft.com/ws/2008/06/identity/claims/role" },
    ),
  );

  expect(parsed).toMatchObject({ objectId: "object", name: "object" });
  expect([...(parsed?.roles ?? [])]).toEqual(["Admin"]);
});

test.each([
  ["no header", null],
  ["no base64 of JSON", "!!"],
  ["no claims", Buffer.from("{}").toString("base64")],
  ["nobody", header([["name", "Ada"]])],
])("%s is nobody", (_what, text) => {
  expect(parsePrincipal(text)).toBeNull();
});

test("a role that we do not know gives nothing", () => {
  expect(holdsRoleAnywhere(principal("Owner", "operator"), ["Operator", "Admin"])).toBe(false);
});

test("a role scoped to a tenant holds there and nowhere else", () => {
  const scoped = principal(`Operator/${CONTOSO.toUpperCase()}`);

  expect(holdsRole(scoped, ["Operator"], CONTOSO)).toBe(true);
  expect(holdsRole(scoped, ["Operator"], FABRIKAM)).toBe(false);
  expect(holdsRole(scoped, ["Approver"], CONTOSO)).toBe(false);
  expect(holdsRoleAnywhere(scoped, ["Operator"])).toBe(true);
});
