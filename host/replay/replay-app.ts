import { setPlatformVariables } from "../app-environment.ts";
import { durableFunctions } from "../durable-port.ts";
import { FunctionCatalogue } from "../durable/function-catalogue.ts";
import { OrchestratorTrigger, parseOrchestratorResult } from "../durable/orchestrator-call.ts";
import type { RecordedHistory } from "../durable/recorded-history.ts";
import { parseDurableTaskSettings } from "../durable/settings.ts";
import { triggerOf } from "../functions/bindings.ts";
import { resolveHostOptions } from "../host-options.ts";
import { applyValues, readAppSettings } from "../settings/app-settings.ts";
import { readHostJson } from "../settings/host-json.ts";
import { startWorker } from "../worker/worker.ts";
import { replayHistory, type Replay } from "./replay-history.ts";

export interface ReplayAppOptions {
  /** Folder of the built Functions app. */
  readonly app: string;
  /** Settings file; default `<app>/local.settings.json`. */
  readonly settings?: string;
}

/** An app loaded only to replay its orchestrators: nothing listens, nothing is stored, no activity runs. */
export interface ReplayApp {
  replay(history: RecordedHistory): Promise<Replay>;
  /** Runs the app's `appTerminate` hooks. */
  stop(): Promise<void>;
}

/**
 * Loads the app into this process; one app a process.
 * @throws HostError in a sentence when it cannot be loaded
 */
export async function openReplayApp(options: ReplayAppOptions): Promise<ReplayApp> {
  const { app, settings: settingsFile, port } = resolveHostOptions(options);
  applyValues((await readAppSettings(settingsFile)).values);
  // Apps want it while they are loaded (a host with an Azurite of its own sets it); a replay never uses it.
  process.env["AzureWebJobsStorage"] ??= "UseDevelopmentStorage=true";
  const settings = parseDurableTaskSettings((await readHostJson(app)).durableTask);
  setPlatformVariables(app, port);
  const worker = await startWorker({ appDirectory: app, canListen: false, log: () => undefined });
  const functions = new FunctionCatalogue(durableFunctions(worker));
  return {
    replay: (history) =>
      replayHistory(history, {
        settings,
        whyMissing: (name) =>
          functions.find("orchestration", name) === null
            ? functions.missing("orchestration", name)
            : null,
        async run(record, history) {
          const functionName = functions.find("orchestration", record.name)!;
          const { metadata } = worker.functions.get(functionName)!;
          return parseOrchestratorResult(
            await worker.invoke({
              functionName,
              inputs: [
                {
                  name: triggerOf(metadata)!.name,
                  data: new OrchestratorTrigger(record, history, settings),
                },
              ],
              triggerMetadata: { instanceId: { string: record.instanceId } },
            }),
          );
        },
      }),
    stop: () => worker.stop(),
  };
}
