import type { Identity } from "../core/principal.ts";
import type { Estate, EstateTenant } from "../seed/estate.ts";
import type { BackupState, TenantBackup } from "./backup-state.ts";
import { protectableCount, protectableIndex, protectableResourceId } from "./protectable.ts";
import { DAY_MS, HOUR_MS } from "./durations.ts";
import { errorRow } from "./error-catalogue.ts";
import { MANUAL_SOURCE, type ItemError, type ProtectionUnit } from "./protection-unit.ts";
import type { ProtectionPolicy } from "./protection-policy.ts";
import type { ServiceControl } from "./service-control.ts";
import { settingsOf } from "./settings.ts";
import { SERVICE_WORDS, SERVICES, type Service } from "./service-kind.ts";
import type { Stamp } from "./stamp.ts";
import { UnitTable, type SeededUnits } from "./unit-table.ts";

type BackupSeed = NonNullable<EstateTenant["backup"]>;
type ProtectedSeed = NonNullable<BackupSeed["protected"]>;

/** How long before the start the points of a stale unit and of a unit in error ended. */
const STALE_FOR_MS = 3 * DAY_MS;
const FAILED_FOR_MS = 26 * HOUR_MS;

/** The backup state that the seed describes, for every tenant. */
export function seedTenants(estate: Estate): BackupState {
  return new Map(estate.tenants.map((tenant) => [tenant.tenantId, seedTenant(estate, tenant)]));
}

function seedTenant(estate: Estate, tenant: EstateTenant): TenantBackup {
  const seeded = tenant.backup?.protected ?? null;
  const application = estate.applications[0];
  const controller: Identity | null =
    tenant.backup?.serviceApp === "active" && application !== undefined
      ? { application: { id: application.clientId, displayName: application.displayName } }
      : null;
  const policies = new Map<string, ProtectionPolicy>();
  const units: Partial<Record<Service, SeededUnits>> = {};
  if (seeded !== null) {
    const stamp = { by: controller, at: Date.parse(seeded.since) };
    for (const service of SERVICES) {
      const policy = seedPolicy(tenant, service, stamp);
      policies.set(policy.id, policy);
      units[service] = seedUnits({ estate, tenant, service, seeded, policy, stamp });
    }
  }
  return {
    tenantId: tenant.tenantId,
    seed: estate.seed,
    ...settingsOf(estate.backup),
    control: seedControl(estate, tenant, controller),
    policies,
    units: new UnitTable(units),
    jobs: new Map(),
    rules: new Map(),
    sessions: new Map(),
    searches: new Map(),
    browseSessions: new Map(),
    emailNotifications: { isEnabled: false, additionalEvents: "none", customRecipients: [] },
    activities: [],
    heldResources: new Set(),
  };
}

function seedControl(
  estate: Estate,
  tenant: EstateTenant,
  controller: Identity | null,
): ServiceControl {
  const seed = tenant.backup;
  const application = estate.applications[0];
  const stamp: Stamp = { by: controller, at: estate.startsAt };
  const control: ServiceControl = {
    isProvisioned: seed !== null,
    billing: seed?.billing === true ? "valid" : "missing",
    status: seed?.enabled === true ? "enabled" : "disabled",
    disableReason: "none",
    consumer:
      seed?.enabled === true ? (controller === null ? "firstparty" : "thirdparty") : "unknown",
    gracePeriodAt: null,
    restoreAllowedTillAt: null,
    modified: seed === null ? null : stamp,
    apps: new Map(),
  };
  if (seed !== null && seed.serviceApp !== "none" && application !== undefined) {
    control.apps.set(application.clientId, {
      id: application.clientId,
      displayName: application.displayName,
      status: seed.serviceApp,
      effectiveAt: seed.serviceApp === "active" ? estate.startsAt : null,
      registered: stamp,
      modified: stamp,
    });
  }
  return control;
}

const POLICY_NAMES: Readonly<Record<Service, string>> = {
  sharePoint: "All sites",
  oneDriveForBusiness: "All OneDrive accounts",
  exchange: "All mailboxes",
};

