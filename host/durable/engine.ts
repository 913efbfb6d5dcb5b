import type { HostStore } from "../store/store.ts";
import type { Invoke } from "./activity-dispatcher.ts";
import { clientBinding, type EngineAddress } from "./client-binding.ts";
import { Entities } from "./entities.ts";
import { FunctionCatalogue, type DurableFunction } from "./function-catalogue.ts";
import { ManagementApi } from "./management-api.ts";
import type { ManagementAnswer, ManagementRequest } from "./management-request.ts";
import { Orchestrations, type Log } from "./orchestrations.ts";
import type { DurableTaskSettings } from "./settings.ts";
import { WorkGate, type BusyClock } from "./work-gate.ts";

/*
 * H1  A turn is everything between taking messages and answering for them: history, status, outgoing messages, consumed
 *     messages. It is committed whole or not at all.
 * H2  Nothing of a turn happens outside before it is committed: no activity starts, no message is delivered, no timer is set.
 * H3  One turn at a time for an instance; turns of different instances share commits.
 * H4  What was acknowledged (a start, an event, a control message) is in the store before the answer.
 * H5  An activity is handed out again when the host that ran it is gone (at least once); its result counts once, by
 *     execution and sequence number.
 * H6  Sequence numbers are those that the SDK counts for itself; an action that does not fit the history fails the
 *     instance loudly.
 * H7  A timer never fires early on the host's clock; a timer and its firing are one row, consumed by a turn.
 * H8  Results for another execution, or for an instance that has ended, change nothing.
 * H9  After a start no turn and no batch begins before everything that an earlier host left is in memory again.
 * H10 The end of an execution that continues as new and the first turn of the next may be one commit; never more, so that a
 *     loop which never waits still commits and can be terminated.
 */

export interface DurableEngineOptions {
  readonly store: HostStore;
  /** On a virtual clock a token is held while anything is under way. */
  readonly clock: BusyClock;
  readonly functions: readonly DurableFunction[];
  readonly invoke: Invoke;
  readonly settings: DurableTaskSettings;
  readonly address: () => EngineAddress;
  readonly log: Log;
  /** The store failed: nothing can be promised any more. */
  readonly fatal: (error: unknown) => void;
}

/** Durable orchestrations, activities and entities over a store. */
export interface DurableEngine {
  /** Takes up what an earlier host left, then runs. */
  start(): Promise<void>;
  /** Begins nothing more and resolves when nothing is under way; activities that run are awaited by their caller. */
  stop(): Promise<void>;
  /** JSON of a durable client input. */
  clientBinding(): string;
  readonly handle: (request: ManagementRequest) => Promise<ManagementAnswer>;
}

/** How long a stop waits for what is under way, in real milliseconds. */
const STOP_GRACE_MS = 3_000;

export function createDurableEngine(options: DurableEngineOptions): DurableEngine {
  const { store, clock, settings, log } = options;
  const functions = new FunctionCatalogue(options.functions);
  const gate = new WorkGate(clock);
  const entities = new Entities({
    store,
    clock,
    gate,
    settings,
    functions,
    invoke: options.invoke,
    log,
    neighbours: () => orchestrations,
  });
  const orchestrations: Orchestrations = new Orchestrations({
    store,
    clock,
    gate,
    settings,
    functions,
    invoke: options.invoke,
    log,
    fatal: options.fatal,
    entities,
  });
  const api = new ManagementApi({
    store,
    orchestrations,
    entities,
    functions,
    settings,
    address: options.address,
  });
  return {
    async start() {
      if (settings.wantsEntityRollback) {
        log(
          "warning",
          "host.json: rollbackEntityOperationsOnExceptions does nothing for entities in JavaScript, neither in Azure nor here: what an operation has set before its error stays.",
        );
      }
      await orchestrations.start();
      entities.start();
    },
    async stop() {
      orchestrations.stop();
      entities.stop();
      await Promise.race([
        gate.idle(),
        new Promise<void>((resolve) => {
          setTimeout(resolve, STOP_GRACE_MS).unref();
        }),
      ]);
    },
    clientBinding: () => clientBinding(options.address()),
    handle: (request) => api.handle(request),
  };
}
