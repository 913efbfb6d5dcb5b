import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { HistoryEventType, type HistoryEvent } from "../durable/history-event.ts";
import { HISTORY_FORMAT, type RecordedHistory } from "../durable/recorded-history.ts";
import { systemCodeOf } from "../host-error.ts";

/** A file that holds no history which could be replayed; the message is for people. */
export class HistoryFileError extends Error {
  override readonly name = "HistoryFileError";
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isEvent = (value: unknown): value is HistoryEvent =>
  isObject(value) &&
  typeof value["EventType"] === "number" &&
  typeof value["Timestamp"] === "string";

/**
 * Files with recorded histories: the path itself, or every `.json` file below a folder, by name.
 * @throws HistoryFileError when there is none
 */
export async function listHistoryFiles(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) {
      return [path];
    }
  } catch (error) {
    throw new HistoryFileError(
      systemCodeOf(error) === "ENOENT"
        ? `There is no file or folder ${path}.`
        : `${path} cannot be read.`,
      { cause: error },
    );
  }
  const names = await readdir(path, { recursive: true });
  const files = names.filter((name) => name.endsWith(".json")).sort();
  if (files.length === 0) {
    throw new HistoryFileError(`The folder ${path} holds no .json file.`);
  }
  return files.map((name) => join(path, name));
}

/** @throws HistoryFileError when the file holds no recorded history */
export async function readHistoryFile(file: string): Promise<RecordedHistory> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new HistoryFileError(`${file} is no readable JSON document.`, { cause: error });
  }
  return parseHistory(value, file);
}

/**
 * Takes what `continuity instances history --json` writes, or only a list of events as an orchestration trigger carries it.
 * @throws HistoryFileError that names the source
 */
export function parseHistory(value: unknown, source: string): RecordedHistory {
  const given: Json = Array.isArray(value) ? { events: value } : isObject(value) ? value : {};
  const { format, events } = given;
  if (format !== undefined && format !== HISTORY_FORMAT) {
    throw new HistoryFileError(
      `${source} has the format ${JSON.stringify(format)}; this version reads ${HISTORY_FORMAT}.`,
    );
  }
  if (!Array.isArray(events) || !events.every(isEvent)) {
    throw new HistoryFileError(`${source} is no recorded history: it has no list of events.`);
  }
  if (events.length === 0) {
    throw new HistoryFileError(`${source} has no events: the orchestration had not begun.`);
  }
  const started = events.find(({ EventType }) => EventType === HistoryEventType.ExecutionStarted);
  if (
    events[0]!.EventType !== HistoryEventType.OrchestratorStarted ||
    started?.EventType !== HistoryEventType.ExecutionStarted
  ) {
    throw new HistoryFileError(
      `${source} is no whole history: it must begin with OrchestratorStarted and ExecutionStarted.`,
    );
  }
  const { InstanceId, ExecutionId } = started.OrchestrationInstance;
  return {
    format: HISTORY_FORMAT,
    name: started.Name,
    instanceId: InstanceId,
    executionId: ExecutionId,
    version: started.Version ?? null,
    parentInstanceId: started.ParentInstance?.OrchestrationInstance.InstanceId ?? null,
    runtimeStatus: (given["runtimeStatus"] ?? "Running") as RecordedHistory["runtimeStatus"],
    events,
  };
}
