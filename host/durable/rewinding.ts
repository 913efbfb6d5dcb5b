import { crashPoint } from "../crash-points.ts";
import type { HostStore, StoreOperation } from "../store/store.ts";
import type { OutgoingWork } from "./instance-rows.ts";
import type { InstanceRecord } from "./instance-record.ts";
import type { InstanceState } from "./instance-state.ts";
import { planRewind, type Rewind } from "./rewind.ts";

/** What rewinding asks of the engine. */
export interface RewindTarget {
  readonly store: HostStore;
  readonly engine: {
    now(): number;
    nextMessageNumber(): number;
    recordOf(instanceId: string): InstanceRecord | null;
    commit(operations: readonly StoreOperation[]): Promise<void>;
  };
  stateOf(instanceId: string): InstanceState | undefined;
  adopt(record: InstanceRecord): InstanceState;
  dispatch(state: InstanceState, work: readonly OutgoingWork[]): void;
  enqueue(state: InstanceState): void;
  timersRestored(): void;
  warn(message: string): void;
}

/**
 * Rewinds an instance and, below it, every failed sub-orchestration that it failed for, in one commit. False when the
 * instance has not failed.
 */
export async function rewindInstances(
  instanceId: string,
  reason: string,
  target: RewindTarget,
): Promise<boolean> {
  let rewinds = planAll(instanceId, reason, target);
  while (!Array.isArray(rewinds)) {
    // A turn throws away what came too late; what was planned before that is not valid after it.
    await rewinds.settled();
    rewinds = planAll(instanceId, reason, target);
  }
  if (rewinds.length === 0) {
    return false;
  }
  const states = rewinds.map(({ record, deliveries }) => {
    const state = target.adopt(record);
    state.pendingCommits += 1;
    // What it had received comes before whatever arrives from now on.
    state.inbox.push(...deliveries);
    return state;
  });
  await target.engine.commit(rewinds.flatMap(({ operations }) => operations));
  crashPoint("rewind-committed");
  for (const [index, { work, record, heldLocks }] of rewinds.entries()) {
    const state = states[index]!;
    state.pendingCommits -= 1;
    if (heldLocks > 0) {
      target.warn(
        `${record.instanceId}: orchestrator '${record.name}' is rewound into a critical section whose locks it gave back when it failed; it goes on without them.`,
      );
    }
    target.dispatch(state, work);
    target.enqueue(state);
  }
  target.timersRestored();
  return true;
}

/** The rewinds of the instance and of those below it, or one of these that is busy and must be waited for. */
function planAll(
  instanceId: string,
  reason: string,
  target: RewindTarget,
): Rewind[] | InstanceState {
  const rewinds: Rewind[] = [];
  const ids = [instanceId];
  for (const id of ids) {
    const state = target.stateOf(id);
    if (state?.isBusy === true) {
      return state;
    }
    const record = target.engine.recordOf(id);
    if (record?.status === "Failed") {
      const rewind = planRewind(target.store, record, {
        now: target.engine.now(),
        reason,
        nextNumber: () => target.engine.nextMessageNumber(),
        recordOf: (child) => target.engine.recordOf(child),
      });
      rewinds.push(rewind);
      ids.push(...rewind.children);
    }
  }
  return rewinds;
}
