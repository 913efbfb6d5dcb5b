import type { edgeActivities } from "../contracts/onboarding-orchestration.ts";
import type { Clock } from "../domain/clock.ts";
import {
  addUsers,
  isExpectedInTarget,
  isSynchronized,
  judgeJob,
  type JobReading,
  NO_USERS,
  targetUserFilter,
} from "../domain/onboarding-edge.ts";
import type { Implementations } from "../durable/activity.ts";
import { ConflictError, NotFoundError, TerminalError } from "../graph/errors.ts";
import type { GraphClient } from "../graph/graph-client.ts";
import {
  allowInboundSynchronization,
  allowRedemption,
  createPartner,
  readInboundSynchronization,
  readPartner,
} from "../graph/resources/cross-tenant-access.ts";
import { assignPrincipal, readAssignedPrincipals } from "../graph/resources/service-principals.ts";
import {
  createJob,
  readJob,
  readJobs,
  saveSecrets,
  startJob,
  type SynchronizationJob,
  TEMPLATE_ID,
  validateCredentials,
} from "../graph/resources/synchronization.ts";
import { findGroups, findUsers, readGroupMembers } from "../graph/resources/users-and-groups.ts";
import type { OnboardingTables } from "../store/onboarding.ts";
import { AskAgainError, CannotSucceedError } from "./ask-again.ts";
import { ensureConfiguration } from "./onboarding-configuration.ts";

export interface EdgeDependencies {
  readonly graph: GraphClient;
  readonly clock: Clock;
  readonly tables: Pick<OnboardingTables<unknown>, "claims">;
  /** Display name of the group whose direct members are synchronized. */
  readonly syncGroupName: string;
}

type EdgeActivities = Implementations<typeof edgeActivities>;

/** The activities that build one direction of synchronization and prove its effect. Each reads before it writes. */
export const createEdgeActivities = (dependencies: EdgeDependencies): EdgeActivities => ({
  ...createPartnerActivities(dependencies),
  ...createConfigurationActivities(dependencies),
  ...createJobActivities(dependencies),
  countUsers: createUserCount(dependencies),
});

function createPartnerActivities({
  graph,
}: EdgeDependencies): Pick<EdgeActivities, "ensurePartner" | "allowInbound" | "allowRedemption"> {
  return {
    async ensurePartner({ tenantId, partnerTenantId }) {
      const tenant = graph.forTenant(tenantId);
      if ((await readPartner(tenant, partnerTenantId)) === null) {
        await unlessThere(() => createPartner(tenant, partnerTenantId));
      }
      return null;
    },
    async allowInbound({ tenantId, partnerTenantId, displayName }) {
      const tenant = graph.forTenant(tenantId);
      const partner = { tenantId: partnerTenantId, displayName };
      const isAllowed = await readInboundSynchronization(tenant, partnerTenantId);
      if (isAllowed === true) {
        return null;
      }
      if (isAllowed === null) {
        try {
          await allowInboundSynchronization(tenant, "PUT", partner);
          return null;
        } catch (error) {
          // The template of the organization may have made it meanwhile: then it can only be changed.
          if (!(error instanceof ConflictError)) {
            throw error;
          }
        }
      }
      await allowInboundSynchronization(tenant, "PATCH", partner);
      return null;
    },
    async allowRedemption({ tenantId, partnerTenantId }) {
      const tenant = graph.forTenant(tenantId);
      const partner = await readPartner(tenant, partnerTenantId);
      // Both directions at once: the other edge of the pair is built at the same time, and neither may undo the other.
      if (partner?.isInboundRedeemed !== true || !partner.isOutboundRedeemed) {
        await allowRedemption(tenant, partnerTenantId);
      }
      return null;
    },
  };
}

function createConfigurationActivities(
  dependencies: EdgeDependencies,
): Pick<EdgeActivities, "ensureConfiguration" | "validateCredentials" | "assignScopeGroup"> {
  const { graph } = dependencies;
  return {
    ensureConfiguration: (edge) => ensureConfiguration(dependencies, edge),
    async validateCredentials({ sourceTenantId, targetTenantId, servicePrincipalId }) {
      const source = graph.forTenant(sourceTenantId);
      try {
        await onceVisible(() => validateCredentials(source, servicePrincipalId, targetTenantId));
      } catch (error) {
        // The settings of the two tenants take a while to become known to the synchronization service.
        if (error instanceof ConflictError) {
          throw new AskAgainError(error.code, error.message, null);
        }
        throw error;
      }
      return null;
    },
    async assignScopeGroup({ sourceTenantId, servicePrincipalId, scopeRoleId }) {
      const source = graph.forTenant(sourceTenantId);
      const groupId = await findScopeGroup(dependencies, sourceTenantId);
      const isAssigned = async () =>
        (await onceVisible(() => readAssignedPrincipals(source, servicePrincipalId))).includes(
          groupId,
        );
      if (await isAssigned()) {
        return null;
      }
      try {
        await assignPrincipal(source, { servicePrincipalId, scopeRoleId }, groupId);
      } catch (error) {
        // 400 is also the answer for a group that is assigned already; only the list tells.
        if (!(error instanceof TerminalError) || !(await isAssigned())) {
          throw error;
        }
      }
      return null;
    },
  };
}

