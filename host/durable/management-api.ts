import { randomUUID } from "node:crypto";
import { managementLinks, type EngineAddress } from "./client-binding.ts";
import type { FunctionCatalogue } from "./function-catalogue.ts";
import type { Entities } from "./entities.ts";
import type { OnEnd } from "./end-waiters.ts";
import { EntityApi } from "./entity-api.ts";
import { parseEntityId } from "./entity-record.ts";
import { queryInstances, type InstanceFilter, type InstancePage } from "./instance-query.ts";
import { isFinished, parseRuntimeStatus, type InstanceRecord } from "./instance-record.ts";
import { readRecord, readTurns } from "./instance-rows.ts";
import {
  answer,
  BadArgumentError,
  continuationToken,
  flag,
  instant,
  jsonBody,
  parameter,
  problem,
  type ManagementAnswer,
  type ManagementRequest,
} from "./management-request.ts";
import { newInstance } from "./new-instance.ts";
import type { Orchestrations } from "./orchestrations.ts";
import type { DurableTaskSettings } from "./settings.ts";
import { recordedHistory } from "./recorded-history.ts";
import { historyRows, statusPayload } from "./status-payload.ts";
import type { HostStore } from "../store/store.ts";

export interface ManagementApiOptions {
  readonly store: HostStore;
  readonly entities: Entities;
  readonly orchestrations: Orchestrations;
  readonly functions: FunctionCatalogue;
  readonly settings: DurableTaskSettings;
  readonly address: () => EngineAddress;
}

/** Seconds after which a client may ask again, as the extension answers them. */
const START_RETRY_SECONDS = "10";
const STATUS_RETRY_SECONDS = "5";
const DEFAULT_PAGE_SIZE = 100;
/**
 * How long the answer to a control message waits until it has taken effect, in real milliseconds. It cannot be lost any
 * more; a turn that takes long, or a version that this host does not run, must not keep the caller.
 */
const CONTROL_PATIENCE_MS = 1_000;
/** What keys of the store have room for. */
const LONGEST_INSTANCE_ID = 1_000;

/** The management API of the Durable Task extension: the same behind both listeners. */
export class ManagementApi {
  readonly #options: ManagementApiOptions;
  readonly #entityApi: EntityApi;

  constructor(options: ManagementApiOptions) {
    this.#options = options;
    this.#entityApi = new EntityApi(options);
  }

  async handle(request: ManagementRequest): Promise<ManagementAnswer> {
    try {
      const segments = request.path.split("/").filter((part) => part !== "");
      return await this.#route(request, segments.map(decodeURIComponent));
    } catch (error) {
      if (
        error instanceof BadArgumentError ||
        error instanceof RangeError ||
        error instanceof URIError
      ) {
        return answer(400, problem("One or more of the arguments submitted is incorrect", error));
      }
      const failure = error instanceof Error ? error : new Error(String(error));
      return answer(500, problem("Something went wrong while processing your request", failure));
    }
  }

