import { z } from "zod";
import { NotFoundError } from "../errors.ts";
import type { TenantGraph } from "../graph-client.ts";

const ROOT = "/tenantRelationships/multiTenantOrganization";

/** As `addedByTenantId`: nobody. Asked for, it resets a join that failed. */
export const NOBODY = "00000000-0000-0000-0000-000000000000";

const OrganizationAnswer = z.object({
  id: z.string().nullish(),
  /** `inactive` for a tenant that belongs to none; that is no error. */
  state: z.string().nullish(),
  displayName: z.string().nullish(),
});
export type MultitenantOrganization = z.infer<typeof OrganizationAnswer>;

const TransitionDetails = z.object({ status: z.string().nullish(), details: z.string().nullish() });

const MemberAnswer = z.object({
  tenantId: z.string(),
  displayName: z.string().nullish(),
  role: z.string().nullish(),
  state: z.string().nullish(),
  transitionDetails: TransitionDetails.nullish(),
});
export type MtoMember = z.infer<typeof MemberAnswer>;

const JoinRequestAnswer = z.object({
  addedByTenantId: z.string().nullish(),
  memberState: z.string().nullish(),
  transitionDetails: TransitionDetails.nullish(),
});
export type JoinRequest = z.infer<typeof JoinRequestAnswer>;

/** The multitenant organization as this tenant sees it. */
export const readOrganization = (graph: TenantGraph): Promise<MultitenantOrganization> =>
  graph.read({ method: "GET", path: ROOT }, OrganizationAnswer);

/** Creates the organization with this tenant as its owner. Accepted only: it may take minutes until it is `active`. */
export async function createOrganization(graph: TenantGraph, displayName: string): Promise<void> {
  await graph.send({ method: "PUT", path: ROOT, body: { displayName } });
}

/** A tenant as an owner sees it; null when it is not listed. */
export async function readMember(graph: TenantGraph, memberId: string): Promise<MtoMember | null> {
  try {
    return await graph.read({ method: "GET", path: `${ROOT}/tenants/${memberId}` }, MemberAnswer);
  } catch (error) {
    // 404 is also the documented end of a tenant that was removed.
    if (error instanceof NotFoundError) {
      return null;
    }
    throw error;
  }
}

/**
 * Lists a tenant as pending member; only an owner may. The display name cannot be changed later.
 *
 * @throws TerminalError with status 400 also when the tenant is listed already.
 */
export async function addMember(
  graph: TenantGraph,
  member: { readonly tenantId: string; readonly displayName: string },
): Promise<void> {
  await graph.send({
    method: "POST",
    path: `${ROOT}/tenants`,
    body: { tenantId: member.tenantId, displayName: member.displayName, role: "member" },
  });
}

/** How far the tenant's own request to join is. */
export const readJoinRequest = (graph: TenantGraph): Promise<JoinRequest> =>
  graph.read({ method: "GET", path: `${ROOT}/joinRequest` }, JoinRequestAnswer);

/**
 * Asks, in the joining tenant, to join the organization of an owner; with `NOBODY` it resets a request that failed.
 * Accepted only: whether it works is seen by reading the request.
 */
export async function sendJoinRequest(graph: TenantGraph, addedByTenantId: string): Promise<void> {
  await graph.send({ method: "PATCH", path: `${ROOT}/joinRequest`, body: { addedByTenantId } });
}
