import { beforeEach, expect, test } from "@jest/globals";

import { allowEdge, type BuiltEdge, buildEdge, listExternal } from "./edge-steps.ts";
import { type EstateClient, type Json, openEstate } from "./estate-client.ts";
import { MEMBERS_PER_GROUP, TENANTS, type TestTenant } from "./six-tenants.ts";

const [source, target] = TENANTS as [TestTenant, TestTenant];

let client: EstateClient;
let edge: BuiltEdge;

beforeEach(async () => {
  client = await openEstate();
  await allowEdge(client, source, target);
  edge = await buildEdge(client, source, target);
});

const ask = (method: string, path: string, json?: unknown) =>
  client.call(source, method, `${edge.job}/schema${path}`, json);

const constant = (text: string) => ({
  expression: `"${text}"`,
  name: text,
  parameters: [],
  type: "Constant",
});

test("the documented example of parseExpression is parsed into its parts and evaluated", async () => {
  const { status, body } = await ask("POST", "/parseExpression", {
    expression: 'Replace([preferredLanguage], "-", , , "_", ,  )',
    targetAttributeDefinition: null,
    testInputObject: {
      definition: null,
      properties: [
        { key: "preferredLanguage", value: "EN-US" },
        {
          key: "appRoleAssignments",
          "value@odata.type": "#Collection(String)",
          value: ["Default Assignment"],
        },
      ],
    },
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    error: null,
    evaluationSucceeded: true,
    evaluationResult: ["EN_US"],
    parsingSucceeded: true,
    parsedExpression: {
      expression: 'Replace([preferredLanguage], "-", , , "_", , )',
      name: "Replace",
      type: "Function",
      parameters: [
        { key: "source", value: { name: "preferredLanguage", type: "Attribute" } },
        { key: "oldValue", value: constant("-") },
        { key: "replacementValue", value: constant("_") },
      ],
    },
  });
});

test("an expression that cannot be parsed, or has no value, says why", async () => {
  const wrong = await ask("POST", "/parseExpression", { expression: "Append([mail]" });
  expect(wrong.body).toMatchObject({
    parsingSucceeded: false,
    evaluationSucceeded: false,
    parsedExpression: null,
    error: { code: "InvalidExpression", message: "The expression ends too early." },
  });
  const testInputObject = { properties: [{ key: "mail", value: "ada@contoso.com" }] };
  const expression = 'Left([mail], "many")';
  const without = await ask("POST", "/parseExpression", { expression, testInputObject });
  expect(without.body).toMatchObject({
    parsingSucceeded: true,
    evaluationSucceeded: false,
    error: { message: '"many" is not a number.' },
  });
  const untried = await ask("POST", "/parseExpression", { expression });
  expect(untried.body).toMatchObject({ parsingSucceeded: true, error: null, evaluationResult: [] });
});

test("functions and operators are listed with what they take", async () => {
  const { body: functions } = await ask("GET", "/functions");
  expect(functions.value).toContainEqual({
    id: "Append",
    parameters: [
      { name: "source", type: "String", required: true, allowMultipleOccurrences: false },
      { name: "suffix", type: "String", required: true, allowMultipleOccurrences: false },
    ],
  });
  const { body: operators } = await ask("GET", "/filterOperators");
  expect(operators.value).toContainEqual({
    id: "EQUALS",
    arity: "Binary",
    multivaluedComparisonType: "All",
    supportedAttributeTypes: ["String", "Integer"],
  });
});

test("discovering a directory gives its attributes and the time", async () => {
  const { body: schema } = await ask("GET", "");
  const [{ id }] = schema.directories;
  const { body } = await ask("POST", `/directories/${id}/discover`);
  expect(body).toMatchObject({ id, discoverabilities: "AttributeNames, AttributeDataTypes" });
  expect(Date.parse(body.discoveryDateTime)).toBe(client.simulator.now());
  const names = body.objects[0].attributes.map(({ name }: { name: string }) => name);
  expect(names).toContain("userPrincipalName");
  const unknown = await ask("POST", `/directories/${source.tenantId}/discover`);
  expect(unknown.status).toBe(404);
});

/** The default schema with another source for one target attribute. */
async function schemaWith(targetAttributeName: string, expression: string): Promise<Json> {
  const { "@odata.context": _context, ...schema } = (await ask("GET", "")).body;
  const [mapping] = schema.synchronizationRules[0].objectMappings;
  mapping.attributeMappings = mapping.attributeMappings.map((each: Json) =>
    each.targetAttributeName === targetAttributeName
      ? { ...each, source: { type: "Function", name: null, expression, parameters: [] } }
      : each,
  );
  return schema;
}

test("a schema with an expression that cannot be computed is invalid", async () => {
  const refused = await ask(
    "PUT",
    "",
    await schemaWith("displayName", "SelectUniqueValue([mail])"),
  );
  expect(refused.status).toBe(400);
  expect(refused.body.error.code).toBe("schemaInvalid");
  expect(refused.body.error.message).toContain("displayName");
});

test("what an expression gives flows into the target, truth as truth", async () => {
  const named = await schemaWith(
    "displayName",
    'Join(" ", ToUpper([surname]), [givenName], "(Contoso)")',
  );
  expect((await ask("PUT", "", named)).status).toBe(204);
  const hidden = await schemaWith(
    "showInAddressList",
    'IIF([userPrincipalName] = "nobody", "True", "False")',
  );
  expect((await ask("PUT", "", hidden)).status).toBe(204);
  await client.call(source, "POST", `${edge.job}/start`);
  client.advanceMinutes(3);
  const users = await listExternal(client, target);
  expect(users).toHaveLength(MEMBERS_PER_GROUP);
  for (const user of users) {
    expect(user.displayName).toMatch(/^\p{Lu}+ \p{Lu}\p{Ll}+ \(Contoso\)$/u);
    expect(user.showInAddressList).toBe(false);
  }
});