  #route(
    request: ManagementRequest,
    segments: string[],
  ): Promise<ManagementAnswer> | ManagementAnswer {
    const [root, first, verb, name] = segments;
    if (root?.toLowerCase() === "entities") {
      return this.#entityApi.handle(request, segments.slice(1));
    }
    const key = `${request.method} ${root?.toLowerCase() ?? ""}/${segments.length}`;
    switch (key) {
      case "POST orchestrators/2":
      case "POST orchestrators/3":
        return this.#start(request, first!, verb ?? null);
      case "GET instances/1":
        return this.#list(request);
      case "DELETE instances/1":
        return this.#purgeMany(request);
      case "GET instances/2":
        return this.#status(request, first!);
      case "DELETE instances/2":
        return this.#purgeOne(first!);
      case "GET instances/3":
        return verb!.toLowerCase() === "history" ? this.#history(first!) : answer(404);
      case "POST makeprimary/1":
        return answer(200);
      case "POST instances/4":
        return verb!.toLowerCase() === "raiseevent"
          ? this.#raise(request, first!, name!)
          : answer(404);
      case "POST instances/3":
        return this.#act(request, first!, verb!.toLowerCase());
      default:
        return answer(404);
    }
  }

  async #start(
    request: ManagementRequest,
    functionName: string,
    givenId: string | null,
  ): Promise<ManagementAnswer> {
    const instanceId = givenId ?? randomUUID().replaceAll("-", "");
    if (Buffer.byteLength(instanceId) > LONGEST_INSTANCE_ID || /[/\\#?\p{Cc}]/u.test(instanceId)) {
      throw new BadArgumentError(
        `An instance ID has at most ${LONGEST_INSTANCE_ID} bytes as UTF-8 and none of / \\ # ?`,
      );
    }
    if (parseEntityId(instanceId) !== null) {
      throw new BadArgumentError(
        `The instance ID '${instanceId}' is the one of an entity; an orchestration cannot have it.`,
      );
    }
    // Without a body the input is the empty text, as the SDK's `startNew` without input finds it.
    const input = jsonBody(request.body) ?? '""';
    const { orchestrations, settings, functions } = this.#options;
    const record = newInstance({
      instanceId,
      // An unknown orchestrator is accepted, and its instance fails with what could have been meant.
      name: functions.find("orchestration", functionName) ?? functionName,
      version: parameter(request.query, "version") ?? settings.defaultVersion,
      input,
      now: orchestrations.now(),
    });
    const existing = await orchestrations.create(
      record,
      ({ status }) => isFinished(status) || settings.isRunningInstanceOverridable,
    );
    if (existing !== null) {
      return answer(409, {
        Message: `An Orchestration instance with the status ${existing.status} already exists.`,
      });
    }
    const timeout = Number(parameter(request.query, "timeout") ?? Number.NaN);
    return Number.isFinite(timeout)
      ? this.#waitForEnd(request, instanceId, timeout * 1000)
      : this.#accepted(request, instanceId);
  }

  #accepted(request: ManagementRequest, instanceId: string): ManagementAnswer {
    const links = this.#links(request, instanceId);
    return answer(202, links, {
      location: links["statusQueryGetUri"]!,
      "retry-after": START_RETRY_SECONDS,
    });
  }

  #links(request: ManagementRequest, instanceId: string): Record<string, string> {
    const address = this.#options.address();
    return managementLinks(address, `${request.origin}/runtime/webhooks/durabletask`, instanceId);
  }

  async #waitForEnd(
    request: ManagementRequest,
    instanceId: string,
    timeoutMs: number,
  ): Promise<ManagementAnswer> {
    const record = await this.#ended(instanceId, timeoutMs);
    if (record === null) {
      return this.#accepted(request, instanceId);
    }
    const payload = statusPayload(record, { input: true });
    if (record.status === "Completed") {
      return answer(200, payload["output"]);
    }
    return answer(this.#failedStatus(request, record), payload);
  }

  /** The instance when it has ended, as it is stored; null after the time, or if it was purged. */
  #ended(instanceId: string, timeoutMs: number): Promise<InstanceRecord | null> {
    const { orchestrations, store } = this.#options;
    return new Promise((resolve) => {
      const end: OnEnd = (record) => {
        clearTimeout(timer);
        waiter[Symbol.dispose]();
        resolve(record);
      };
      const timer = setTimeout(end, timeoutMs, null);
      const waiter = orchestrations.whenEnded(instanceId, end);
      // Memory is never behind the store, so the store need not be asked about what still runs in memory.
      const latest = orchestrations.recordOf(instanceId);
      if (latest === null || isFinished(latest.status)) {
        const record = readRecord(store, instanceId);
        if (record === null || isFinished(record.status)) {
          end(record);
        }
      }
    });
  }

  #failedStatus({ query }: ManagementRequest, record: InstanceRecord): number {
    return record.status === "Failed" && flag(query, "returnInternalServerErrorOnFailure", false)
      ? 500
      : 200;
  }

  #status(request: ManagementRequest, instanceId: string): ManagementAnswer {
    const { store } = this.#options;
    // What is committed, not what a turn under way will make of it: an answer must outlive a crash.
    const record = readRecord(store, instanceId);
    if (record === null) {
      return answer(404);
    }
    const { query } = request;
    const payload = statusPayload(record, { input: flag(query, "showInput", true) });
    if (flag(query, "showHistory", false)) {
      const events = readTurns(store, record).flatMap((turn) => turn.events);
      payload["historyEvents"] = historyRows(events, {
        showOutput: flag(query, "showHistoryOutput", false),
      });
    }
    return isFinished(record.status)
      ? answer(this.#failedStatus(request, record), payload)
      : answer(202, payload, {
          location: this.#links(request, instanceId)["statusQueryGetUri"]!,
          "retry-after": STATUS_RETRY_SECONDS,
        });
  }

  /** Not a route of the extension: the history as the orchestrator function saw it, which a replay needs. */
  #history(instanceId: string): ManagementAnswer {
    const { orchestrations, store } = this.#options;
    const record = orchestrations.recordOf(instanceId);
    return record === null ? answer(404) : answer(200, recordedHistory(store, record));
  }

  #filter({ query }: ManagementRequest): InstanceFilter {
    const words = (parameter(query, "runtimeStatus") ?? "")
      .split(",")
      .map((word) => word.trim())
      .filter((word) => word !== "");
    return {
      instanceIdPrefix: parameter(query, "instanceIdPrefix"),
      createdFrom: instant(query, "createdTimeFrom"),
      createdTo: instant(query, "createdTimeTo"),
      statuses: words.map((word) => {
        const status = parseRuntimeStatus(word);
        if (status === null) {
          throw new BadArgumentError(`There is no runtime status ${word}.`);
        }
        return status;
      }),
    };
  }

  #list(request: ManagementRequest): ManagementAnswer {
    const { query } = request;
    const page = queryInstances(this.#options.store, this.#filter(request), {
      top: Math.max(1, Number(parameter(query, "top") ?? DEFAULT_PAGE_SIZE) || DEFAULT_PAGE_SIZE),
      continuationToken: continuationToken(request),
    });
    const showInput = flag(query, "showInput", true);
    return answer(
      200,
      page.records.map((record) => statusPayload(record, { input: showInput })),
      page.continuationToken === null ? {} : { "x-ms-continuation-token": page.continuationToken },
    );
  }

  async #purgeOne(instanceId: string): Promise<ManagementAnswer> {
    const record = this.#options.orchestrations.recordOf(instanceId);
    if (record !== null) {
      await this.#options.orchestrations.purge(record);
      return answer(200, { instancesDeleted: 1 });
    }
    const isEntity = parseEntityId(instanceId) !== null;
    return isEntity && (await this.#options.entities.purge(instanceId))
      ? answer(200, { instancesDeleted: 1 })
      : answer(404);
  }

  async #purgeMany(request: ManagementRequest): Promise<ManagementAnswer> {
    const { store, orchestrations } = this.#options;
    const filter = this.#filter(request);
    if (filter.createdFrom === null) {
      throw new BadArgumentError("Please provide value for 'createdTimeFrom' parameter.");
    }
    let instancesDeleted = 0;
    let continuationToken: string | null = null;
    do {
      const page: InstancePage = queryInstances(store, filter, {
        top: DEFAULT_PAGE_SIZE,
        continuationToken,
      });
      const ended = page.records.filter(({ status }) => isFinished(status));
      await Promise.all(ended.map((record) => orchestrations.purge(record)));
      instancesDeleted += ended.length;
      ({ continuationToken } = page);
    } while (continuationToken !== null);
    return instancesDeleted === 0 ? answer(404) : answer(200, { instancesDeleted });
  }

  async #raise(
    request: ManagementRequest,
    instanceId: string,
    name: string,
  ): Promise<ManagementAnswer> {
    if (!/^application\/json\b/iu.test(request.headers["content-type"] ?? "")) {
      throw new BadArgumentError("Only application/json request content is supported");
    }
    if (request.body.length === 0) {
      throw new BadArgumentError("An event needs JSON content.");
    }
    const input = jsonBody(request.body);
    const gone = this.#gone(instanceId);
    if (gone !== null) {
      return gone;
    }
    await this.#options.orchestrations.send(instanceId, { kind: "eventRaised", name, input });
    return answer(202);
  }

  /** 404 for an instance that never was, 410 for one that has ended, null for one that lives. */
  #gone(instanceId: string): ManagementAnswer | null {
    const record = this.#options.orchestrations.recordOf(instanceId);
    if (record === null) {
      return answer(404);
    }
    return isFinished(record.status) ? answer(410) : null;
  }

  async #act(
    request: ManagementRequest,
    instanceId: string,
    verb: string,
  ): Promise<ManagementAnswer> {
    const { orchestrations } = this.#options;
    const reason = parameter(request.query, "reason") ?? "";
    switch (verb) {
      case "terminate":
      case "suspend":
      case "resume": {
        const gone = this.#gone(instanceId);
        if (gone !== null) {
          return gone;
        }
        const isSuspended = orchestrations.recordOf(instanceId)?.status === "Suspended";
        if (verb !== "terminate" && isSuspended === (verb === "suspend")) {
          throw new Error(
            `Cannot ${verb} an orchestration that is ${isSuspended ? "" : "not "}suspended.`,
          );
        }
        const { consumed } = await orchestrations.send(instanceId, { kind: verb, reason });
        await withPatience(consumed);
        return answer(202);
      }
      case "rewind": {
        const record = orchestrations.recordOf(instanceId);
        if (record === null) {
          return answer(404);
        }
        return answer((await orchestrations.rewind(instanceId, reason)) ? 202 : 412);
      }
      case "restart":
        return this.#restart(request, instanceId);
      default:
        return answer(404);
    }
  }

  async #restart(request: ManagementRequest, instanceId: string): Promise<ManagementAnswer> {
    const { orchestrations, settings } = this.#options;
    const record = orchestrations.recordOf(instanceId);
    if (record === null) {
      throw new BadArgumentError(`An instance with ID '${instanceId}' does not exist.`);
    }
    const isNew = flag(request.query, "restartWithNewInstanceId", true);
    const restarted = newInstance({
      instanceId: isNew ? randomUUID().replaceAll("-", "") : instanceId,
      name: record.name,
      version: record.version ?? settings.defaultVersion,
      input: record.input,
      now: orchestrations.now(),
    });
    const existing = await orchestrations.create(restarted, ({ status }) => isFinished(status));
    if (existing !== null) {
      return answer(409, { Message: `The instance ${instanceId} is still ${existing.status}.` });
    }
    return this.#accepted(request, restarted.instanceId);
  }
}

async function withPatience(done: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CONTROL_PATIENCE_MS);
  });
  await Promise.race([done, late]);
  clearTimeout(timer);
}