function seedPolicy(tenant: EstateTenant, service: Service, stamp: Stamp): ProtectionPolicy {
  return {
    id: tenant.ids.guid("protectionPolicy", SERVICES.indexOf(service)),
    service,
    displayName: POLICY_NAMES[service],
    isActive: true,
    updatingUntil: stamp.at,
    created: stamp,
    modified: stamp,
  };
}

interface SeedPlan {
  readonly estate: Estate;
  readonly tenant: EstateTenant;
  readonly service: Service;
  readonly seeded: ProtectedSeed;
  readonly policy: ProtectionPolicy;
  readonly stamp: Stamp;
}

function seedUnits(plan: SeedPlan): SeededUnits {
  const { tenant, service, seeded } = plan;
  const length = protectableCount(tenant, service);
  const share = shareOf(seeded, service);
  // Spreads the covered ones evenly, so that a share of 0.97 leaves out every 33rd thing.
  const isCovered = (index: number) => Math.floor((index + 1) * share) > Math.floor(index * share);
  const { stale, faulty } = pickExceptions(plan, length, isCovered);
  const kind = `${SERVICE_WORDS[service].unitWord}ProtectionUnit`;
  return {
    length,
    policyId: plan.policy.id,
    faulty: [...faulty],
    at(index) {
      if (index < 0 || index >= length || !isCovered(index)) return undefined;
      return makeUnit(plan, index, kind, {
        isStale: stale.has(index),
        isFaulty: faulty.has(index),
      });
    },
    indexOfId(id) {
      const index = tenant.ids.indexOf(kind, id);
      return index !== null && index < length && isCovered(index) ? index : null;
    },
    indexOfResource(resourceId) {
      const index = protectableIndex(tenant, service, resourceId);
      return index !== null && index < length && isCovered(index) ? index : null;
    },
  };
}

function shareOf(seeded: ProtectedSeed, service: Service): number {
  switch (service) {
    case "sharePoint":
      return seeded.sites;
    case "oneDriveForBusiness":
      return seeded.drives;
    case "exchange":
      return seeded.mailboxes;
  }
}

/** The tenant's stale and faulty units, dealt to the three services in turn. */
function pickExceptions(
  { seeded, service }: SeedPlan,
  length: number,
  isCovered: (index: number) => boolean,
): { readonly stale: ReadonlySet<number>; readonly faulty: ReadonlySet<number> } {
  const place = SERVICES.indexOf(service);
  const shareOfCount = (count: number) =>
    Math.floor((count + SERVICES.length - 1 - place) / SERVICES.length);
  const wanted = shareOfCount(seeded.stale) + shareOfCount(seeded.errors);
  const picked: number[] = [];
  for (let step = 0; step < length && picked.length < wanted; step += 1) {
    const index = (Math.floor(length / 3) + step) % length;
    if (isCovered(index)) picked.push(index);
  }
  const staleCount = shareOfCount(seeded.stale);
  return {
    stale: new Set(picked.slice(0, staleCount)),
    faulty: new Set(picked.slice(staleCount)),
  };
}

function makeUnit(
  plan: SeedPlan,
  index: number,
  kind: string,
  state: { readonly isStale: boolean; readonly isFaulty: boolean },
): ProtectionUnit {
  const { estate, tenant, service, policy, stamp } = plan;
  const endsAt = state.isStale
    ? estate.startsAt - STALE_FOR_MS
    : state.isFaulty
      ? estate.startsAt - FAILED_FOR_MS
      : null;
  return {
    id: tenant.ids.guid(kind, index),
    service,
    resourceId: protectableResourceId(tenant, service, index),
    policyId: policy.id,
    sources: MANUAL_SOURCE,
    status: state.isFaulty ? "unprotected" : "protected",
    pending: null,
    spans: [{ firstPointAt: stamp.at, endsAt }],
    error: state.isFaulty ? errorOfFaulty(service) : null,
    offboardRequestedAt: null,
    created: stamp,
    modified: stamp,
  };
}

function errorOfFaulty(service: Service): ItemError {
  const { code, message } = errorRow(
    "unitItem",
    service === "exchange" ? "QuotaExceeded" : "UnknownError",
  );
  return { code, message };
}
