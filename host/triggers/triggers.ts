import type { WorkClock } from "../../clock/clock.ts";
import type { Foundation } from "../foundation.ts";
import { isDisabled, textOption, triggerOf, typeOf } from "../functions/bindings.ts";
import type { FunctionRunner } from "../functions/function-runner.ts";
import { HostError } from "../host-error.ts";
import { trackOutgoingRequests } from "../outgoing-requests.ts";
import { resolveSettingNames } from "../settings/app-settings.ts";
import type { FunctionMetadata } from "../worker/functions-core.ts";
import type { RpcTypedData } from "../worker/rpc.ts";
import type { Worker } from "../worker/worker.ts";
import { LeaseBook } from "./message-lease.ts";
import { QueueListener } from "./queue-listener.ts";
import type { StorageQueues } from "./storage-queues.ts";
import { TimerListener } from "./timer-listener.ts";
import { parseSchedule } from "./timer-schedule.ts";

/** Everything that starts functions besides HTTP and the durable engine. */
export interface Triggers {
  start(): Promise<void>;
  /** An output of the app has put messages into this queue: whoever listens looks at once. */
  onMessages(queueName: string): void;
  /** Begins nothing any more. */
  pause(): void;
  /** Lets what is under way end. */
  drained(): Promise<void>;
  /** Lets go of what is still under way. */
  stop(): void;
  /** Runs a timer or queue function by hand; false when the function has no such trigger. */
  runManually(functionName: string, input: string): boolean;
}

interface JumpChecks {
  addCheck(check: () => Promise<boolean>): Disposable;
}

/** Only a virtual clock asks before it jumps. */
const asksBeforeJumps = (clock: WorkClock): clock is WorkClock & JumpChecks => "addCheck" in clock;

export function createTriggers(
  foundation: Foundation,
  worker: Worker,
  runner: FunctionRunner,
  queues: StorageQueues,
): Triggers {
  const { clock, options } = foundation;
  const functions = [...worker.functions.values()]
    .map(({ metadata }) => metadata)
    .filter(({ name }) => !isDisabled(name));
  const listeners = functions.flatMap((metadata) =>
    queueListener(foundation, metadata, runner, queues),
  );
  const timers = functions.flatMap((metadata) => timerListener(foundation, metadata, runner));
  const open: Disposable[] = [];

  return {
    async start() {
      // A message that the app itself puts into one of its queues is seen at once.
      open.push(
        trackOutgoingRequests({
          clock,
          longestMs: foundation.hostJson.functionTimeoutMs,
          clockOwner: /^https?:/.test(options.clock) ? new URL(options.clock).host : null,
          onEnd({ method, path }) {
            for (const listener of listeners) {
              if (method === "POST" && path.includes(`/${listener.queueName}/messages`)) {
                listener.lookSoon();
              }
            }
          },
        }),
      );
      if (asksBeforeJumps(clock)) {
        open.push(
          clock.addCheck(async () => {
            const answers = await Promise.all(listeners.map((listener) => listener.isQuiet()));
            return answers.every(Boolean);
          }),
        );
      }
      await Promise.all(listeners.map((listener) => listener.start()));
      await Promise.all(timers.map((timer) => timer.start()));
    },
    onMessages(queueName) {
      for (const listener of listeners) {
        if (listener.queueName === queueName) {
          listener.lookSoon();
        }
      }
    },
    pause() {
      for (const timer of timers) {
        timer.stop();
      }
      for (const listener of listeners) {
        listener.pause();
      }
    },
    async drained() {
      await Promise.all(listeners.map((listener) => listener.drained()));
    },
    stop() {
      for (const listener of listeners) {
        listener.abandon();
      }
      for (const disposable of open.splice(0)) {
        disposable[Symbol.dispose]();
      }
    },
    runManually(functionName, input) {
      const metadata = functions.find(({ name }) => name === functionName);
      const trigger = metadata === undefined ? null : manualTrigger(metadata, input);
      if (trigger === null) {
        return false;
      }
      void runner.run({
        functionName,
        trigger,
        reason: "This function was called by its administrator.",
      });
      return true;
    },
  };
}

function manualTrigger(metadata: FunctionMetadata, input: string): RpcTypedData | null {
  const trigger = triggerOf(metadata);
  switch (trigger === null ? "" : typeOf(trigger.info)) {
    case "timertrigger":
      return {
        json: JSON.stringify({
          Schedule: { AdjustForDST: true },
          ScheduleStatus: null,
          IsPastDue: false,
        }),
      };
    case "queuetrigger":
      return { string: input };
    default:
      return null;
  }
}

function queueListener(
  { clock, store, hostJson, logger }: Foundation,
  metadata: FunctionMetadata,
  runner: FunctionRunner,
  queues: StorageQueues,
): QueueListener[] {
  const trigger = triggerOf(metadata);
  if (trigger === null || typeOf(trigger.info) !== "queuetrigger") {
    return [];
  }
  const connection = textOption(trigger.info, "connection", "");
  const queueName = resolveSettingNames(textOption(trigger.info, "queueName", "")).toLowerCase();
  return [
    new QueueListener({
      functionName: metadata.name,
      queueName,
      client: queues.client(connection, queueName),
      poison: queues.client(connection, `${queueName}-poison`),
      book: new LeaseBook(store, queueName),
      settings: hostJson.queues,
      clock,
      runner,
      logger,
    }),
  ];
}

function timerListener(
  { clock, store }: Foundation,
  metadata: FunctionMetadata,
  runner: FunctionRunner,
): TimerListener[] {
  const trigger = triggerOf(metadata);
  if (trigger === null || typeOf(trigger.info) !== "timertrigger") {
    return [];
  }
  const text = resolveSettingNames(textOption(trigger.info, "schedule", ""));
  const zone = process.env["WEBSITE_TIME_ZONE"] ?? process.env["TZ"] ?? null;
  try {
    return [
      new TimerListener({
        functionName: metadata.name,
        schedule: parseSchedule(text, zone === "" ? null : zone),
        runOnStartup: trigger.info["runOnStartup"] === true,
        retry: metadata.retryOptions ?? null,
        useMonitor: trigger.info["useMonitor"] !== false,
        clock,
        store,
        runner,
      }),
    ];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new HostError("settings", `Function ${metadata.name}: ${why}`, error);
  }
}
