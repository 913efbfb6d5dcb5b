import * as df from "durable-functions";
import type { OrchestrationReference } from "./orchestration-reference.ts";

type InvocationContext = Parameters<typeof df.getClient>[0];

/** An orchestration instance as its durable client shows it. */
export interface InstanceStatus {
  readonly runtimeStatus: `${df.OrchestrationRuntimeStatus}`;
  readonly customStatus: unknown;
  readonly output: unknown;
}

/** What the triggers do with orchestrations: start, look, signal, pause. */
export interface OrchestrationClient {
  /** Starts an instance; answers `exists` when one of that id is alive, which is then left alone. */
  start<Input>(
    reference: OrchestrationReference<Input, unknown>,
    instanceId: string,
    input: Input,
  ): Promise<"started" | "exists">;
  /** Null when there never was such an instance. */
  status(instanceId: string): Promise<InstanceStatus | null>;
  /** Wakes an instance; an instance that has ended is left alone. */
  raiseEvent(instanceId: string, eventName: string, data: unknown): Promise<void>;
  suspend(instanceId: string, reason: string): Promise<void>;
  resume(instanceId: string, reason: string): Promise<void>;
}

const LIVE = new Set(["Pending", "Running", "Suspended", "ContinuedAsNew"]);

/** Whether an instance has not ended. */
export const isLive = (status: InstanceStatus | null): boolean =>
  status !== null && LIVE.has(status.runtimeStatus);

/** The durable client of an invocation whose function has the durable client input. */
export function orchestrationClient(context: InvocationContext): OrchestrationClient {
  const client = df.getClient(context);

  async function status(instanceId: string): Promise<InstanceStatus | null> {
    try {
      const found = await client.getStatus(instanceId, { showInput: false });
      // An unknown instance is an error in the SDK of today and an empty status in older ones.
      return found.runtimeStatus === undefined
        ? null
        : {
            runtimeStatus: found.runtimeStatus,
            customStatus: found.customStatus,
            output: found.output,
          };
    } catch (error) {
      if (error instanceof Error && /\b404\b/u.test(error.message)) {
        return null;
      }
      throw error;
    }
  }

  return {
    status,
    async start(reference, instanceId, input) {
      // A live instance of that id must not be replaced: older hosts answer a duplicate start with 500, newer with 409.
      if (isLive(await status(instanceId))) {
        return "exists";
      }
      try {
        await client.startNew(reference.name, { instanceId, input });
        return "started";
      } catch (error) {
        if (isLive(await status(instanceId))) {
          return "exists";
        }
        throw error;
      }
    },
    async raiseEvent(instanceId, eventName, data) {
      // The SDK sends an empty body, which the host refuses, when there is no data.
      await client.raiseEvent(instanceId, eventName, data ?? null);
    },
    async suspend(instanceId, reason) {
      await client.suspend(instanceId, reason);
    },
    async resume(instanceId, reason) {
      await client.resume(instanceId, reason);
    },
  };
}

/** The extra input that a function needs for `orchestrationClient`. */
export const durableClientInput = df.input.durableClient;
