import { ActionType, type Action } from "./action.ts";

/**
 * What the SDK (durable-functions 3) knows of a run besides what it reports. The report is JSON, in which a task that was
 * yielded before and stands in another Task.any or Task.all looks like a new one (durable-functions-js issue 574). The
 * SDK's own objects tell: there it is the same action, and takes no second id.
 */
export interface SdkState {
  readonly actions: readonly SdkAction[];
  /** The next sequence id that the SDK would give out. */
  readonly nextId: number;
}

interface SdkAction {
  readonly compoundActions?: readonly SdkAction[];
}

/** From the context of an invocation; null when it is no orchestrator's or the SDK is another one. */
export function sdkStateOf(context: unknown): SdkState | null {
  const { df } = (context ?? {}) as {
    readonly df?: {
      readonly taskOrchestratorExecutor?: {
        readonly actions?: unknown;
        readonly sequenceNumber?: unknown;
      };
    };
  };
  const { actions, sequenceNumber } = df?.taskOrchestratorExecutor ?? {};
  return Array.isArray(actions) && typeof sequenceNumber === "number"
    ? { actions: actions as SdkAction[], nextId: sequenceNumber }
    : null;
}

/** The reported actions with every action that stood somewhere before replaced by a reference to that place. */
export function markRepeated(actions: readonly Action[], sdk: SdkState): readonly Action[] {
  // What the code yields by itself is reported once; only compounds repeat.
  if (sdk.actions.length !== actions.length || !actions.some(isCompound)) {
    return actions;
  }
  const places = new Map<SdkAction, readonly number[]>();
  const mark = (action: Action, known: SdkAction, place: readonly number[]): Action => {
    const earlier = places.get(known);
    if (earlier !== undefined) {
      return { actionType: ActionType.Repeated, of: earlier };
    }
    places.set(known, place);
    if (!isCompound(action)) {
      return action;
    }
    const parts = known.compoundActions ?? [];
    const compoundActions = action.compoundActions.map((part, index) =>
      parts[index] === undefined ? part : mark(part, parts[index], [...place, index]),
    );
    return { ...action, compoundActions };
  };
  return actions.map((action, index) => mark(action, sdk.actions[index]!, [index]));
}

const isCompound = (action: Action): action is Extract<Action, { compoundActions: unknown }> =>
  action.actionType === ActionType.WhenAny || action.actionType === ActionType.WhenAll;
