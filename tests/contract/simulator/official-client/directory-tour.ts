import { expect } from "@jest/globals";

import type { InProcessSimulator } from "../../../../simulator/protocol/in-process.ts";
import { MEMBER, OWNER } from "../small-estate.ts";
import { TenantCaller } from "./driven-simulator.ts";

/** Calls every route of the directory area at least once, through a world made of `smallEstate`. */
export async function tourDirectory(sim: InProcessSimulator): Promise<void> {
  const owner = new TenantCaller(sim, OWNER);
  const [organization] = (await owner.get("/organization")).value;
  expect(organization?.id).toBe(OWNER);
  const find = "/tenantRelationships/findTenantInformationBy";
  const byId = await owner.get(`${find}TenantId(tenantId='${MEMBER}')`);
  expect(byId["displayName"]).toBe("Adatum");
  const byName = await owner.get(`${find}DomainName(domainName='adatum.com')`);
  expect(byName["tenantId"]).toBe(MEMBER);

  const [user] = (await owner.get("/users?$filter=userPrincipalName eq 'admin@contoso.com'")).value;
  const path = `/users/${user?.id ?? ""}`;
  await owner.ask("PATCH", path, 204, { department: "Audit" });
  expect((await owner.get(`${path}?$select=department`))["department"]).toBe("Audit");

  const report = (await owner.get("/users?$top=2")).value[1]?.id ?? "";
  const manager = `/users/${report}/manager`;
  expect((await owner.get(manager)).id).toBe(user?.id);
  await owner.ask("DELETE", `${manager}/$ref`, 204);
  await owner.ask("PUT", `${manager}/$ref`, 204, {
    "@odata.id": `https://graph.microsoft.com/v1.0/users/${user?.id ?? ""}`,
  });
  expect((await owner.get(manager)).id).toBe(user?.id);

  const description = {
    displayName: "Auditors",
    mailEnabled: false,
    mailNickname: "auditors",
    securityEnabled: true,
  };
  const { id: groupId } = await owner.ask("POST", "/groups", 201, description);
  expect((await owner.get("/groups")).value.map(({ id }) => id)).toContain(groupId);
  expect((await owner.get(`/groups/${groupId}`))["displayName"]).toBe("Auditors");
  const members = `/groups/${groupId}/members`;
  const directoryObjects = "https://graph.microsoft.com/v1.0/directoryObjects";
  await owner.ask("POST", `${members}/$ref`, 204, {
    "@odata.id": `${directoryObjects}/${user?.id ?? ""}`,
  });
  for (const list of [members, `${members}/microsoft.graph.user`]) {
    expect((await owner.get(list)).value.map(({ id }) => id)).toEqual([user?.id]);
  }
  await owner.ask("DELETE", `${members}/${user?.id ?? ""}/$ref`, 204);

  const roles = "/roleManagement/directory/roleAssignments";
  const role = await owner.ask("POST", roles, 201, {
    "@odata.type": "#microsoft.graph.unifiedRoleAssignment",
    principalId: user?.id,
    roleDefinitionId: "9d3e04ba-3ee4-4d1b-a3a7-9aef423a09be",
    directoryScopeId: "/",
  });
  expect((await owner.get(`${roles}/${role.id}`))["principalId"]).toBe(user?.id);
  const held = await owner.get(`${roles}?$filter=principalId eq '${user?.id ?? ""}'`);
  expect(held.value).toHaveLength(2);
  await owner.ask("DELETE", `${roles}/${role.id}`, 204);

  await owner.ask("DELETE", path, 204);
  const deleted = await owner.get("/directory/deletedItems/microsoft.graph.user");
  expect(deleted.value.map(({ id }) => id)).toEqual([user?.id]);
  await owner.ask("POST", `/directory/deletedItems/${user?.id ?? ""}/restore`, 200);
}
