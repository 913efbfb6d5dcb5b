import { randomBytes } from "node:crypto";
import type { App } from "../composition.ts";
import type { Actor } from "../contracts/identifiers.ts";
import { verifyBackups } from "../contracts/verification-orchestration.ts";
import type { TenantVerification, UnitVerdict, Verification } from "../contracts/verification.ts";
import { createRunId } from "../domain/run-id.ts";
import { NO_VERDICTS } from "../domain/verdict.ts";
import type { OrchestrationClient } from "../durable/client.ts";
import { openVerifications, VERIFICATIONS_PARTITION } from "../store/verifications.ts";

/** Tenants of one verification at the most; see `VerifyBackupsInput`. */
export const TENANTS_PER_VERIFICATION = 200;

/** Opens the tables with their stored shapes. */
export const openVerificationTables = (app: App) =>
  openVerifications<Verification, TenantVerification, UnitVerdict>(app.tables);

/** Instance id of a verification's orchestration. */
export const verificationInstanceId = (verificationId: string): string =>
  `verifyBackups-${verificationId}`;

/** Starts a verification of the given tenants; answers its id. */
export async function beginVerification(
  app: App,
  client: OrchestrationClient,
  requestedBy: Actor,
  tenants: readonly { readonly tenantId: string; readonly displayName: string }[],
): Promise<string> {
  const now = app.clock.now();
  const verificationId = createRunId(now, randomBytes(4).toString("hex"));
  // Written before the start, so that whoever was given the id finds it; the orchestration writes it again as its first act.
  await openVerificationTables(app).verifications.insert(VERIFICATIONS_PARTITION, verificationId, {
    id: verificationId,
    state: "running",
    requestedBy,
    startedAt: new Date(now).toISOString(),
    finishedAt: null,
    freshnessObjectiveMinutes: app.config.freshnessObjectiveMinutes,
    counts: NO_VERDICTS,
    tenants: [],
    waiting: null,
  });
  await client.start(verifyBackups, verificationInstanceId(verificationId), {
    verificationId,
    requestedBy,
    tenants: tenants.map(({ tenantId, displayName }) => ({ tenantId, displayName })),
  });
  return verificationId;
}
