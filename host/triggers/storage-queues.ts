import { createRequire } from "node:module";
import type * as StorageQueue from "@azure/storage-queue";
import type { QueueClient, QueueServiceClient } from "@azure/storage-queue";
import { HostError } from "../host-error.ts";

/** The library takes longer to load than the rest of the host together; an app without queues does not wait for it. */
const loadLibrary = (): typeof StorageQueue =>
  createRequire(import.meta.url)("@azure/storage-queue") as typeof StorageQueue;

const DEFAULT_CONNECTION = "AzureWebJobsStorage";
/** Azurite is near; what it does not answer within some seconds it does not answer at all. */
const REQUEST_OPTIONS = {
  retryOptions: { maxTries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 1_000 },
};

/**
 * The connection string that a binding's `connection` names: the app setting of that name, or with the prefix
 * `AzureWebJobs`, as the genuine host looks it up.
 */
function connectionString(connection: string): string {
  const name = connection === "" ? DEFAULT_CONNECTION : connection;
  const value = process.env[name] ?? process.env[`AzureWebJobs${name}`];
  if (value === undefined || value === "") {
    throw new HostError(
      "settings",
      `The app setting ${name} is missing: queue bindings need a connection string, or UseDevelopmentStorage=true for an Azurite on the default ports.`,
    );
  }
  return value;
}

/** Clients of storage queues by connection setting and queue. */
export class StorageQueues {
  readonly #services = new Map<string, QueueServiceClient>();

  /** @throws HostError when the connection is not configured */
  client(connection: string, queueName: string): QueueClient {
    let service = this.#services.get(connection);
    if (service === undefined) {
      const text = connectionString(connection);
      try {
        service = loadLibrary().QueueServiceClient.fromConnectionString(text, REQUEST_OPTIONS);
      } catch (error) {
        const name = connection === "" ? DEFAULT_CONNECTION : connection;
        throw new HostError("settings", `The app setting ${name} is no connection string.`, error);
      }
      this.#services.set(connection, service);
    }
    return service.getQueueClient(queueName.toLowerCase());
  }
}

/** The error code of the storage service, e.g. `QueueNotFound`, or null. */
export function storageCodeOf(error: unknown): string | null {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" ? code : null;
}
