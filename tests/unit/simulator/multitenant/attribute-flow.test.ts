import { expect, test } from "@jest/globals";
import { flowAttributes, passesScope } from "../../../../simulator/multitenant/attribute-flow.ts";
import {
  type AttributeMapping,
  createDefaultSchema,
  findSchemaFault,
  findUserMapping,
} from "../../../../simulator/multitenant/synchronization-schema.ts";

const user = {
  userPrincipalName: "ada@contoso.com",
  displayName: "Ada",
  department: "Research",
  accountEnabled: true,
  officeLocation: "B2",
  businessPhones: ["+49 1"],
  jobTitle: null,
  mail: "ada@contoso.com",
};

const defaults = () => findUserMapping(createDefaultSchema("job", "rule"))?.mapping;

test("the default map creates a member who is in the address list", () => {
  const flowed = flowAttributes(defaults()?.attributeMappings ?? [], user, "create");
  expect(flowed).toMatchObject({
    displayName: "Ada",
    officeLocation: "B2",
    businessPhones: ["+49 1"],
    accountEnabled: true,
    showInAddressList: true,
    userType: "Member",
  });
  expect(flowed).not.toHaveProperty("userPrincipalName");
});

test("null never flows, and what flows only at creation does not update", () => {
  const flowed = flowAttributes(defaults()?.attributeMappings ?? [], user, "update");
  expect(flowed).not.toHaveProperty("jobTitle");
  expect(flowed).not.toHaveProperty("userType");
});

const expression = (text: string): AttributeMapping => ({
  targetAttributeName: "displayName",
  source: { type: "Function", name: null, expression: text },
  matchingPriority: 0,
  defaultValue: null,
  exportMissingReferences: false,
  flowBehavior: "FlowWhenChanged",
  flowType: "Always",
});

test.each([
  ["[displayName]", "Ada"],
  ['"Constant"', "Constant"],
  ['Append([displayName], " (Contoso)")', "Ada (Contoso)"],
  ["ToUpper([displayName])", "ADA"],
  ["ToLower([displayName])", "ada"],
  ["Switch([displayName])", undefined],
])("the expression %s gives %p", (text, expected) => {
  expect(flowAttributes([expression(text)], user, "create")["displayName"]).toBe(expected);
});

const clause = (operatorName: string, sourceOperandName: string, ...values: string[]) => ({
  operatorName,
  sourceOperandName,
  targetOperand: { values },
});

test.each([
  ["EQUALS", "department", ["research"], true],
  ["NOT EQUALS", "department", ["research"], false],
  ["IS TRUE", "accountEnabled", [], true],
  ["IS FALSE", "accountEnabled", [], false],
  ["IS NULL", "jobTitle", [], true],
  ["IS NOT NULL", "jobTitle", [], false],
  ["REGEX MATCH", "mail", [".*@contoso\\.com"], true],
  ["NOT REGEX MATCH", "mail", [".*@contoso\\.com"], false],
  ["INCLUDES", "displayName", ["da"], true],
  ["EQUALS", "alternativeSecurityIds", ["None"], true],
  ["SOUNDS LIKE", "displayName", ["Ada"], false],
])("the filter %s on %s lets through: %p %p", (operator, name, values, isIn) => {
  expect(passesScope([{ name: "g", clauses: [clause(operator, name, ...values)] }], user)).toBe(
    isIn,
  );
});

test("one group of clauses is enough, and in a group all clauses count", () => {
  const yes = clause("EQUALS", "displayName", "Ada");
  const no = clause("EQUALS", "displayName", "Bea");
  expect(passesScope([{ clauses: [yes, no] }, { clauses: [yes] }], user)).toBe(true);
  expect(passesScope([{ clauses: [yes, no] }], user)).toBe(false);
  expect(passesScope([], user)).toBe(true);
});

test("a schema may not target addresses or match by anything else", () => {
  const schema = createDefaultSchema("job", "rule");
  expect(findSchemaFault(schema)).toBeNull();
  const mapping = findUserMapping(schema)?.mapping;
  mapping?.attributeMappings.push({ ...expression("[mail]"), targetAttributeName: "otherMails" });
  expect(findSchemaFault(schema)).toContain("otherMails");
  mapping?.attributeMappings.push({ ...expression("[mail]"), matchingPriority: 2 });
  expect(findSchemaFault(schema)).toContain("alternativeSecurityIds");
});
