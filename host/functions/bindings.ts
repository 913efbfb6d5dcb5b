import type { BindingInfo, FunctionMetadata } from "../worker/functions-core.ts";

/** Triggers that this host runs, by binding type in lower case. */
const TRIGGERS = new Set([
  "httptrigger",
  "timertrigger",
  "queuetrigger",
  "orchestrationtrigger",
  "activitytrigger",
  "entitytrigger",
]);
const INPUTS = new Set(["durableclient", "orchestrationclient"]);
const OUTPUTS = new Set(["http", "queue"]);

export interface NamedBinding {
  readonly name: string;
  readonly info: BindingInfo;
}

/** Type of a binding in lower case; the extensions do not tell cases apart. */
export const typeOf = (info: BindingInfo): string => info.type.toLowerCase();

const isTrigger = (info: BindingInfo): boolean => typeOf(info).endsWith("trigger");

const bindingsOf = (metadata: FunctionMetadata): NamedBinding[] =>
  Object.entries(metadata.bindings).map(([name, info]) => ({ name, info }));

/** The binding that starts a function. */
export function triggerOf(metadata: FunctionMetadata): NamedBinding | null {
  return bindingsOf(metadata).find(({ info }) => isTrigger(info)) ?? null;
}

/** Inputs beside the trigger. */
export const extraInputsOf = (metadata: FunctionMetadata): NamedBinding[] =>
  bindingsOf(metadata).filter(({ info }) => !isTrigger(info) && info.direction !== "out");

/** What a function writes, also by its return value (`$return`). */
export const outputsOf = (metadata: FunctionMetadata): NamedBinding[] =>
  bindingsOf(metadata).filter(({ info }) => info.direction === "out");

/** An option of a binding as text, or the fallback. */
export const textOption = (info: BindingInfo, name: string, fallback: string): string => {
  const value = info[name];
  return typeof value === "string" ? value : fallback;
};

/** One sentence for each binding of a function that this host does not emulate. */
export function unsupportedBindings(metadata: FunctionMetadata): string[] {
  const problems: string[] = [];
  for (const { info } of bindingsOf(metadata)) {
    const type = typeOf(info);
    const known = isTrigger(info) ? TRIGGERS : info.direction === "out" ? OUTPUTS : INPUTS;
    if (!known.has(type)) {
      problems.push(
        `Function ${metadata.name} uses the binding ${info.type}, which this host does not emulate.`,
      );
    }
  }
  return problems;
}

/** Whether an app setting switches the function off. */
export const isDisabled = (name: string): boolean =>
  [`AzureWebJobs.${name}.Disabled`, `AzureWebJobs_${name.replaceAll("-", "_")}_Disabled`].some(
    (setting) => /^(true|1)$/i.test(process.env[setting] ?? ""),
  );
