import { beforeEach, expect, test } from "@jest/globals";

import { allowEdge, type BuiltEdge, buildEdge } from "./edge-steps.ts";
import { type EstateClient, openEstate } from "./estate-client.ts";
import { TENANTS, type TestTenant } from "./six-tenants.ts";

const [source, target] = TENANTS as [TestTenant, TestTenant];

let client: EstateClient;
let edge: BuiltEdge;
let members: readonly string[];

beforeEach(async () => {
  client = await openEstate();
  await allowEdge(client, source, target);
  edge = await buildEdge(client, source, target);
  const { body } = await client.call(source, "GET", `/groups/${edge.groupId}/members?$select=id`);
  members = body.value.map(({ id }: { id: string }) => id);
});

async function synchronize(): Promise<void> {
  await client.call(source, "POST", `${edge.job}/start`);
  client.advanceMinutes(45);
}

/** The principal name in the target of the one whom the log says a source user became. */
async function inTarget(sourceId: string): Promise<{ id: string; userPrincipalName: string }> {
  const filter = `sourceIdentity/id eq '${sourceId}' and provisioningAction eq 'create'`;
  const { body } = await client.call(source, "GET", `/auditLogs/provisioning?$filter=${filter}`);
  const { id } = body.value[0].targetIdentity;
  return (await client.call(target, "GET", `/users/${id}`)).body;
}

const managerOf = (tenant: TestTenant, id: string) =>
  client.call(tenant, "GET", `/users/${id}/manager?$select=userPrincipalName`);

const setManager = (id: string, managerId: string) =>
  client.call(source, "PUT", `/users/${id}/manager/$ref`, {
    "@odata.id": `https://graph.microsoft.com/v1.0/users/${managerId}`,
  });

test("the manager of a synchronized user is the manager's own user in the target", async () => {
  const [chief = "", report = ""] = members;
  expect((await managerOf(source, report)).body.id).toBe(chief);
  await synchronize();
  const theirs = await inTarget(report);
  expect((await managerOf(target, theirs.id)).body.id).toBe((await inTarget(chief)).id);
  // A relationship is no property.
  expect(await client.call(target, "GET", `/users/${theirs.id}?$select=managerId`)).toMatchObject({
    body: { id: theirs.id },
  });
});

test("a new manager flows, a removed one does not", async () => {
  const [, report = "", other = ""] = members;
  await synchronize();
  const { id } = await inTarget(report);
  expect((await setManager(report, other)).status).toBe(204);
  client.advanceMinutes(45);
  const expected = (await inTarget(other)).id;
  expect((await managerOf(target, id)).body.id).toBe(expected);
  expect((await client.call(source, "DELETE", `/users/${report}/manager/$ref`)).status).toBe(204);
  client.advanceMinutes(45);
  expect((await managerOf(source, report)).status).toBe(404);
  expect((await managerOf(target, id)).body.id).toBe(expected);
});

test("a manager who is not synchronized does not flow, until that one is", async () => {
  const [, report = ""] = members;
  const { body } = await client.call(source, "GET", "/users?$select=id&$top=100");
  const outside =
    (body.value as { id: string }[]).find(({ id }) => !members.includes(id))?.id ?? "";
  await setManager(report, outside);
  await synchronize();
  const { id } = await inTarget(report);
  expect((await managerOf(target, id)).status).toBe(404);
  await client.call(source, "POST", `/groups/${edge.groupId}/members/$ref`, {
    "@odata.id": `https://graph.microsoft.com/v1.0/users/${outside}`,
  });
  client.advanceMinutes(90);
  expect((await managerOf(target, id)).body.id).toBe((await inTarget(outside)).id);
});

test("without the mapping nothing flows", async () => {
  const { "@odata.context": _context, ...schema } = (
    await client.call(source, "GET", `${edge.job}/schema`)
  ).body;
  const [mapping] = schema.synchronizationRules[0].objectMappings;
  mapping.attributeMappings = mapping.attributeMappings.filter(
    (each: { targetAttributeName: string }) => each.targetAttributeName !== "manager",
  );
  expect((await client.call(source, "PUT", `${edge.job}/schema`, schema)).status).toBe(204);
  await synchronize();
  const { id } = await inTarget(members[1] ?? "");
  expect((await managerOf(target, id)).status).toBe(404);
});
