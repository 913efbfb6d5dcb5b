import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { HostError, systemCodeOf } from "../host-error.ts";
import { LOG_LEVELS, type LogLevel, type LogLevels } from "../logging/logger.ts";
import { parseJsonWithComments } from "./json-with-comments.ts";
import { isTree, member, textAt, valueAt, type SettingsTree } from "./settings-tree.ts";
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

export interface HttpSettings {
  readonly routePrefix: string;
  /** Headers added to every answer of an HTTP function. */
  readonly customHeaders: Readonly<Record<string, string>>;
  /** Requests that run at once; others wait. Infinity for no limit. */
  readonly maxConcurrentRequests: number;
  /** Requests that run or wait; what comes on top of them is answered with 429. Infinity for no limit. */
  readonly maxOutstandingRequests: number;
}

export interface HostJson {
  readonly http: HttpSettings;
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

const QUEUES = "host.json: extensions.queues.";
const HTTP = "host.json: extensions.http.";

function wholeNumber(
  section: string,
  tree: unknown,
  name: string,
  fallback: number,
  least: number,
  most: number,
): number {
  const given = member(tree, name) ?? fallback;
  const value = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
    const range = most === Number.POSITIVE_INFINITY ? `${least} or more` : `${least} to ${most}`;
    throw new HostError("settings", `${section}${name} must be ${range}.`);
  }
  return value;
}

function span(queues: unknown, name: string, fallbackMs: number): number {
  const given = member(queues, name);
  // Numbers are milliseconds, as old host.json files have them.
  const value = typeof given === "string" ? parseTimeSpan(given) : (given ?? fallbackMs);
  if (typeof value !== "number" || value < 0) {
    throw new HostError("settings", `${QUEUES}${name} is no time span (hh:mm:ss).`);
  }
  return value;
}

function parseQueues(tree: SettingsTree): QueueSettings {
  const queues = valueAt(tree, "extensions", "queues");
  const batchSize = wholeNumber(QUEUES, queues, "batchSize", 16, 1, 32);
  const many = Number.POSITIVE_INFINITY;
  const encoding = textAt(queues, "messageEncoding", "base64").toLowerCase();
  if (encoding !== "base64" && encoding !== "none") {
    throw new HostError("settings", `${QUEUES}messageEncoding is "base64" or "none".`);
  }
  return {
    batchSize,
    newBatchThreshold: wholeNumber(
      QUEUES,
      queues,
      "newBatchThreshold",
      Math.floor(batchSize / 2) * availableParallelism(),
      0,
      many,
    ),
    maxDequeueCount: wholeNumber(QUEUES, queues, "maxDequeueCount", 5, 1, many),
    maxPollingIntervalMs: Math.max(100, span(queues, "maxPollingInterval", 60_000)),
    visibilityTimeoutMs: span(queues, "visibilityTimeout", 0),
    messageEncoding: encoding,
  };
}

/** A limit of requests; -1, the default of every plan but Consumption, is none. */
function requestLimit(http: unknown, name: string): number {
  const limit = wholeNumber(HTTP, http, name, -1, -1, Number.POSITIVE_INFINITY);
  if (limit === 0) {
    throw new HostError("settings", `${HTTP}${name} must be 1 or more, or -1 for no limit.`);
  }
  return limit < 0 ? Number.POSITIVE_INFINITY : limit;
}

function parseHttp(tree: SettingsTree): HttpSettings {
  const http = valueAt(tree, "extensions", "http");
  const headers = member(http, "customHeaders");
  return {
    routePrefix: textAt(http, "routePrefix", "api").replace(/^\/+|\/+$/g, ""),
    customHeaders: isTree(headers)
      ? Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
      : {},
    maxConcurrentRequests: requestLimit(http, "maxConcurrentRequests"),
    maxOutstandingRequests: requestLimit(http, "maxOutstandingRequests"),
  };
}

function parseTimeout(tree: SettingsTree): number | null {
  const given = member(tree, "functionTimeout") ?? null;
  if (given === null || given === "") {
    return DEFAULT_TIMEOUT_MS;
  }
  const text = typeof given === "string" ? given : JSON.stringify(given);
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
  return {
    http: parseHttp(settings),
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
