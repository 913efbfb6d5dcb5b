import { defineTransition } from "../core/area.ts";
import type { Context } from "../core/context.ts";
import { backupOf, type TenantBackup } from "./backup-state.ts";
import { drawFrom, MINUTE_MS } from "./durations.ts";
import { errorRow } from "./error-catalogue.ts";
import { findProtectable } from "./protectable.ts";
import { scheduleArtifacts } from "./restore-execution.ts";
import { listRestorePoints } from "./restore-point.ts";
import { restoreSize } from "./restore-selection.ts";
import type { BulkRestoreRequest, RestoreSession } from "./restore-session.ts";
import { isUnitSpent } from "./session-caps.ts";
import { SERVICE_WORDS } from "./service-kind.ts";
import { bulkRestoreResolved, type AddedArtifact } from "./session-events.ts";

/** Some minutes after activation, the names of a bulk request become artifacts. */
export const bulkRestoreDue = defineTransition<{ sessionId: string }>(
  "backup.bulkRestoreDue",
  (context, { sessionId }) => {
    const tenant = backupOf(context);
    const session = tenant.sessions.get(sessionId);
    const request = session?.bulkRequest;
    if (session === undefined || request?.status !== "active") return;
    context.emit(bulkRestoreResolved, { sessionId, ...resolve(context, tenant, session, request) });
    scheduleArtifacts(context, session);
  },
);

/** Sets the timer of an activated session's bulk request. */
export function scheduleResolution(
  context: Context,
  tenant: TenantBackup,
  session: RestoreSession,
): void {
  const minutes = drawFrom(tenant.durations.bulkRestoreResolution, tenant.seed, session.id);
  context.schedule(context.now + Math.round(minutes * MINUTE_MS), bulkRestoreDue, {
    sessionId: session.id,
  });
}

function resolve(
  context: Context,
  tenant: TenantBackup,
  session: RestoreSession,
  request: BulkRestoreRequest,
): {
  readonly artifacts: readonly AddedArtifact[];
  readonly unresolved: BulkRestoreRequest["unresolved"];
} {
  const words = SERVICE_WORDS[session.service];
  const artifacts = new Map<string, AddedArtifact>();
  const unresolved: BulkRestoreRequest["unresolved"][number][] = [];
  const inputs = [
    ...request.names.map((input) => ({ input, code: words.bulkNameNotFound })),
    ...request.ids.map((input) => ({ input, code: words.bulkIdNotFound })),
  ];
  for (const { input, code } of inputs) {
    const resourceId = findProtectable(context, session.service, input);
    const unit =
      resourceId === null ? undefined : tenant.units.ofResource(session.service, resourceId);
    if (unit === undefined) {
      unresolved.push({ code, message: `The resource '${input}' was not found.`, target: input });
      continue;
    }
    if (isUnitSpent(tenant, unit.id, context.now)) {
      const row = errorRow("activateSession", "MonthlyRestoresCapExceeded");
      unresolved.push({ code: row.code, message: row.message, target: input });
      continue;
    }
    const [point] = listRestorePoints(unit, {
      ...request.period,
      now: context.now,
      order: request.preference,
      isExpressOnly: request.tags === "fastRestore",
      limit: 1,
    });
    if (point === undefined) {
      const row = errorRow("artifactItem", "InvalidRestoreTime");
      unresolved.push({ code: row.code, message: row.message, target: input });
      continue;
    }
    const part = { pointAt: point.protectionAt, selection: null };
    artifacts.set(unit.id, {
      ...part,
      id: context.newId(),
      unitId: unit.id,
      isExpress: point.isExpress,
      destinationType: request.destinationType,
      size: restoreSize(context, unit, part),
    });
  }
  return { artifacts: [...artifacts.values()], unresolved };
}
