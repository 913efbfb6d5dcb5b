import type { RestoreRecord, RestoreWaveRecord } from "../contracts/restore-record.ts";
import type { RestorePlan } from "../domain/restore-plan.ts";
import { planDocument } from "../store/restores.ts";
import { CannotSucceedError } from "./ask-again.ts";
import { type RestoreDependencies, sha256 } from "./restore-dependencies.ts";

/**
 * Verifies from the store, right before a session is activated, that another person than the requester approved exactly
 * the plan that is stored, and that it holds this wave.
 *
 * @throws CannotSucceedError otherwise; nothing may then be activated.
 */
export async function verifyApproval(
  { documents }: RestoreDependencies,
  run: RestoreRecord,
  wave: RestoreWaveRecord,
): Promise<void> {
  if (run.approvedBy === null || run.approvedHash === null) {
    throw notApproved("Nobody has approved this run.");
  }
  if (run.approvedBy.objectId === run.requestedBy.objectId) {
    throw notApproved("The run was approved by the person who asked for it.");
  }
  const text = await documents.read(planDocument(run.id));
  if (text === null || run.planHash !== run.approvedHash || sha256(text) !== run.approvedHash) {
    throw notApproved("The stored plan is not the one that was approved.");
  }
  const plan = JSON.parse(text) as RestorePlan;
  const planned = plan.waves.find(({ number }) => number === wave.number);
  if (plan.runId !== run.id || planned?.sha256 !== wave.sha256) {
    throw notApproved("The approved plan does not hold this wave as it is stored.");
  }
}

const notApproved = (reason: string): CannotSucceedError =>
  new CannotSucceedError("notApproved", reason);
