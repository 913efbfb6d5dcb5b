import type { Clock } from "../clock/clock.ts";

/** Where app code finds the host's clock: `globalThis[Symbol.for("azure-functions-host.clock")]`. */
const CLOCK_SYMBOL = Symbol.for("azure-functions-host.clock");

/** Offers the clock to the app as `{ now(): number }` (Unix ms). */
export function offerClock(clock: Clock): Disposable {
  const scope = globalThis as { [CLOCK_SYMBOL]?: { now(): number } };
  const offered = { now: () => clock.now() };
  scope[CLOCK_SYMBOL] = offered;
  return {
    [Symbol.dispose]: () => {
      if (scope[CLOCK_SYMBOL] === offered) {
        delete scope[CLOCK_SYMBOL];
      }
    },
  };
}

/** Sets what the platform sets for every Node app. */
export function setPlatformVariables(appDirectory: string, port: number): void {
  // Without it the durable SDK rewrites every address to localhost:7071.
  process.env["WEBSITE_HOSTNAME"] = `localhost:${port}`;
  process.env["AzureWebJobsScriptRoot"] = appDirectory;
  process.env["FUNCTIONS_WORKER_RUNTIME"] = "node";
  process.env["FUNCTIONS_EXTENSION_VERSION"] ??= "~4";
  process.env["AZURE_FUNCTIONS_ENVIRONMENT"] ??= "Development";
}
