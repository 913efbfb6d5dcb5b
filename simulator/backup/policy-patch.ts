import { z } from "zod";
import { identityOf } from "../core/principal.ts";
import type { GraphRequest, GraphResponse } from "../core/route.ts";
import { openBackup } from "./access.ts";
import type { TenantBackup } from "./backup-state.ts";
import { inlineFailure } from "./delta.ts";
import { errorRow, refusal } from "./error-catalogue.ts";
import { findPolicy, isValidDisplayName } from "./policy-lookup.ts";
import { findProtectable } from "./protectable.ts";
import { policyRenamed, unitsAdded, unitsReleased } from "./protection-events.ts";
import type { ProtectionPolicy } from "./protection-policy.ts";
import {
  DYNAMIC_RULE_SOURCE,
  MANUAL_SOURCE,
  unitPolicyAt,
  type ProtectionUnit,
} from "./protection-unit.ts";
import { policyJson, unitJson, type Json } from "./representation.ts";
import { SERVICE_WORDS, type Service } from "./service-kind.ts";

const Removal = z.strictObject({
  "@removed": z.strictObject({ reason: z.literal(["changed", "deleted"]).nullish() }),
  id: z.string(),
});

/** What one element of the list asks for. */
type Element =
  | { readonly kind: "remove"; readonly unitId: string }
  | { readonly kind: "add"; readonly reference: string };

function parseBody(
  request: GraphRequest,
  service: Service,
): { readonly displayName: string | null; readonly elements: readonly Element[] | null } {
  const words = SERVICE_WORDS[service];
  const deltaName = `${words.units}@delta`;
  const Addition = z.strictObject({ [words.unitIdProperty]: z.string() });
  const body = request.parse(
    z.strictObject({
      displayName: z.string().nullish(),
      [deltaName]: z.array(z.union([Removal, Addition])).nullish(),
    }),
    "InvalidPatchRequest",
  ) as { displayName?: string | null } & Record<string, unknown>;
  const list = body[deltaName] as readonly Record<string, string>[] | null | undefined;
  return {
    displayName: body.displayName ?? null,
    elements:
      list?.map((element) =>
        "@removed" in element
          ? { kind: "remove", unitId: (element["id"] ?? "").toLowerCase() }
          : { kind: "add", reference: element[words.unitIdProperty] ?? "" },
      ) ?? null,
  };
}

/** What will become of one element: known before anything is changed, so that one request is one change. */
type Plan =
  | { readonly kind: "fail"; readonly json: Json }
  | { readonly kind: "remove"; readonly unitId: string }
  | { readonly kind: "add"; readonly unitId: string; readonly resourceId: string };

function planElement(
  request: GraphRequest,
  tenant: TenantBackup,
  policy: ProtectionPolicy,
  element: Element,
): Plan {
  const words = SERVICE_WORDS[policy.service];
  const fail = (
    key: "ProtectionUnitNotFound" | "ProtectionUnitAlreadyExists" | "InvalidProtectionUnitId",
  ): Plan => ({
    kind: "fail",
    json: inlineFailure({
      row: errorRow("patchPolicyItem", key),
      operation: element.kind,
      element:
        element.kind === "remove"
          ? { id: element.unitId }
          : { [words.unitIdProperty]: element.reference },
      contentId: request.newId(),
    }),
  });
  if (element.kind === "remove") {
    const unit = tenant.units.get(element.unitId);
    if (
      unit === undefined ||
      unitPolicyAt(unit, request.now) !== policy.id ||
      unit.pending?.status === "removeRequested"
    ) {
      return fail("ProtectionUnitNotFound");
    }
    if ((unit.sources & DYNAMIC_RULE_SOURCE) !== 0) {
      throw refusal("patchPolicy", "ProtectionUnitActionNotAllowed");
    }
    return { kind: "remove", unitId: unit.id };
  }
  const resourceId = findProtectable(request, policy.service, element.reference);
  if (resourceId === null) return fail("InvalidProtectionUnitId");
  const unit = tenant.units.ofResource(policy.service, resourceId);
  if (unit === undefined) return { kind: "add", unitId: request.newId(), resourceId };
  const holder = unitPolicyAt(unit, request.now);
  const isOnlyRuleHeld = holder === policy.id && (unit.sources & MANUAL_SOURCE) === 0;
  if (holder !== null && !isOnlyRuleHeld) return fail("ProtectionUnitAlreadyExists");
  return { kind: "add", unitId: unit.id, resourceId };
}

/** A unit that was just changed. */
function unitOf(tenant: TenantBackup, id: string): ProtectionUnit {
  return tenant.units.get(id) as ProtectionUnit;
}

/** Renames a policy and adds and removes units; each element of the list gets its own answer. */
export function patchPolicy(request: GraphRequest, service: Service): GraphResponse {
  const words = SERVICE_WORDS[service];
  const { displayName, elements } = parseBody(request, service);
  const tenant = openBackup(request, "changeProtection");
  const policy = findPolicy(request, tenant, service);
  if (displayName !== null && !isValidDisplayName(displayName, tenant.limits)) {
    throw refusal("patchPolicy", "InvalidDisplayName");
  }
  if ((elements?.length ?? 0) > tenant.limits.unitsPerPatchPolicy) {
    throw refusal("patchPolicy", "ProtectionUnitsLimitBreached");
  }
  const names = (elements ?? []).map((element) =>
    element.kind === "remove" ? element.unitId : element.reference.toLowerCase(),
  );
  if (new Set(names).size < names.length) {
    throw refusal("patchPolicy", "DuplicateProtectionUnitInList");
  }
  const plans = (elements ?? []).map((element) => planElement(request, tenant, policy, element));
  const by = identityOf(request.principal);
  if (displayName !== null) request.emit(policyRenamed, { id: policy.id, displayName, by });
  const removed = plans.flatMap((plan) => (plan.kind === "remove" ? [plan.unitId] : []));
  if (removed.length > 0) {
    request.emit(unitsReleased, {
      policyId: policy.id,
      source: MANUAL_SOURCE,
      unitIds: removed,
      by,
    });
  }
  const added = plans.flatMap((plan) =>
    plan.kind === "add" ? [{ id: plan.unitId, resourceId: plan.resourceId }] : [],
  );
  if (added.length > 0) {
    request.emit(unitsAdded, { policyId: policy.id, source: MANUAL_SOURCE, units: added, by });
  }
  return {
    status: 200,
    body: {
      "@odata.context": request.odataContext(`solutions/backupRestore/${words.policies}/$entity`),
      ...policyJson(policy, tenant, request.now, { isCounted: false }),
      ...(elements === null
        ? {}
        : {
            [`${words.units}@delta`]: plans.map((plan) =>
              plan.kind === "fail"
                ? plan.json
                : unitJson(unitOf(tenant, plan.unitId), tenant, request),
            ),
          }),
    },
  };
}
