import { readFile } from "node:fs/promises";
import { type Config, readConfig } from "./config.ts";
import type { Clock } from "./domain/clock.ts";
import { createGraphClient, type GraphClient } from "./graph/graph-client.ts";
import {
  createClientSecretTokenProvider,
  createFederatedTokenProvider,
  type TokenProvider,
} from "./graph/token-provider.ts";
import { createAzureTableStore } from "./store/azure-table.ts";
import { createBlobDocumentStore, type DocumentStore } from "./store/documents.ts";
import { createStorageMessageQueue, type MessageQueue } from "./store/message-queue.ts";
import type { TableStore } from "./store/table.ts";

/** Everything that activities and triggers depend on, built once. */
export interface App {
  readonly config: Config;
  readonly clock: Clock;
  readonly graph: GraphClient;
  readonly tables: TableStore;
  readonly documents: DocumentStore;
  readonly queue: (name: string) => MessageQueue;
  /** Reads a file that is deployed with the app, by its path below the app's folder; null when it is not there. */
  readonly readAsset: (path: string) => Promise<Buffer | null>;
}

/** A host that owns the time offers it under this name; see `host/README.md`. */
const HOST_CLOCK = Symbol.for("azure-functions-host.clock");

function findClock(): Clock {
  const offered = (globalThis as Record<symbol, unknown>)[HOST_CLOCK] as Clock | undefined;
  return offered ?? { now: () => Date.now() };
}

function createTokens(config: Config, clock: Clock): TokenProvider {
  const scope = `${config.graphBaseUrl}/.default`;
  if (config.tokenAuthority !== null && config.clientSecret !== null) {
    return createClientSecretTokenProvider({
      authority: config.tokenAuthority,
      clientId: config.clientId,
      clientSecret: config.clientSecret,
      // Only Microsoft's own address is an audience; a simulator speaks for it.
      scope: "https://graph.microsoft.com/.default",
      clock,
      fetch,
    });
  }
  return createFederatedTokenProvider({
    clientId: config.clientId,
    managedIdentityClientId: config.managedIdentityClientId,
    scope,
  });
}

/** Builds the app from its settings. @throws Error that names each wrong setting. */
export function compose(environment: Readonly<Record<string, string | undefined>>): App {
  const config = readConfig(environment);
  const clock = findClock();
  const root = new URL("../../", import.meta.url);
  return {
    config,
    clock,
    graph: createGraphClient({
      baseUrl: config.graphBaseUrl,
      tokens: createTokens(config, clock),
      isWriteAllowed: config.isWriteAllowed,
      clock,
    }),
    tables: createAzureTableStore(config.storageConnection),
    documents: createBlobDocumentStore(config.storageConnection, "continuity-documents"),
    queue: (name) => createStorageMessageQueue(config.storageConnection, name),
    async readAsset(path) {
      try {
        return await readFile(new URL(path, root));
      } catch {
        return null;
      }
    },
  };
}

/** The app of this process. */
export const app = compose(process.env);