function createJobActivities({
  graph,
}: EdgeDependencies): Pick<EdgeActivities, "ensureJob" | "saveSecrets" | "startJob" | "readJob"> {
  return {
    async ensureJob({ sourceTenantId, servicePrincipalId }) {
      const source = graph.forTenant(sourceTenantId);
      const jobs = (await onceVisible(() => readJobs(source, servicePrincipalId))).filter(
        ({ templateId }) => (templateId ?? TEMPLATE_ID) === TEMPLATE_ID,
      );
      if (jobs.length > 1) {
        throw new CannotSucceedError(
          "severalJobs",
          `The configuration ${servicePrincipalId} has ${jobs.length} jobs; delete all but one.`,
        );
      }
      return { jobId: (jobs[0] ?? (await createJob(source, servicePrincipalId))).id };
    },
    async saveSecrets({ sourceTenantId, targetTenantId, servicePrincipalId, jobId }) {
      const source = graph.forTenant(sourceTenantId);
      // A job that runs has its secrets; saving them again would change a configuration that works.
      if (
        judgeJob(toReading(await readJob(source, servicePrincipalId, jobId))).kind === "notStarted"
      ) {
        await saveSecrets(source, servicePrincipalId, targetTenantId);
      }
      return null;
    },
    async startJob({ sourceTenantId, servicePrincipalId, jobId }) {
      const source = graph.forTenant(sourceTenantId);
      const { kind } = judgeJob(toReading(await readJob(source, servicePrincipalId, jobId)));
      // Starting also ends a quarantine; a job that runs must not be started again.
      if (kind === "notStarted" || kind === "quarantined") {
        await startJob(source, servicePrincipalId, jobId);
      }
      return null;
    },
    async readJob({ sourceTenantId, servicePrincipalId, jobId }) {
      return judgeJob(
        toReading(await readJob(graph.forTenant(sourceTenantId), servicePrincipalId, jobId)),
      );
    },
  };
}

const createUserCount =
  (dependencies: EdgeDependencies): EdgeActivities["countUsers"] =>
  async ({ sourceTenantId, targetTenantId, nextLink }) => {
    const { graph, clock } = dependencies;
    const source = graph.forTenant(sourceTenantId);
    const groupId = await findScopeGroup(dependencies, sourceTenantId);
    const page = await readGroupMembers(source, groupId, nextLink);
    const expected = page.items.flatMap((item) => {
      const member = {
        type: item["@odata.type"] ?? null,
        userPrincipalName: item.userPrincipalName ?? null,
        mail: item.mail ?? null,
        userType: item.userType ?? null,
        isEnabled: item.accountEnabled === true,
      };
      return isExpectedInTarget(member) && member.userPrincipalName !== null
        ? [
            {
              id: item.id,
              filter: targetUserFilter({ ...member, userPrincipalName: member.userPrincipalName }),
            },
          ]
        : [];
    });
    const found = await findUsers(
      graph.forTenant(targetTenantId),
      expected.map(({ filter }) => filter),
      clock,
    );
    let tally = NO_USERS;
    for (const [place, { id }] of expected.entries()) {
      const users = (found[place] ?? []).map(({ userType, externalUserState }) => ({
        userType: userType ?? null,
        externalUserState: externalUserState ?? null,
      }));
      const isThere = isSynchronized(users);
      tally = addUsers(tally, {
        expected: 1,
        synchronized: isThere ? 1 : 0,
        missing: isThere ? [] : [id],
      });
    }
    return { tally, nextLink: page.nextLink };
  };

const toReading = ({ schedule, status }: SynchronizationJob): JobReading => ({
  schedule: schedule?.state ?? null,
  code: status?.code ?? null,
  steadyStateFirstAchievedTime: status?.steadyStateFirstAchievedTime ?? null,
  lastSuccessfulTimeEnded: status?.lastSuccessfulExecution?.timeEnded ?? null,
  quarantineReason: status?.quarantine
    ? (status.quarantine.error?.message ?? status.quarantine.reason ?? "Graph gave no reason")
    : null,
});

async function findScopeGroup(
  { graph, syncGroupName }: EdgeDependencies,
  sourceTenantId: string,
): Promise<string> {
  const [groupId, ...others] = await findGroups(graph.forTenant(sourceTenantId), syncGroupName);
  if (groupId === undefined) {
    throw new CannotSucceedError(
      "scopeGroupMissing",
      `Tenant ${sourceTenantId} has no group "${syncGroupName}". Create it with the users who are to become members of the other tenants, then send the tenant again.`,
    );
  }
  if (others.length > 0) {
    throw new CannotSucceedError(
      "scopeGroupAmbiguous",
      `Tenant ${sourceTenantId} has ${others.length + 1} groups "${syncGroupName}"; rename all but one, then send the tenant again.`,
    );
  }
  return groupId;
}

/** A conflict means that somebody made it between our look and our write, which is as good. */
async function unlessThere(create: () => Promise<void>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof ConflictError)) {
      throw error;
    }
  }
}

/** A new configuration is not known everywhere at once. Source: E-XTS configure, 2024: about 15 seconds. */
async function onceVisible<Value>(ask: () => Promise<Value>): Promise<Value> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof NotFoundError) {
      throw new AskAgainError(error.code, "The new configuration is not visible yet.", 15_000);
    }
    throw error;
  }
}
