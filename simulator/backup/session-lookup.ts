import type { GraphRequest } from "../core/route.ts";
import { isGuid } from "./access.ts";
import type { TenantBackup } from "./backup-state.ts";
import { DAY_MS } from "./durations.ts";
import { refusal } from "./error-catalogue.ts";
import { isSessionRunning, sessionCompletedAt, type RestoreSession } from "./restore-session.ts";
import type { Service } from "./service-kind.ts";

/** Whether the service still remembers a session: it forgets ended ones after its history's length. */
export function isRemembered(session: RestoreSession, tenant: TenantBackup, now: number): boolean {
  const completedAt = sessionCompletedAt(session, now);
  return completedAt === null || now - completedAt < tenant.durations.sessionHistoryDays * DAY_MS;
}

/** The session that the path names; `service` is null where the path does not say one. */
export function findSession(
  request: GraphRequest,
  tenant: TenantBackup,
  service: Service | null,
): RestoreSession {
  const id = request.param("sessionId").toLowerCase();
  if (!isGuid(id)) throw refusal("session", "InvalidRestoreSessionId");
  const session = tenant.sessions.get(id);
  if (
    session === undefined ||
    (service !== null && session.service !== service) ||
    !isRemembered(session, tenant, request.now)
  ) {
    throw refusal("session", "RestoreSessionNotFound");
  }
  return session;
}

/** How many sessions of the tenant count against the ceiling now. */
export function countRunningSessions(tenant: TenantBackup, now: number): number {
  let running = 0;
  for (const session of tenant.sessions.values()) {
    if (isSessionRunning(session, now)) running += 1;
  }
  return running;
}
