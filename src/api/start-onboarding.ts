import { randomBytes } from "node:crypto";
import { queuedOnboarding } from "../activities/onboarding-record.ts";
import type { App } from "../composition.ts";
import type { Actor } from "../contracts/identifiers.ts";
import {
  ONBOARDING_POISON_QUEUE,
  ONBOARDING_QUEUE,
  type OnboardingMessage,
  type RejectedRow,
  type TenantOnboarding,
} from "../contracts/onboarding.ts";
import { onboardingInstanceId, onboardTenant } from "../contracts/onboarding-orchestration.ts";
import { createRunId } from "../domain/run-id.ts";
import { isLive, type OrchestrationClient } from "../durable/client.ts";
import { ensureBatch, lineKey, openOnboarding } from "../store/onboarding.ts";
import { updateTenant } from "../store/tenants.ts";
import type { OnboardingList } from "./onboarding-list.ts";
import { type PoisonMessage, type ReadMessage, rejectedMessage } from "./onboarding-message.ts";

type Parts = Pick<App, "tables" | "clock" | "queue" | "config">;

/** Who is shown for messages that nobody sent over the API. */
const QUEUE_ACTOR: Actor = { objectId: "queue", name: `Queue ${ONBOARDING_QUEUE}` };
const DAY_MS = 24 * 60 * 60 * 1000;

/** Stores a list that was handed in over the API and puts its good rows on the queue; answers the batch's id. */
export async function enqueueList(
  app: Parts,
  requestedBy: Actor,
  { accepted, rejected }: OnboardingList,
): Promise<string> {
  const tables = openOnboarding<RejectedRow>(app.tables);
  const now = app.clock.now();
  const batchId = createRunId(now, randomBytes(4).toString("hex"));
  await ensureBatch(tables, {
    id: batchId,
    requestedBy,
    requestedAt: new Date(now).toISOString(),
  });
  await tables.lines.putMany(batchId, [
    ...accepted.map(({ tenantId }) => ({
      key: lineKey.accepted(tenantId),
      value: { kind: "accepted" as const, tenantId },
    })),
    ...rejected.map((row) => ({
      key: lineKey.rejectedRow(row.row ?? 0),
      value: { kind: "rejected" as const, rejected: row, receivedAt: null, isPoisoned: false },
    })),
  ]);
  const queue = app.queue(ONBOARDING_QUEUE);
  for (const row of accepted) {
    await updateTenant<TenantOnboarding>(app.tables, row.tenantId, (record) => ({
      tenantId: row.tenantId,
      displayName: record?.displayName ?? row.displayName,
      role: record?.role ?? row.role,
      // A live onboarding goes on showing itself: the message will join it.
      onboarding: isUnderWay(record?.onboarding) ? record.onboarding : queuedOnboarding(batchId),
    }));
    await queue.send({ ...row, batchId, requestedBy } satisfies OnboardingMessage);
  }
  return batchId;
}

const isUnderWay = (
  onboarding: TenantOnboarding | null | undefined,
): onboarding is TenantOnboarding =>
  onboarding?.state === "running" || onboarding?.state === "waiting";

/**
 * Starts the onboarding that a message asks for. A tenant whose onboarding is alive is not started again: the message
 * joins it.
 */
export async function startOnboardingOf(
  app: Parts,
  client: OrchestrationClient,
  message: OnboardingMessage,
): Promise<"started" | "joined"> {
  const { tenantId, displayName, role } = message;
  const now = app.clock.now();
  const batchId = message.batchId ?? dayBatchId(now);
  const requestedBy = message.requestedBy ?? QUEUE_ACTOR;
  const tables = openOnboarding<RejectedRow>(app.tables);
  await ensureBatch(tables, { id: batchId, requestedBy, requestedAt: new Date(now).toISOString() });
  await tables.lines.put(batchId, lineKey.accepted(tenantId), { kind: "accepted", tenantId });

  const instanceId = onboardingInstanceId(tenantId);
  if (isLive(await client.status(instanceId))) {
    return "joined";
  }
  await updateTenant<TenantOnboarding>(app.tables, tenantId, (record) => ({
    tenantId,
    displayName,
    role,
    // Another message of this tenant may have started it a moment ago; the orchestration's first act writes it anew anyway.
    onboarding: isUnderWay(record?.onboarding) ? record.onboarding : queuedOnboarding(batchId),
  }));
  const started = await client.start(onboardTenant, instanceId, {
    runId: createRunId(now, randomBytes(4).toString("hex")),
    tenantId,
    displayName,
    role,
    batchId,
    requestedBy,
    operatorActionDeadlineMinutes: app.config.operatorActionDeadlineMinutes,
  });
  return started === "exists" ? "joined" : "started";
}

/**
 * Keeps a malformed message where people find it: on the poison queue with its reason, and as a line of the day's batch.
 * A message that is delivered again is not put there again.
 */
export async function rejectMessage(
  app: Parts,
  messageId: string,
  read: Extract<ReadMessage, { kind: "malformed" }>,
): Promise<void> {
  const tables = openOnboarding<RejectedRow>(app.tables);
  const now = app.clock.now();
  const receivedAt = new Date(now).toISOString();
  const batchId = dayBatchId(now);
  const key = lineKey.rejectedMessage(messageId);
  const known = await tables.lines.get(batchId, key);
  if (known?.value.kind === "rejected" && known.value.isPoisoned) {
    return;
  }
  await ensureBatch(tables, { id: batchId, requestedBy: QUEUE_ACTOR, requestedAt: receivedAt });
  const line = { kind: "rejected" as const, rejected: rejectedMessage(read), receivedAt };
  await tables.lines.put(batchId, key, { ...line, isPoisoned: false });
  const poison: PoisonMessage = {
    reason: read.reason,
    errors: read.errors,
    receivedAt,
    message: read.text,
  };
  await app.queue(ONBOARDING_POISON_QUEUE).send(poison);
  await tables.lines.put(batchId, key, { ...line, isPoisoned: true });
}

/** Messages that name no batch are shown together, a batch a day. */
const dayBatchId = (now: number): string => createRunId(now - (now % DAY_MS), "queue");
