import { z } from "zod";

import { backupOf } from "../backup/backup-state.ts";
import { billingChanged, serviceChanged } from "../backup/control-events.ts";
import { DAY_MS } from "../backup/durations.ts";
import { policyDeactivated } from "../backup/protection-events.ts";
import type { ServiceControl } from "../backup/service-control.ts";
import { defineTransition } from "../core/area.ts";
import type { Context } from "../core/context.ts";
import type { Identity } from "../core/principal.ts";
import { iso } from "../core/iso.ts";
import { At, atOf, defineScenario, ScenarioRefusal, TenantId } from "./scenario.ts";

/**
 * How a lapse goes on. Microsoft documents the two dates but no lengths (the table is a picture; an older text said 29
 * days): protection is locked at once, restores when `restoreAllowedTillDateTime` has come, and at the end of the grace
 * period the service is disabled and its policies make no more points.
 */
const LAPSE = {
  tenantId: TenantId,
  restoreDays: z
    .number()
    .nonnegative()
    .max(3_650)
    .optional()
    .describe("Days until restores are locked too (default: 29, at most graceDays)."),
  graceDays: z
    .number()
    .nonnegative()
    .max(3_650)
    .default(30)
    .describe("Days until the service is disabled."),
};
interface LapseInput {
  readonly restoreDays?: number | undefined;
  readonly graceDays: number;
}
const USUAL_RESTORE_DAYS = 29;
const isOrdered = ({ restoreDays = 0, graceDays }: LapseInput) => restoreDays <= graceDays;
const ORDERED = { message: "graceDays must not be less than restoreDays.", path: ["graceDays"] };

const SERVICE_STATUS = {
  status: z.enum(["disabled", "enabled", "protectionChangeLocked", "restoreLocked"]),
  disableReason: z.enum(["none", "invalidBillingProfile", "userRequested"]),
};
const LapseAnswer = z.strictObject({
  ...SERVICE_STATUS,
  restoreAllowedTillDateTime: z.iso.datetime().nullable(),
  gracePeriodDateTime: z.iso.datetime().nullable(),
  at: At,
});

interface Lapse {
  readonly restoreAllowedTillAt: number;
  readonly gracePeriodAt: number;
}

/** Restores are allowed no longer, unless the service was enabled again or lapsed anew. */
export const restoreAllowanceEnded = defineTransition<Lapse>(
  "scenario.restoreAllowanceEnded",
  (context, lapse) => {
    const { control } = backupOf(context);
    if (!isStill(control, lapse)) return;
    context.emit(serviceChanged, { status: "restoreLocked", by: null });
  },
);

/** The service ends, unless it was enabled again or lapsed anew. */
export const serviceGraceEnded = defineTransition<Lapse>(
  "scenario.serviceGraceEnded",
  (context, lapse) => {
    const { control, policies } = backupOf(context);
    if (!isStill(control, lapse)) return;
    context.emit(serviceChanged, {
      status: "disabled",
      consumer: "unknown",
      gracePeriodAt: null,
      restoreAllowedTillAt: null,
      by: null,
    });
    for (const policy of policies.values()) {
      if (policy.isActive) context.emit(policyDeactivated, { id: policy.id, by: SERVICE });
    }
  },
);

export const billingLapse = defineScenario({
  name: "billing-lapse",
  summary:
    "Nobody pays any more: protection is locked, after some days restores too, and in the end the service is disabled.",
  input: z
    .strictObject({
      ...LAPSE,
      billing: z
        .enum(["missing", "unreadable"])
        .default("missing")
        .describe("What the service finds when it asks for the billing profile."),
    })
    .refine(isOrdered, ORDERED),
  answer: LapseAnswer,
  run(context, input) {
    requireRunningService(context);
    context.emit(billingChanged, { billing: input.billing });
    return lapse(context, input, "invalidBillingProfile", null);
  },
});

export const backupOffboarding = defineScenario({
  name: "backup-offboarding",
  summary: "An administrator of the tenant switches Microsoft 365 Backup off as a whole.",
  input: z.strictObject(LAPSE).refine(isOrdered, ORDERED),
  answer: LapseAnswer,
  run(context, input) {
    requireRunningService(context);
    const tenant = context.world.estate.tenant(context.tenantId);
    return lapse(context, input, "userRequested", {
      user: {
        id: tenant?.ids.guid("user", 0) ?? "",
        displayName: tenant?.admin.userPrincipalName ?? "",
      },
    });
  },
});

export const billingReturn = defineScenario({
  name: "billing-return",
  summary: "Somebody pays again; the service goes on unless its grace period is over.",
  input: z.strictObject({ tenantId: TenantId }),
  answer: LapseAnswer,
  run(context) {
    const { control } = backupOf(context);
    if (!control.isProvisioned) throw new ScenarioRefusal(UNPROVISIONED);
    context.emit(billingChanged, { billing: "valid" });
    if (control.disableReason === "invalidBillingProfile" && control.gracePeriodAt !== null) {
      context.emit(serviceChanged, {
        status: "enabled",
        disableReason: "none",
        gracePeriodAt: null,
        restoreAllowedTillAt: null,
        by: null,
      });
    }
    return answerOf(context);
  },
});

const UNPROVISIONED = "Microsoft 365 Backup was never used in this tenant.";
/** Whom the product names when it acts by itself. */
const SERVICE: Identity = {
  application: { id: "00000000-0000-0000-0000-000000000000", displayName: "Microsoft 365 Backup" },
};

function requireRunningService(context: Context): void {
  const { control } = backupOf(context);
  if (!control.isProvisioned) throw new ScenarioRefusal(UNPROVISIONED);
  if (control.status !== "enabled") {
    throw new ScenarioRefusal(`The service is ${control.status} already.`);
  }
}

function isStill(control: ServiceControl, lapse: Lapse): boolean {
  return (
    control.status !== "enabled" &&
    control.gracePeriodAt === lapse.gracePeriodAt &&
    control.restoreAllowedTillAt === lapse.restoreAllowedTillAt
  );
}

function lapse(
  context: Context,
  { restoreDays, graceDays }: LapseInput,
  disableReason: ServiceControl["disableReason"],
  by: Identity | null,
): z.infer<typeof LapseAnswer> {
  const restores = restoreDays ?? Math.min(USUAL_RESTORE_DAYS, graceDays);
  const dates: Lapse = {
    restoreAllowedTillAt: context.now + Math.round(restores * DAY_MS),
    gracePeriodAt: context.now + Math.round(graceDays * DAY_MS),
  };
  context.emit(serviceChanged, { status: "protectionChangeLocked", disableReason, ...dates, by });
  context.schedule(dates.restoreAllowedTillAt, restoreAllowanceEnded, dates);
  context.schedule(dates.gracePeriodAt, serviceGraceEnded, dates);
  return answerOf(context);
}

function answerOf(context: Context): z.infer<typeof LapseAnswer> {
  const { control } = backupOf(context);
  return {
    status: control.status,
    disableReason: control.disableReason,
    restoreAllowedTillDateTime: isoOrNull(control.restoreAllowedTillAt),
    gracePeriodDateTime: isoOrNull(control.gracePeriodAt),
    ...atOf(context),
  };
}

function isoOrNull(instant: number | null): string | null {
  return instant === null ? null : iso(instant);
}
