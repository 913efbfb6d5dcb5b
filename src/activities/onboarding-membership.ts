import type { TenantOnboarding } from "../contracts/onboarding.ts";
import type { membershipActivities } from "../contracts/onboarding-orchestration.ts";
import type { Clock } from "../domain/clock.ts";
import { chooseOwner, judgeMembership, type Membership } from "../domain/onboarding-membership.ts";
import type { Implementations } from "../durable/activity.ts";
import { GraphError, TerminalError, TransientError } from "../graph/errors.ts";
import type { GraphClient } from "../graph/graph-client.ts";
import { readMissingTemplates, setTemplate } from "../graph/resources/cross-tenant-access.ts";
import {
  addMember,
  createOrganization,
  NOBODY,
  readJoinRequest,
  readMember,
  readOrganization,
  sendJoinRequest,
} from "../graph/resources/multitenant-organization.ts";
import { claimCreation, type OnboardingTables } from "../store/onboarding.ts";
import type { TableStore } from "../store/table.ts";
import { readKnownTenants } from "../store/tenants.ts";

export interface MembershipDependencies {
  readonly graph: GraphClient;
  readonly clock: Clock;
  readonly store: TableStore;
  readonly tables: Pick<OnboardingTables<unknown>, "claims">;
  readonly configuredTenants: readonly {
    readonly tenantId: string;
    readonly displayName: string;
    readonly role?: "owner" | "member" | undefined;
  }[];
}

/** An organization takes minutes to come into being; one that is not there after this long was never created. */
const CREATION_MS = 30 * 60 * 1000;
const ORGANIZATIONS = "multitenantOrganizations";

/** The activities that make a tenant a member. Each reads before it writes; many tenants may join one owner at a time. */
export function createMembershipActivities(
  dependencies: MembershipDependencies,
): Implementations<typeof membershipActivities> {
  const { graph } = dependencies;
  return {
    async findOwner({ tenantId }) {
      const known = await readKnownTenants<TenantOnboarding>(
        dependencies.store,
        dependencies.configuredTenants,
      );
      return chooseOwner(known, tenantId);
    },
    async setTemplates({ tenantId }) {
      const tenant = graph.forTenant(tenantId);
      for (const template of await readMissingTemplates(tenant)) {
        await setTemplate(tenant, template);
      }
      return null;
    },
    ensureOrganization: (input) => ensureOrganization(dependencies, input),
    async readOrganization({ tenantId }) {
      return { isActive: (await readOrganization(graph.forTenant(tenantId))).state === "active" };
    },
    async addMember({ tenantId, ownerTenantId, displayName }) {
      const owner = graph.forTenant(ownerTenantId);
      if ((await readMember(owner, tenantId)) !== null) {
        return null;
      }
      try {
        await addMember(owner, { tenantId, displayName });
      } catch (error) {
        // 400 is also the answer for a tenant that is being added already; only the list tells.
        if (!(error instanceof TerminalError) || (await readMember(owner, tenantId)) === null) {
          throw error;
        }
      }
      return null;
    },
    readMembership: (input) => readMembership(dependencies, input),
    async requestJoin(input) {
      const { membership } = await readMembership(dependencies, input);
      if (membership.kind === "notAsked") {
        await sendJoinRequest(graph.forTenant(input.tenantId), input.ownerTenantId);
      }
      return null;
    },
    async resetJoin({ tenantId }) {
      const tenant = graph.forTenant(tenantId);
      const { transitionDetails } = await readJoinRequest(tenant);
      if (transitionDetails?.status === "failed") {
        await sendJoinRequest(tenant, NOBODY);
      }
      return null;
    },
  };
}

/**
 * Creates the owner's organization unless it is there. Several members may ask at the same time and a new organization is
 * not visible at once: only who holds the claim creates.
 */
async function ensureOrganization(
  { graph, tables, clock }: MembershipDependencies,
  { tenantId, displayName }: { readonly tenantId: string; readonly displayName: string },
): Promise<{ readonly isActive: boolean }> {
  const tenant = graph.forTenant(tenantId);
  if ((await readOrganization(tenant)).state === "active") {
    return { isActive: true };
  }
  const place = { partition: ORGANIZATIONS, key: tenantId };
  if ((await claimCreation(tables.claims, place, clock.now(), CREATION_MS)) === "mine") {
    try {
      await createOrganization(tenant, displayName);
    } catch (error) {
      // Refused for certain: whoever tries again need not wait for this claim to end.
      if (error instanceof GraphError && !(error instanceof TransientError)) {
        await tables.claims.remove(place.partition, place.key);
      }
      throw error;
    }
  }
  return { isActive: false };
}

async function readMembership(
  { graph }: Pick<MembershipDependencies, "graph">,
  { tenantId, ownerTenantId }: { readonly tenantId: string; readonly ownerTenantId: string },
): Promise<{ readonly membership: Membership; readonly ownerState: string | null }> {
  const tenant = graph.forTenant(tenantId);
  const listed = await readMember(graph.forTenant(ownerTenantId), tenantId);
  const organization = await readOrganization(tenant);
  const request = await readJoinRequest(tenant);
  const ownerState = listed?.state ?? null;
  const membership = judgeMembership(
    {
      ownerState,
      organizationState: organization.state ?? null,
      memberState: request.memberState ?? null,
      addedByTenantId: request.addedByTenantId ?? null,
      transitionStatus: request.transitionDetails?.status ?? null,
      transitionDetails: request.transitionDetails?.details ?? null,
    },
    ownerTenantId,
  );
  return { membership, ownerState };
}
