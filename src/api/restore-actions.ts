import type { Role } from "../contracts/operation.ts";
import { RESTORE_CHANGED } from "../contracts/restore-orchestration.ts";
import type { RestoreRecord } from "../contracts/restore-record.ts";
import type { RestoreRun } from "../contracts/restore.ts";
import { isLive, type OrchestrationClient } from "../durable/client.ts";
import { changeRecord } from "../store/change-record.ts";
import { RESTORES_PARTITION } from "../store/restores.ts";
import { conflict, forbidden, notFound } from "./http-problem.ts";
import type { Principal } from "./principal.ts";
import {
  findRun,
  instancesOf,
  presentRun,
  readWaves,
  requireRole,
  type RestoreApi,
} from "./restore-api.ts";

interface Action {
  readonly api: RestoreApi;
  readonly client: OrchestrationClient;
  readonly principal: Principal;
  readonly id: string | undefined;
}

const OPERATORS: readonly Role[] = ["Operator", "Admin"];
const APPROVERS: readonly Role[] = ["Approver", "Admin"];

/**
 * Approves the plan of that hash. The approval is stored by compare-and-set before anything is woken, and is verified
 * again from the store before each session is activated.
 */
export async function approve(
  { api, client, principal, id }: Action,
  planHash: string,
): Promise<RestoreRun> {
  const { tenantId } = await findRun(api, principal, id);
  requireRole(principal, APPROVERS, tenantId);
  const run = await change(api, id, (record) => {
    if (record.requestedBy.objectId === principal.objectId) {
      throw forbidden("A run is approved by another person than the one who asked for it.");
    }
    if (record.cancelledBy !== null) {
      throw conflict(`The run was cancelled by ${record.cancelledBy.name}.`);
    }
    if (isRepeated(record, principal, planHash)) {
      // The answer to the first request was lost; the signal may have been too.
      return null;
    }
    if (record.state !== "waitingForApproval") {
      throw conflict(`The run is ${record.state}; only a run that waits for approval is approved.`);
    }
    const now = api.clock.now();
    if (record.approvalDeadline !== null && now >= Date.parse(record.approvalDeadline)) {
      throw conflict(`The plan could be approved until ${record.approvalDeadline}.`);
    }
    if (record.planHash !== planHash) {
      throw conflict(
        `The plan of this run has the hash ${record.planHash}; read it before approving.`,
      );
    }
    return {
      ...record,
      state: "restoring",
      approvedBy: { objectId: principal.objectId, name: principal.name },
      approvedAt: new Date(now).toISOString(),
      approvedHash: planHash,
    };
  });
  await signal({ api, client }, run);
  return presentRun(api, client, run);
}

const isRepeated = (run: RestoreRecord, principal: Principal, planHash: string): boolean =>
  run.finishedAt === null &&
  run.approvedBy?.objectId === principal.objectId &&
  run.approvedHash === planHash;

/** Cancels: no further effect begins. A suspended run is resumed, so that it can end. */
export async function cancel({ api, client, principal, id }: Action): Promise<RestoreRun> {
  const { tenantId } = await findRun(api, principal, id);
  requireRole(principal, OPERATORS, tenantId);
  const run = await change(api, id, (record) => {
    if (record.cancelledBy !== null) {
      return null;
    }
    requireUnfinished(record);
    return {
      ...record,
      isHeld: false,
      cancelledBy: { objectId: principal.objectId, name: principal.name },
      cancelledAt: new Date(api.clock.now()).toISOString(),
    };
  });
  if (run.finishedAt === null) {
    await switchInstances({ api, client }, run, "resume", "The run was cancelled.");
    await signal({ api, client }, run);
  }
  return presentRun(api, client, run);
}

/** Pauses a run with all its waves. Sessions that are active go on at Microsoft. */
export async function suspend({ api, client, principal, id }: Action): Promise<RestoreRun> {
  const { tenantId } = await findRun(api, principal, id);
  requireRole(principal, OPERATORS, tenantId);
  const run = await change(api, id, (record) => {
    requireUnfinished(record);
    return record.isHeld ? null : { ...record, isHeld: true };
  });
  await switchInstances({ api, client }, run, "suspend", `Suspended by ${principal.name}.`);
  return presentRun(api, client, run);
}

export async function resume({ api, client, principal, id }: Action): Promise<RestoreRun> {
  const { tenantId } = await findRun(api, principal, id);
  requireRole(principal, OPERATORS, tenantId);
  const run = await change(api, id, (record) => {
    requireUnfinished(record);
    return record.isHeld ? { ...record, isHeld: false } : null;
  });
  await switchInstances({ api, client }, run, "resume", `Resumed by ${principal.name}.`);
  return presentRun(api, client, run);
}

function requireUnfinished(run: RestoreRecord): void {
  if (run.finishedAt !== null) {
    throw conflict(`The run has ended as ${run.state}.`);
  }
}

async function change(
  { tables }: RestoreApi,
  id: string | undefined,
  decide: (record: RestoreRecord) => RestoreRecord | null,
): Promise<RestoreRecord> {
  const run = await changeRecord(tables.runs, RESTORES_PARTITION, id ?? "", decide);
  if (run === null) {
    throw notFound("restore run", id ?? "");
  }
  return run;
}

type Reach = Pick<Action, "api" | "client">;

/** Suspends what runs, or resumes what is suspended; the host refuses either for an instance in another state. */
async function switchInstances(
  { api, client }: Reach,
  run: RestoreRecord,
  action: "suspend" | "resume",
  reason: string,
): Promise<void> {
  for (const instanceId of instancesOf(run, await readWaves(api, run.id))) {
    const status = await client.status(instanceId);
    if (isLive(status) && (status?.runtimeStatus === "Suspended") === (action === "resume")) {
      await client[action](instanceId, reason);
    }
  }
}

/** Wakes the run: what was decided stands in the store, and is found there later should this signal be lost. */
async function signal({ client }: Reach, run: RestoreRecord): Promise<void> {
  const [instanceId] = instancesOf(run, []);
  if (instanceId !== undefined && isLive(await client.status(instanceId))) {
    await client.raiseEvent(instanceId, RESTORE_CHANGED, null);
  }
}
