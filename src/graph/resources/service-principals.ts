import { z } from "zod";
import type { TenantGraph } from "../graph-client.ts";
import { readAll } from "../paging.ts";

/** The gallery's application for cross-tenant synchronization. Source: E-XTS configure with Graph, 2024-10. */
export const SYNCHRONIZATION_TEMPLATE_ID = "518e5f48-1fc8-4c48-9387-9fdf28b0dfe7";
/** The role that puts a user or a group into the scope of a configuration. */
const SCOPE_ROLE = "msiam_access";

const ServicePrincipalAnswer = z.object({
  id: z.string(),
  displayName: z.string().nullish(),
  applicationTemplateId: z.string().nullish(),
  appRoles: z
    .array(
      z.object({ id: z.string(), displayName: z.string().nullish(), value: z.string().nullish() }),
    )
    .nullish(),
});

/** An application's instance in a tenant, as far as a synchronization configuration needs it. */
export interface Configuration {
  readonly servicePrincipalId: string;
  readonly displayName: string;
  /** Id of the role that is assigned to the scope group; null when the answer shows no such role. */
  readonly scopeRoleId: string | null;
}

const SELECT = "$select=id,displayName,applicationTemplateId,appRoles";

/** Every synchronization configuration of a source tenant, whoever made it. */
export async function readConfigurations(graph: TenantGraph): Promise<Configuration[]> {
  const filter = encodeURIComponent(`applicationTemplateId eq '${SYNCHRONIZATION_TEMPLATE_ID}'`);
  const found = await readAll(
    graph,
    `/servicePrincipals?$filter=${filter}&${SELECT}`,
    ServicePrincipalAnswer,
  );
  return found.map(toConfiguration);
}

/** @throws NotFoundError also in the first seconds after it was made. */
export async function readConfiguration(
  graph: TenantGraph,
  servicePrincipalId: string,
): Promise<Configuration> {
  return toConfiguration(
    await graph.read(
      { method: "GET", path: `/servicePrincipals/${servicePrincipalId}?${SELECT}` },
      ServicePrincipalAnswer,
    ),
  );
}

/** Makes a configuration out of the gallery's application. Doing it twice makes two: look first. */
export async function createConfiguration(
  graph: TenantGraph,
  displayName: string,
): Promise<{ readonly servicePrincipalId: string }> {
  const answer = await graph.read(
    {
      method: "POST",
      path: `/applicationTemplates/${SYNCHRONIZATION_TEMPLATE_ID}/instantiate`,
      body: { displayName },
    },
    z.object({ servicePrincipal: z.object({ id: z.string() }) }),
  );
  return { servicePrincipalId: answer.servicePrincipal.id };
}

/** Ids of the users and groups in the scope of a configuration. */
export async function readAssignedPrincipals(
  graph: TenantGraph,
  servicePrincipalId: string,
): Promise<string[]> {
  const assignments = await readAll(
    graph,
    `/servicePrincipals/${servicePrincipalId}/appRoleAssignedTo`,
    z.object({ principalId: z.string().nullish() }),
  );
  return assignments.flatMap(({ principalId }) => (principalId ? [principalId] : []));
}

/** Puts a group's direct members into the scope. @throws TerminalError with status 400 also when it is there already. */
export async function assignPrincipal(
  graph: TenantGraph,
  configuration: { readonly servicePrincipalId: string; readonly scopeRoleId: string },
  principalId: string,
): Promise<void> {
  const { servicePrincipalId, scopeRoleId } = configuration;
  await graph.send({
    method: "POST",
    path: `/servicePrincipals/${servicePrincipalId}/appRoleAssignedTo`,
    body: { principalId, resourceId: servicePrincipalId, appRoleId: scopeRoleId },
  });
}

function toConfiguration(answer: z.infer<typeof ServicePrincipalAnswer>): Configuration {
  const roles = answer.appRoles ?? [];
  const role =
    roles.find(({ displayName, value }) => displayName === SCOPE_ROLE || value === SCOPE_ROLE) ??
    null;
  return {
    servicePrincipalId: answer.id,
    displayName: answer.displayName ?? "",
    scopeRoleId: role?.id ?? null,
  };
}
