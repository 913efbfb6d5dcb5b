import type { Foundation } from "./foundation.ts";
import type { FunctionRunner } from "./functions/function-runner.ts";
import type { HandleDurable } from "./http/durable-routes.ts";
import type { HostAddresses } from "./loaded-app.ts";
import type { Worker } from "./worker/worker.ts";

/** What the host needs of a durable engine. */
export interface DurablePort {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** JSON of a durable client input. */
  clientBinding(): string;
  readonly handle: HandleDurable;
}

/** The durable engine for the app's orchestrations, activities and entities. */
export function openDurable(
  _foundation: Foundation,
  _worker: Worker,
  _runner: FunctionRunner,
  _addresses: HostAddresses,
): DurablePort {
  return {
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    clientBinding: () => "{}",
    handle: () => Promise.resolve({ status: 404, headers: {} }),
  };
}
