import { join, resolve } from "node:path";

export type HostDurability = "strict" | "relaxed";

export interface HostOptions {
  /** Folder of the built Functions app, with `host.json` and `package.json`. */
  readonly app: string;
  /** Port for people and clients; 0 for any free one. */
  readonly port?: number;
  /** Port for local processes (durable task API without keys, clock), always on 127.0.0.1; 0 for any free one. */
  readonly internalPort?: number;
  /** Interface of the public listener. */
  readonly address?: string;
  /** Folder for everything that must survive; default `<app>/.data/host`. */
  readonly data?: string;
  /** Settings file; default `<app>/local.settings.json`. */
  readonly settings?: string;
  /** See `parseClock`. */
  readonly clock?: string;
  /** Members without whom a virtual clock does not jump: what they do must not be overtaken. */
  readonly clockRequires?: readonly string[];
  readonly durability?: HostDurability;
  /** Starts an Azurite of our own in the data directory and points `AzureWebJobsStorage` at it. */
  readonly hasAzurite?: boolean;
}

/** Options with absolute paths and every default filled in. */
export type ResolvedHostOptions = Required<HostOptions>;

export const DEFAULT_PORT = 7071;

export function resolveHostOptions(options: HostOptions): ResolvedHostOptions {
  const app = resolve(options.app);
  return {
    app,
    port: options.port ?? DEFAULT_PORT,
    internalPort: options.internalPort ?? 0,
    address: options.address ?? "127.0.0.1",
    data: resolve(options.data ?? join(app, ".data", "host")),
    settings: resolve(options.settings ?? join(app, "local.settings.json")),
    clock: options.clock ?? "system",
    clockRequires: options.clockRequires ?? [],
    durability: options.durability ?? "strict",
    hasAzurite: options.hasAzurite ?? false,
  };
}
