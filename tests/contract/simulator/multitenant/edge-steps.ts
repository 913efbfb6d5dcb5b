import type { GraphCaller, Json } from "./estate-client.ts";
import type { TestTenant } from "./six-tenants.ts";

export const MTO = "/tenantRelationships/multiTenantOrganization";
export const PARTNERS = "/policies/crossTenantAccessPolicy/partners";
export const TEMPLATES = "/policies/crossTenantAccessPolicy/templates";
export const GALLERY = "/applicationTemplates/518e5f48-1fc8-4c48-9387-9fdf28b0dfe7/instantiate";

function secretsFor(target: TestTenant, settings = '{"Enabled":false}') {
  return {
    value: [
      { key: "AuthenticationType", value: "SyncPolicy" },
      { key: "CompanyId", value: target.tenantId },
      { key: "SyncNotificationSettings", value: settings },
      { key: "SyncAll", value: "false" },
    ],
  };
}

export function credentialsFor(target: TestTenant) {
  return {
    useSavedCredentials: false,
    templateId: "Azure2Azure",
    credentials: [
      { key: "CompanyId", value: target.tenantId },
      { key: "AuthenticationType", value: "SyncPolicy" },
    ],
  };
}

/** Steps 1 to 4 of an edge: both sides allow it. */
export async function allowEdge(client: GraphCaller, source: TestTenant, target: TestTenant) {
  await client.call(target, "POST", PARTNERS, { tenantId: source.tenantId });
  await client.call(target, "PUT", `${PARTNERS}/${source.tenantId}/identitySynchronization`, {
    displayName: source.displayName,
    userSyncInbound: { isSyncAllowed: true },
  });
  await client.call(target, "PATCH", `${PARTNERS}/${source.tenantId}`, {
    automaticUserConsentSettings: { inboundAllowed: true },
  });
  await client.call(source, "POST", PARTNERS, { tenantId: target.tenantId });
  await client.call(source, "PATCH", `${PARTNERS}/${target.tenantId}`, {
    automaticUserConsentSettings: { outboundAllowed: true },
  });
}

export interface BuiltEdge {
  readonly servicePrincipalId: string;
  readonly applicationId: string;
  readonly appRoleId: string;
  readonly jobId: string;
  /** Path of the job. */
  readonly job: string;
  readonly groupId: string;
  readonly assignmentId: string;
}

async function findSyncGroup(client: GraphCaller, tenant: TestTenant): Promise<string> {
  const { body } = await client.call(
    tenant,
    "GET",
    "/groups?$filter=displayName eq 'Members for the MTO'",
  );
  return body.value[0].id as string;
}

/** Steps 5 to 10 of an edge: application, job, secrets, assignment. The job is not started. */
export async function buildEdge(
  client: GraphCaller,
  source: TestTenant,
  target: TestTenant,
  settings?: string,
): Promise<BuiltEdge> {
  const { body } = await client.call(source, "POST", GALLERY, {
    displayName: `To ${target.displayName}`,
  });
  const servicePrincipalId = body.servicePrincipal.id as string;
  const appRoleId = body.servicePrincipal.appRoles[0].id as string;
  client.advanceMinutes(0.25);
  const root = `/servicePrincipals/${servicePrincipalId}/synchronization`;
  const job = await client.call(source, "POST", `${root}/jobs`, { templateId: "Azure2Azure" });
  await client.call(source, "PUT", `${root}/secrets`, secretsFor(target, settings));
  const groupId = await findSyncGroup(client, source);
  const assignment = await client.call(
    source,
    "POST",
    `/servicePrincipals/${servicePrincipalId}/appRoleAssignedTo`,
    { principalId: groupId, resourceId: servicePrincipalId, appRoleId },
  );
  client.advanceMinutes(1);
  return {
    servicePrincipalId,
    applicationId: body.application.id as string,
    appRoleId,
    jobId: job.body.id as string,
    job: `${root}/jobs/${job.body.id as string}`,
    groupId,
    assignmentId: assignment.body.id as string,
  };
}

/** The users of a tenant who came from outside, with what makes them members. */
export async function listExternal(client: GraphCaller, tenant: TestTenant): Promise<Json[]> {
  const { body } = await client.call(
    tenant,
    "GET",
    "/users?$select=id,userPrincipalName,userType,externalUserState,identities,mail,showInAddressList,accountEnabled,displayName,creationType&$top=200",
  );
  return (body.value as Json[]).filter(({ userPrincipalName }) =>
    String(userPrincipalName).includes("#EXT#"),
  );
}

/** Joins `member` to the owner's organization, which must exist. */
export async function joinOrganization(
  client: GraphCaller,
  owner: TestTenant,
  member: TestTenant,
): Promise<void> {
  await client.call(owner, "POST", `${MTO}/tenants`, {
    tenantId: member.tenantId,
    displayName: member.displayName,
  });
  await client.call(member, "PATCH", `${MTO}/joinRequest`, { addedByTenantId: owner.tenantId });
}
