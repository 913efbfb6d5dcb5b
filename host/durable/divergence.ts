import { ActionType, describeAction, isSameAction, type Action } from "./action.ts";
import { LeafTask, type TaskNode } from "./task-node.ts";

/** The event by which the history remembers an action; what only waits leaves none. */
const EVENTS: Readonly<Record<number, string>> = {
  [ActionType.CallActivity]: "TaskScheduled",
  [ActionType.CallHttp]: "TaskScheduled",
  [ActionType.CallSubOrchestrator]: "SubOrchestrationInstanceCreated",
  [ActionType.CreateTimer]: "TimerCreated",
  [ActionType.CallEntity]: "EventSent",
  [ActionType.LockEntities]: "EventSent",
};

/**
 * Says how the actions of two runs differ: what was asked for, the event that remembers it, what is asked for now. Null when
 * the later list goes on where the earlier one ended.
 */
export function findDivergence(
  known: readonly Action[],
  now: readonly Action[],
  nodes: readonly (TaskNode | null)[],
): string | null {
  const index = known.findIndex((action, place) => {
    const again = now[place];
    return again === undefined || !isSameAction(action, again);
  });
  return index < 0
    ? null
    : describe(known[index]!, now[index], nodes[index] ?? null, `action ${index}`);
}

function describe(
  then: Action,
  now: Action | undefined,
  node: TaskNode | null,
  place: string,
): string {
  if (
    "compoundActions" in then &&
    now !== undefined &&
    "compoundActions" in now &&
    then.actionType === now.actionType &&
    then.compoundActions.length === now.compoundActions.length
  ) {
    const part = then.compoundActions.findIndex(
      (action, index) => !isSameAction(action, now.compoundActions[index]!),
    );
    const children = (node ?? {}) as { readonly children?: readonly TaskNode[] };
    return describe(
      then.compoundActions[part]!,
      now.compoundActions[part],
      children.children?.[part] ?? null,
      `part ${part} of ${place}`,
    );
  }
  const event = EVENTS[then.actionType];
  const record =
    event !== undefined && node instanceof LeafTask && node.seq >= 0
      ? ` (${event} with id ${node.seq} in its history)`
      : "";
  return `asked for ${describeAction(then)} as ${place}${record} and now asks for ${now === undefined ? "nothing there" : describeAction(now)}`;
}
