import pc from "picocolors";
import { VirtualClock } from "../clock/virtual-clock.ts";
import type { Foundation } from "./foundation.ts";
import { isDisabled, textOption, triggerOf, typeOf } from "./functions/bindings.ts";
import type { HttpFunction } from "./http/http-function.ts";
import type { LocalIdentity } from "./http/local-identities.ts";
import type { HostAddresses, LoadedApp } from "./loaded-app.ts";
import type { FunctionMetadata } from "./worker/functions-core.ts";

const DURABLE_KINDS: Readonly<Record<string, string>> = {
  orchestrationtrigger: "orchestration",
  activitytrigger: "activity",
  entitytrigger: "entity",
};

function describeTrigger(
  metadata: FunctionMetadata,
  http: HttpFunction | undefined,
  url: string,
): string {
  if (http !== undefined) {
    const level = http.authLevel === "anonymous" ? "" : pc.dim(` (${http.authLevel} key)`);
    return `${pc.green(http.methods.join(","))} ${url}${http.path}${level}`;
  }
  const info = triggerOf(metadata)?.info;
  const type = info === undefined ? "" : typeOf(info);
  switch (type) {
    case "timertrigger":
      return `timer ${textOption(info!, "schedule", "")}`;
    case "queuetrigger":
      return `queue ${textOption(info!, "queueName", "")}`;
    default:
      return DURABLE_KINDS[type] ?? type;
  }
}

/** The list of functions with routes, schedules and queues, durable ones last. */
export function formatFunctions(app: LoadedApp, url: string): string[] {
  const rows = [...app.worker.functions.values()].map(({ metadata }) => ({
    name: metadata.name,
    isDurable: typeOf(triggerOf(metadata)?.info ?? { type: "" }) in DURABLE_KINDS,
    text: describeTrigger(
      metadata,
      app.http.find(({ name }) => name === metadata.name),
      url,
    ),
  }));
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  return rows
    .sort((a, b) => Number(a.isDurable) - Number(b.isDurable) || a.name.localeCompare(b.name))
    .map(({ name, text }) => {
      const off = isDisabled(name) ? pc.yellow(" (disabled)") : "";
      return `  ${pc.cyan(name.padEnd(width))}  ${text}${off}`;
    });
}

/** What a person reads once the host runs. */
export function formatStart(
  foundation: Foundation,
  app: LoadedApp,
  addresses: HostAddresses,
): string {
  const { clock, options } = foundation;
  const mode = clock instanceof VirtualClock ? clock.mode : options.clock;
  return [
    "",
    ...formatFunctions(app, addresses.url),
    "",
    `  app       ${options.app}`,
    `  data      ${options.data}`,
    `  clock     ${mode}, ${new Date(clock.now()).toISOString()}`,
    `  internal  ${addresses.internalUrl}`,
    `  ready     ${pc.bold(addresses.url)}`,
    "",
  ].join("\n");
}

/** How to use identities that were made just now. Their keys stand in the settings file and are not printed. */
export function formatIdentities(identities: readonly LocalIdentity[], file: string): string {
  return [
    "",
    `  Local identities were added to ${file}:`,
    ...identities.map(({ name, roles }) => `    ${pc.cyan(name.padEnd(10))} ${roles.join(", ")}`),
    '  Call the app with "Authorization: Bearer <key>", or sign in on its page with the key.',
  ].join("\n");
}
