import { z } from "zod";

import { backupOf } from "../backup/backup-state.ts";
import { serviceAppChanged, serviceAppRegistered } from "../backup/control-events.ts";
import { DAY_MS, DOCUMENTED_DURATIONS } from "../backup/durations.ts";
import { controllerOf } from "../backup/service-control.ts";
import { controllerSwitched } from "../backup/service-routes.ts";
import { iso } from "../core/iso.ts";
import { guidFrom } from "../core/random.ts";
import { At, atOf, defineScenario, ScenarioRefusal, TenantId } from "./scenario.ts";

const NOTICE_DAYS = DOCUMENTED_DURATIONS.takeoverNoticeDays;

export const controllerTakeover = defineScenario({
  name: "controller-takeover",
  summary:
    "Another backup application registers and asks for control: the present one is pendingInactive until the notice ends.",
  input: z.strictObject({
    tenantId: TenantId,
    appId: z.guid().optional().describe("The other application (default: one made up)."),
    displayName: z.string().min(1).max(256).default("Another backup product"),
    noticeDays: z
      .number()
      .nonnegative()
      .max(NOTICE_DAYS.max)
      .default(NOTICE_DAYS.min)
      .describe("Days until it controls; Graph itself allows 7 to 30."),
  }),
  answer: z.strictObject({
    appId: z.string(),
    status: z.string(),
    effectiveDateTime: z.iso.datetime(),
    /** Who loses control then. */
    formerController: z.string().nullable(),
    at: At,
  }),
  run(context, input) {
    const { control } = backupOf(context);
    const appId = (input.appId ?? guidFrom("takeover", context.tenantId)).toLowerCase();
    const by = { application: { id: appId, displayName: input.displayName } };
    const present = controllerOf(control);
    if (present?.id === appId) throw new ScenarioRefusal("This application controls already.");
    if ([...control.apps.values()].some(({ status }) => status === "pendingActive")) {
      throw new ScenarioRefusal("A change of the controller is under way already.");
    }
    const effectiveAt = context.now + Math.round(input.noticeDays * DAY_MS);
    if (!control.apps.has(appId)) {
      context.emit(serviceAppRegistered, { appId, displayName: input.displayName, by });
    }
    context.emit(serviceAppChanged, { appId, status: "pendingActive", effectiveAt, by });
    if (present !== null) {
      context.emit(serviceAppChanged, {
        appId: present.id,
        status: "pendingInactive",
        effectiveAt,
        by,
      });
    }
    context.schedule(effectiveAt, controllerSwitched, { appId, effectiveAt });
    return {
      appId,
      status: control.apps.get(appId)?.status ?? "",
      effectiveDateTime: iso(effectiveAt),
      formerController: present?.id ?? null,
      ...atOf(context),
    };
  },
});
