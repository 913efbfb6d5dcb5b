import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ActClock, joinActClock } from "../../demo/act-clock.ts";
import { type LocalIdentity, type People, readPeople } from "../../demo/app-client.ts";
import { dataDirectory } from "../../demo/data-files.ts";
import { createGraphReader, type GraphReader } from "../../demo/graph-reader.ts";
import { type RunningCopy, startCopy } from "../../demo/processes.ts";
import { type Estate, readEstate } from "../../demo/seed-file.ts";
import { appSettings, createSettingsFile } from "../../demo/settings.ts";

const SMALL_ESTATE = fileURLToPath(new URL("small-estate.seed.json", import.meta.url));

/** One answer of the app's API. */
export interface ApiReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** A small estate with the built app on the embedded host, against the simulator and Azurite. */
export interface LocalCopy {
  readonly estate: Estate;
  readonly people: People;
  readonly clock: ActClock;
  readonly copy: RunningCopy;
  readonly storageConnection: string;
  /** Calls the app; `null` is nobody. */
  call(
    identity: LocalIdentity | null,
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<ApiReply>;
  graph(tenantId: string): Promise<GraphReader>;
  /** Rows of the simulator's journal that changed something. */
  effects(): Promise<JournalRow[]>;
  stop(): Promise<void>;
}

export interface JournalRow {
  readonly method: string;
  readonly path: string;
  readonly tenantId: string | null;
  readonly status: number | null;
  readonly effects?: unknown;
}

/** Starts a copy in a directory of its own, or on an earlier one's data. */
export async function startLocalCopy(
  options: {
    readonly dataPath?: string;
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Promise<LocalCopy & { readonly dataPath: string }> {
  const isOwn = options.dataPath === undefined;
  const dataPath = options.dataPath ?? (await mkdtemp(join(tmpdir(), "continuity-test-")));
  const directory = dataDirectory(dataPath);
  const estate = await readEstate(SMALL_ESTATE);
  const settings = appSettings(estate);
  await createSettingsFile(directory, settings);
  const copy = await startCopy({
    directory,
    estate,
    seedFile: SMALL_ESTATE,
    ports: { host: 0, simulator: 0 },
    settings: { ...settings, ...options.environment },
  });
  const clock = await joinActClock(copy.internalUrl);
  const people = await readPeople(directory.settings);

  return {
    dataPath,
    estate,
    people,
    clock,
    copy,
    storageConnection: copy.storageConnection,
    async call(identity, method, path, body, headers = {}) {
      const response = await fetch(new URL(path, copy.hostUrl), {
        method,
        headers: {
          ...(identity === null ? {} : { authorization: `Bearer ${identity.key}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined
          ? {}
          : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = /json/u.test(response.headers.get("content-type") ?? "");
      const parsed = isJson ? (JSON.parse(text) as Record<string, unknown>) : { text };
      return { status: response.status, headers: response.headers, body: parsed };
    },
    graph: (tenantId) => createGraphReader(copy.simulatorUrl, tenantId, estate.application),
    async effects() {
      const rows: JournalRow[] = [];
      let after = 0;
      for (;;) {
        const response = await fetch(
          `${copy.simulatorUrl}/simulator/journal?effectsOnly=true&limit=10000&after=${after}`,
        );
        const page = (await response.json()) as { value: JournalRow[]; after: number };
        if (page.value.length === 0) {
          return rows;
        }
        rows.push(...page.value);
        after = page.after;
      }
    },
    async stop() {
      await clock.close();
      await copy.stop();
      if (isOwn) {
        await rm(dataPath, { recursive: true, force: true });
      }
    },
  };
}
