/** What an orchestrator asks for, as the SDK reports it after each turn: all actions since the start of the execution. */

export const ActionType = {
  CallActivity: 0,
  CallActivityWithRetry: 1,
  CallSubOrchestrator: 2,
  CallSubOrchestratorWithRetry: 3,
  ContinueAsNew: 4,
  CreateTimer: 5,
  WaitForExternalEvent: 6,
  CallEntity: 7,
  CallHttp: 8,
  SignalEntity: 9,
  ScheduledSignalEntity: 10,
  WhenAny: 11,
  WhenAll: 12,
  LockEntities: 13,
  ReleaseEntities: 14,
  /** Not of the protocol: a task that the code yields again within another compound. */
  Repeated: -1,
} as const;

export interface RetryOptions {
  readonly firstRetryIntervalInMilliseconds: number;
  readonly maxNumberOfAttempts: number;
  readonly backoffCoefficient?: number;
  readonly maxRetryIntervalInMilliseconds?: number;
  readonly retryTimeoutInMilliseconds?: number;
}

export interface DurableHttpRequest {
  readonly method: string;
  readonly uri: string;
  readonly content?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tokenSource?: unknown;
  readonly asynchronousPatternEnabled?: boolean;
}

export type CallActivityAction = {
  readonly actionType: 0 | 1;
  readonly functionName: string;
  readonly input?: unknown;
  readonly retryOptions?: RetryOptions;
};
export type CallSubOrchestratorAction = {
  readonly actionType: 2 | 3;
  readonly functionName: string;
  readonly instanceId?: string;
  readonly version?: string;
  readonly input?: unknown;
  readonly retryOptions?: RetryOptions;
};
export type CreateTimerAction = {
  readonly actionType: 5;
  readonly fireAt: string;
  readonly isCanceled: boolean;
};
export type EntityAction = {
  readonly actionType: 7 | 9 | 10;
  readonly instanceId: string;
  readonly operation: string;
  readonly input?: unknown;
  readonly fireAt?: string;
};
export type CompoundAction = {
  readonly actionType: 11 | 12;
  readonly compoundActions: readonly Action[];
};
export type LockEntitiesAction = {
  readonly actionType: 13;
  readonly lockSet: readonly { readonly name: string; readonly key: string }[];
  readonly lockRequestId: string;
};
export type RepeatedAction = {
  readonly actionType: -1;
  /** Where it stood first: index among the actions, then in the compounds. */
  readonly of: readonly number[];
};
export type Action =
  | CallActivityAction
  | CallSubOrchestratorAction
  | { readonly actionType: 4; readonly input?: unknown }
  | CreateTimerAction
  | { readonly actionType: 6; readonly externalEventName: string }
  | EntityAction
  | { readonly actionType: 8; readonly httpRequest: DurableHttpRequest }
  | CompoundAction
  | LockEntitiesAction
  | { readonly actionType: 14 }
  | RepeatedAction;

/** The state that one run of the orchestrator function leaves. */
export interface OrchestratorState {
  readonly isDone: boolean;
  readonly actions: readonly Action[];
  readonly output?: unknown;
  readonly error?: string;
  readonly customStatus?: unknown;
  readonly failureDetails?: unknown;
  /** The next sequence id by the SDK's own count, where it can be seen. */
  readonly nextId?: number;
}

const ACTION_NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(ActionType).map(([name, type]) => [type, name]),
);

/** One action in words, for messages: `CallActivity 'charge'`. */
export function describeAction(action: Action): string {
  const name = ACTION_NAMES[action.actionType] ?? `action ${action.actionType}`;
  switch (action.actionType) {
    case 0:
    case 1:
    case 2:
    case 3:
      return `${name} '${action.functionName}'`;
    case 6:
      return `${name} '${action.externalEventName}'`;
    case 7:
    case 9:
    case 10:
      return `${name} '${action.operation}' on '${action.instanceId}'`;
    case 8:
      return `${name} ${action.httpRequest.method} ${action.httpRequest.uri}`;
    case 11:
    case 12:
      return `${name} of ${action.compoundActions.length}`;
    case -1:
      return `an earlier task again (${action.of.join(".")})`;
    default:
      return name;
  }
}

/** Whether two runs asked for the same thing at the same place: kind and name, as the extension compares them. */
export function isSameAction(a: Action, b: Action): boolean {
  if (a.actionType !== b.actionType) {
    return false;
  }
  switch (a.actionType) {
    case 11:
    case 12: {
      const others = (b as CompoundAction).compoundActions;
      return (
        a.compoundActions.length === others.length &&
        a.compoundActions.every((child, index) => isSameAction(child, others[index]!))
      );
    }
    case 0:
    case 1:
    case 2:
    case 3:
      return isSameName(a.functionName, (b as CallActivityAction).functionName);
    case 6:
      return isSameName(
        a.externalEventName,
        (b as { externalEventName: string }).externalEventName,
      );
    case 7:
    case 9:
    case 10:
      return a.instanceId === (b as EntityAction).instanceId;
    case -1:
      return a.of.join() === (b as RepeatedAction).of.join();
    default:
      return true;
  }
}

export function isSameName(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase();
}

/** As the extension counts towards `maxOrchestrationActions`: compounds by what is in them. */
export function countActions(actions: readonly Action[]): number {
  let count = actions.length;
  for (const action of actions) {
    if (action.actionType === ActionType.WhenAny || action.actionType === ActionType.WhenAll) {
      count += countActions(action.compoundActions) - 1;
    }
  }
  return count;
}
