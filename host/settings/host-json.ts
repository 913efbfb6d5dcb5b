import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { HostError, systemCodeOf } from "../host-error.ts";
import { LOG_LEVELS, type LogLevel, type LogLevels } from "../logging/logger.ts";
import { parseJsonWithComments } from "./json-with-comments.ts";
import { isTree, member, numberAt, textAt, valueAt, type SettingsTree } from "./settings-tree.ts";
import { parseTimeSpan } from "./time-span.ts";

export interface QueueSettings {
  /** Messages taken at once, 1 to 32. */
  readonly batchSize: number;
  /** A new batch is taken when this many or fewer messages are being processed. */
  readonly newBatchThreshold: number;
  /** Attempts before a message goes to the poison queue. */
  readonly maxDequeueCount: number;
  /** Longest pause between two looks into an empty queue, real milliseconds. */
  readonly maxPollingIntervalMs: number;
  /** How long a failed message stays invisible, milliseconds of the host's clock. */
  readonly visibilityTimeoutMs: number;
  readonly messageEncoding: "base64" | "none";
}

export interface HostJson {
  readonly routePrefix: string;
  /** Headers added to every answer of an HTTP function. */
  readonly customHeaders: Readonly<Record<string, string>>;
  readonly queues: QueueSettings;
  /** `extensions.durableTask` as it stands; the durable engine reads it. */
  readonly durableTask: SettingsTree;
  readonly logLevels: LogLevels;
  /** Milliseconds, or null for no limit. */
  readonly functionTimeoutMs: number | null;
}

const DEFAULT_TIMEOUT_MS = 30 * 60_000;
const OVERRIDE_PREFIX = "AzureFunctionsJobHost__";

/** Puts `AzureFunctionsJobHost__a__b` settings of the environment over the file. */
function override(tree: SettingsTree, path: readonly string[], value: string): SettingsTree {
  const [name, ...rest] = path;
  if (name === undefined) {
    return tree;
  }
  const key = Object.keys(tree).find((key) => key.toLowerCase() === name.toLowerCase()) ?? name;
  const inner = tree[key];
  return {
    ...tree,
    [key]: rest.length === 0 ? value : override(isTree(inner) ? inner : {}, rest, value),
  };
}

function parseLogLevels(tree: SettingsTree): LogLevels {
  const configured = valueAt(tree, "logging", "logLevel");
  const levels: Record<string, LogLevel> = {};
  for (const [category, value] of Object.entries(isTree(configured) ? configured : {})) {
    const level = LOG_LEVELS.find((level) => level === String(value).toLowerCase());
    if (level === undefined) {
      throw new HostError("settings", `host.json: the log level "${String(value)}" is unknown.`);
    }
    levels[category.toLowerCase() === "default" ? "default" : category] = level;
  }
  return levels;
}

function parseQueues(tree: SettingsTree): QueueSettings {
  const queues = valueAt(tree, "extensions", "queues");
  const batchSize = numberAt(queues, "batchSize", 16);
  if (batchSize < 1 || batchSize > 32) {
    throw new HostError("settings", "host.json: extensions.queues.batchSize must be 1 to 32.");
  }
  const span = (name: string, fallback: number): number =>
    parseTimeSpan(textAt(queues, name, "")) ?? numberAt(queues, name, fallback);
  return {
    batchSize,
    newBatchThreshold: numberAt(queues, "newBatchThreshold", Math.floor(batchSize / 2)),
    maxDequeueCount: numberAt(queues, "maxDequeueCount", 5),
    maxPollingIntervalMs: Math.max(100, span("maxPollingInterval", 60_000)),
    visibilityTimeoutMs: Math.max(0, span("visibilityTimeout", 0)),
    messageEncoding:
      textAt(queues, "messageEncoding", "base64").toLowerCase() === "none" ? "none" : "base64",
  };
}

function parseTimeout(tree: SettingsTree): number | null {
  const text = textAt(tree, "functionTimeout", "");
  if (text === "") {
    return DEFAULT_TIMEOUT_MS;
  }
  const timeout = text === "-1" ? -1 : parseTimeSpan(text);
  if (timeout === null) {
    throw new HostError("settings", `host.json: functionTimeout "${text}" is no time span.`);
  }
  return timeout < 0 ? null : timeout;
}

/** Reads what the host needs from the text of a host.json and the settings that override it. */
export function parseHostJson(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): HostJson {
  let tree = parseJsonWithComments(text);
  if (!isTree(tree) || member(tree, "version") !== "2.0") {
    throw new HostError("settings", 'host.json: "version" must be "2.0".');
  }
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith(OVERRIDE_PREFIX) && value !== undefined && isTree(tree)) {
      tree = override(tree, name.slice(OVERRIDE_PREFIX.length).split("__"), value);
    }
  }
  const settings = tree as SettingsTree;
  const durableTask = valueAt(settings, "extensions", "durableTask");
  const headers = valueAt(settings, "extensions", "http", "customHeaders");
  return {
    routePrefix: textAt(valueAt(settings, "extensions", "http"), "routePrefix", "api").replace(
      /^\/+|\/+$/g,
      "",
    ),
    customHeaders: isTree(headers)
      ? Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
      : {},
    queues: parseQueues(settings),
    durableTask: isTree(durableTask) ? durableTask : {},
    logLevels: parseLogLevels(settings),
    functionTimeoutMs: parseTimeout(settings),
  };
}

/** Reads `<app>/host.json`. */
export async function readHostJson(appDirectory: string): Promise<HostJson> {
  const file = join(appDirectory, "host.json");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const reason = systemCodeOf(error) === "ENOENT" ? "is missing" : "cannot be read";
    throw new HostError("app-missing", `${file} ${reason}; is ${appDirectory} a Functions app?`);
  }
  try {
    return parseHostJson(text, process.env);
  } catch (error) {
    if (error instanceof HostError) {
      throw error;
    }
    throw new HostError("settings", `${file} is no readable JSON document.`, error);
  }
}
