import { expect, test } from "@jest/globals";
import {
  APPROVERS,
  isAllowed,
  OPERATORS,
  parsePerson,
  type Person,
  whyNotApprove,
} from "../../../dashboard/src/rules/permission.ts";

const CONTOSO = "c0000000-0000-4000-8000-000000000001";
const FABRIKAM = "fa000000-0000-4000-8000-000000000002";
const approver: Person = { name: "Avery", objectId: "a", roles: ["Approver"], tenants: null };
const run = { tenantId: CONTOSO, requestedBy: { objectId: "r", name: "Riley" } };

test("roles that hold for some tenants do not hold for others", () => {
  const operator: Person = { ...approver, roles: ["Operator"], tenants: [CONTOSO.toUpperCase()] };

  expect(isAllowed(operator, OPERATORS)).toBe(true);
  expect(isAllowed(operator, OPERATORS, CONTOSO)).toBe(true);
  expect(isAllowed(operator, OPERATORS, FABRIKAM)).toBe(false);
  expect(isAllowed(operator, APPROVERS, CONTOSO)).toBe(false);
});

test("nothing is left out for a person whose roles the platform does not tell", () => {
  expect(isAllowed({ ...approver, roles: null }, OPERATORS, CONTOSO)).toBe(true);
});

test("an approver may approve another person's run and not their own", () => {
  expect(whyNotApprove(approver, run)).toBeNull();
  expect(whyNotApprove({ ...approver, roles: ["Admin"], objectId: "r" }, run)).toMatch(/You asked/);
  expect(whyNotApprove({ ...approver, roles: ["Operator"] }, run)).toMatch(/role Approver/);
});

test("the embedded host names the person in one object", () => {
  const given = { name: "Riley", objectId: "r", roles: ["Reader"], tenants: null };

  expect(parsePerson(given)).toEqual(given);
});

const claims = (roles: readonly string[]) => [
  {
    user_id: "riley@contoso.example",
    user_claims: [
      { typ: "name", val: "Riley" },
      { typ: "http://schemas.microsoft.com/identity/claims/objectidentifier", val: "r" },
      ...roles.map((val) => ({ typ: "roles", val })),
    ],
  },
];

test("the platform names the person by claims, with roles for one tenant or for all", () => {
  expect(parsePerson(claims(["Operator"]))).toEqual({
    name: "Riley",
    objectId: "r",
    roles: ["Operator"],
    tenants: null,
  });
  expect(parsePerson(claims([`Operator/${CONTOSO}`]))?.tenants).toEqual([CONTOSO]);
});

test.each([null, "text", {}, []])("%p names nobody", (given) => {
  expect(parsePerson(given)).toBeNull();
});
