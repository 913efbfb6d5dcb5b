import { createDurableEngine, type DurableEngine } from "./durable/engine.ts";
import type { DurableFunction, DurableFunctionKind } from "./durable/function-catalogue.ts";
import { parseDurableTaskSettings } from "./durable/settings.ts";
import type { Foundation } from "./foundation.ts";
import { triggerOf, typeOf } from "./functions/bindings.ts";
import type { FunctionRunner } from "./functions/function-runner.ts";
import { DURABLE_TASK_KEY } from "./http/key-ring.ts";
import type { HostAddresses } from "./loaded-app.ts";
import type { RpcTypedData } from "./worker/rpc.ts";
import type { Worker } from "./worker/worker.ts";

/** What the host needs of a durable engine. */
export type DurablePort = DurableEngine;

const KIND_OF_TRIGGER: Readonly<Record<string, DurableFunctionKind>> = {
  orchestrationtrigger: "orchestration",
  activitytrigger: "activity",
  entitytrigger: "entity",
};

/** The functions that the durable engine calls. */
export function durableFunctions(worker: Worker): DurableFunction[] {
  return [...worker.functions.values()].flatMap(({ metadata }) => {
    const trigger = triggerOf(metadata);
    const kind =
      trigger === null || trigger === undefined ? undefined : KIND_OF_TRIGGER[typeOf(trigger.info)];
    return kind === undefined ? [] : [{ name: metadata.name, kind }];
  });
}

const JSON_TEXT = /^\s*(?:["[{]|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\s*$|(?:true|false|null)\s*$)/;

/**
 * A text for the library, which reads whatever is JSON and takes the rest as it is. Finding out by a failed parse costs more
 * than the whole rest of an invocation's arguments, and instance IDs fail it; so those are handed over as JSON.
 */
const textData = (text: string): RpcTypedData =>
  JSON_TEXT.test(text) ? { string: text } : { json: JSON.stringify(text) };

/** The durable engine for the app's orchestrations and activities. */
export function openDurable(
  { store, clock, hostJson, keys, logger }: Foundation,
  worker: Worker,
  runner: FunctionRunner,
  addresses: HostAddresses,
): DurablePort {
  const settings = parseDurableTaskSettings(hostJson.durableTask);
  return createDurableEngine({
    store,
    clock,
    settings,
    functions: durableFunctions(worker),
    invoke(functionName, { data, metadata }) {
      const triggerMetadata: Record<string, RpcTypedData> = {};
      for (const [key, value] of Object.entries(metadata ?? {})) {
        triggerMetadata[key] = textData(String(value));
      }
      return runner.call({ functionName, trigger: data as RpcTypedData, triggerMetadata });
    },
    address: () => ({
      publicUrl: `${addresses.url}/runtime/webhooks/durabletask`,
      rpcUrl: `${addresses.internalUrl}/durabletask/`,
      hubName: settings.hubName,
      systemKey: keys.systemKeys[DURABLE_TASK_KEY] ?? "",
    }),
    log: (level, message) => logger.log(level, "Host.DurableTask", message),
    fatal(error) {
      logger.log(
        "critical",
        "Host.DurableTask",
        `The store failed, so nothing can be promised any more: ${String(error)}`,
      );
      process.exit(1);
    },
  });
}
