import type { InstanceState } from "./instance-state.ts";
import type { Delivery } from "./message.ts";
import { Turn } from "./turn.ts";
import { takeBatch, type TurnBatch } from "./turn-batch.ts";
import type { TurnResult, TurnScope } from "./turn-draft.ts";

/** What one commit makes true of an instance. */
export interface CommittableTurn extends TurnResult {
  /** What was taken from the inbox for it, in order. */
  readonly consumed: readonly Delivery[];
  /** The instance continued as new in it. */
  readonly isContinued: boolean;
}

/**
 * Computes a turn. When the instance continues as new, the first turn of its next execution is computed with it, so that
 * both are one commit: an orchestration that polls for months takes a quarter less of them. Only the next one: what
 * continues as new without ever waiting still commits, and can be terminated in between.
 */
export async function computeTurn(
  scope: TurnScope,
  state: InstanceState,
  batch: TurnBatch,
): Promise<CommittableTurn> {
  const { consumed } = batch;
  const { executionId } = state.record;
  const last = await new Turn(scope, state, batch).compute();
  const isContinued = last.record.executionId !== executionId;
  if (!isContinued || last.work.length + last.timers.length + last.children.length > 0) {
    return { ...last, consumed, isContinued };
  }
  state.record = last.record;
  state.forget();
  const next = takeBatch(state.record, state.inbox);
  if (next?.kind !== "run") {
    return { ...last, consumed, isContinued };
  }
  state.inbox = [...next.rest];
  try {
    const first = await new Turn(scope, state, next).compute();
    return {
      ...first,
      operations: [...last.operations, ...first.operations],
      messages: [...last.messages, ...first.messages],
      sends: [...last.sends, ...first.sends],
      consumed: [...consumed, ...next.consumed],
      isContinued,
    };
  } catch {
    // It broke off and has changed nothing. It is taken again by itself and then says why.
    state.forget();
    state.inbox = [...next.consumed, ...state.inbox];
    return { ...last, consumed, isContinued };
  }
}
