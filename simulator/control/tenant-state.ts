import { z } from "zod";

import { backupState, type TenantBackup } from "../backup/backup-state.ts";
import { unitStatusAt } from "../backup/protection-unit.ts";
import { sessionStatusAt } from "../backup/restore-session.ts";
import { SERVICES, type Service } from "../backup/service-kind.ts";
import { listSites } from "../content/site.ts";
import { iso } from "../core/iso.ts";
import type { World } from "../core/world.ts";
import { directoryState } from "../directory/directory.ts";
import { listConfigurations } from "../multitenant/synchronization-state.ts";
import type { EstateTenant } from "../seed/estate.ts";

/** Units are counted one by one; above so many places that would make a look at the state slow. */
const MAX_COUNTED_UNITS = 25_000;

const Counts = z.record(z.string(), z.int());

export const TenantState = z.strictObject({
  tenantId: z.guid(),
  displayName: z.string(),
  domain: z.string(),
  users: z.int(),
  deletedUsers: z.int(),
  groups: z.int(),
  sites: z.int(),
  backup: z.strictObject({
    isProvisioned: z.boolean(),
    billing: z.enum(["valid", "missing", "unreadable"]),
    status: z.enum(["disabled", "enabled", "protectionChangeLocked", "restoreLocked"]),
    disableReason: z.enum(["none", "invalidBillingProfile", "userRequested"]),
    gracePeriodDateTime: z.iso.datetime().nullable(),
    restoreAllowedTillDateTime: z.iso.datetime().nullable(),
    serviceApps: z.array(
      z.strictObject({ appId: z.string(), displayName: z.string(), status: z.string() }),
    ),
    policies: z.array(
      z.strictObject({
        id: z.string(),
        service: z.enum(SERVICES),
        displayName: z.string(),
        isActive: z.boolean(),
      }),
    ),
    units: z
      .record(z.enum(SERVICES), Counts)
      .nullable()
      .describe("Protection units of each service by status; null in tenants too large to count."),
    unitsWithError: z.int().nullable(),
    heldResources: z.int(),
    restoreSessions: Counts.describe("Restore sessions by status."),
  }),
  synchronizationJobs: Counts.describe("Synchronization jobs by schedule."),
});
type TenantState = z.infer<typeof TenantState>;

interface Source {
  readonly world: World;
  /** Unix milliseconds. */
  readonly now: number;
}

/** What a person wants to know of a tenant at a glance. */
export function tenantStateOf(source: Source, tenant: EstateTenant): TenantState {
  const directory = directoryState.of(source).tenant(tenant.tenantId);
  const deletedUsers = directory.deletedUsers().length;
  return {
    tenantId: tenant.tenantId,
    displayName: tenant.displayName,
    domain: tenant.domain,
    users: directory.users().length - deletedUsers,
    deletedUsers,
    groups: directory.groups().length,
    sites: listSites(source, tenant.tenantId).length,
    backup: backupStateOf(source, tenant.tenantId),
    synchronizationJobs: countBy(
      listConfigurations(source)
        .filter(({ tenantId }) => tenantId === tenant.tenantId)
        .flatMap(({ jobs }) => [...jobs.values()]),
      ({ schedule }) => schedule,
    ),
  };
}

function backupStateOf(source: Source, tenantId: string): TenantState["backup"] {
  const backup = backupState.of(source).get(tenantId);
  if (backup === undefined) throw new Error(`The backup state has no tenant ${tenantId}.`);
  const { control } = backup;
  return {
    isProvisioned: control.isProvisioned,
    billing: control.billing,
    status: control.status,
    disableReason: control.disableReason,
    gracePeriodDateTime: isoOrNull(control.gracePeriodAt),
    restoreAllowedTillDateTime: isoOrNull(control.restoreAllowedTillAt),
    serviceApps: [...control.apps.values()].map(({ id, displayName, status }) => ({
      appId: id,
      displayName,
      status,
    })),
    policies: [...backup.policies.values()].map(({ id, service, displayName, isActive }) => ({
      id,
      service,
      displayName,
      isActive,
    })),
    ...countUnits(backup, source.now),
    heldResources: backup.heldResources.size,
    restoreSessions: countBy(backup.sessions.values(), (session) =>
      sessionStatusAt(session, source.now),
    ),
  };
}

function countUnits(
  { units }: TenantBackup,
  now: number,
): Pick<TenantState["backup"], "units" | "unitsWithError"> {
  if (units.all().length > MAX_COUNTED_UNITS) return { units: null, unitsWithError: null };
  let unitsWithError = 0;
  const counts = (service: Service) => {
    const list = units.ofService(service);
    const statuses: Record<string, number> = {};
    for (let index = 0; index < list.length; index += 1) {
      const unit = list.at(index);
      if (unit === undefined) continue;
      if (unit.error !== null) unitsWithError += 1;
      const status = unitStatusAt(unit, now);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
    return statuses;
  };
  const byService = {
    sharePoint: counts("sharePoint"),
    oneDriveForBusiness: counts("oneDriveForBusiness"),
    exchange: counts("exchange"),
  };
  return { units: byService, unitsWithError };
}

function countBy<T>(items: Iterable<T>, word: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[word(item)] = (counts[word(item)] ?? 0) + 1;
  return counts;
}

function isoOrNull(instant: number | null): string | null {
  return instant === null ? null : iso(instant);
}
