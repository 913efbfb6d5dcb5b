import type { WorkClock } from "../clock/clock.ts";
import { startAzurite } from "./azurite/start-azurite.ts";
import type { ClosingStack } from "./closing-stack.ts";
import { createDataDirectory } from "./data-directory.ts";
import { openHostClock } from "./host-clock.ts";
import type { ResolvedHostOptions } from "./host-options.ts";
import { readHostKeys, type KeyRing } from "./http/key-ring.ts";
import {
  addLocalIdentities,
  parseLocalIdentities,
  type LocalIdentity,
} from "./http/local-identities.ts";
import { createConsoleWriter } from "./logging/console-log.ts";
import { createLogger, type Logger } from "./logging/logger.ts";
import { passRecoveryBarrier } from "./recovery-barrier.ts";
import {
  applyValues,
  readAppSettings,
  writeAppSettings,
  type AppSettings,
} from "./settings/app-settings.ts";
import { readHostJson, type HostJson } from "./settings/host-json.ts";
import { openLmdbStore } from "./store/lmdb-store.ts";
import type { HostStore } from "./store/store.ts";

/** What stands before the app is loaded. */
export interface Foundation {
  readonly options: ResolvedHostOptions;
  readonly settings: AppSettings;
  readonly hostJson: HostJson;
  readonly store: HostStore;
  readonly clock: WorkClock;
  readonly logger: Logger;
  readonly keys: KeyRing;
  readonly identities: readonly LocalIdentity[];
  /** Identities made at this start, to be shown once. */
  readonly newIdentities: readonly LocalIdentity[];
}

async function openIdentities(
  settings: AppSettings,
): Promise<{ identities: LocalIdentity[]; created: LocalIdentity[] }> {
  const known = parseLocalIdentities(settings);
  if (known !== null) {
    return { identities: known, created: [] };
  }
  const { identities, tree } = addLocalIdentities(settings);
  await writeAppSettings(settings.file, tree);
  return { identities, created: identities };
}

/** Reads settings, opens the data directory and the clock. What it opened is closed by `closing`. */
export async function openFoundation(
  options: ResolvedHostOptions,
  closing: ClosingStack,
): Promise<Foundation> {
  const settings = await readAppSettings(options.settings);
  applyValues(settings.values);
  const hostJson = await readHostJson(options.app);
  await createDataDirectory(options.data);
  await passRecoveryBarrier();
  const store = openLmdbStore({ directory: options.data, durability: options.durability });
  closing.defer(() => store.close());
  if (options.hasAzurite) {
    const azurite = await startAzurite({ dataDir: options.data });
    closing.defer(() => azurite.stop());
    process.env["AzureWebJobsStorage"] = azurite.connectionString;
  }
  const clock = await openHostClock(options.clock, store, options.clockRequires);
  closing.defer(() => clock.close());
  const { identities, created } = await openIdentities(settings);
  return {
    options,
    settings,
    hostJson,
    store,
    clock,
    logger: createLogger(
      hostJson.logLevels,
      createConsoleWriter(() => clock.now()),
    ),
    keys: await readHostKeys(options.data),
    identities,
    newIdentities: created,
  };
}
