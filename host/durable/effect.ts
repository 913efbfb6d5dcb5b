import type { DurableHttpRequest } from "./action.ts";
import type { FailureDetails } from "./history-event.ts";

/** New work that a turn asks for; each takes effect when the turn is committed. Texts named `input` hold JSON. */
export type Effect =
  | {
      readonly kind: "activity";
      readonly seq: number;
      readonly name: string;
      /** What the activity is handed: the text of the trigger payload, null for none. */
      readonly input: string | null;
      /** Set when the result is already certain and the activity must not run. */
      readonly failure?: TaskFailure;
    }
  | {
      readonly kind: "http";
      readonly seq: number;
      readonly request: DurableHttpRequest;
    }
  | {
      readonly kind: "subOrchestration";
      readonly seq: number;
      readonly name: string;
      readonly version: string | null;
      /** null: the engine derives one. */
      readonly instanceId: string | null;
      readonly input: string | null;
      readonly failure?: TaskFailure;
    }
  | {
      readonly kind: "timer";
      readonly seq: number;
      /** Unix milliseconds. */
      readonly fireAt: number;
    }
  | {
      readonly kind: "send";
      readonly seq: number;
      /** Scheduler id of an entity, `@name@key`. */
      readonly target: string;
      readonly eventName: "op" | "release";
      readonly message: EntityMessage;
      /** Unix milliseconds before which the message is not delivered. */
      readonly notBefore?: number;
    };

/** Why a task failed, in the protocol's terms. */
export interface TaskFailure {
  readonly reason: string;
  readonly details: string;
  readonly failureDetails: FailureDetails | null;
}

/** What entities are sent: an operation, a lock request travelling along its entities, or a release. */
export interface EntityMessage {
  readonly id: string;
  /** Instance to answer; absent for signals. */
  readonly parent?: string;
  /** Its execution; a later one of the same instance has not asked. */
  readonly parentExecution?: string;
  readonly op?: string;
  readonly signal?: boolean;
  readonly input?: string;
  readonly lockset?: readonly { readonly name: string; readonly key: string }[];
  readonly pos?: number;
}

export function plainFailure(reason: string, failureDetails?: unknown): TaskFailure {
  return {
    reason,
    // The SDK can only read a failure whose details are a text.
    details: `Message: ${reason}`,
    failureDetails: (failureDetails ?? null) as TaskFailure["failureDetails"],
  };
}

/** Why a sub-orchestration cannot begin whose instance ID somebody else has. */
export const takenFailure = (instanceId: string, status: string): TaskFailure =>
  plainFailure(
    `An Orchestration instance with the ID '${instanceId}' and the status ${status} already exists.`,
  );
