import {
  APP_ID,
  OTHER_APP_ID,
  type BackupClient,
} from "../../contract/simulator/backup/backup-world.ts";
import type { App, Service } from "./backup-model.ts";

/** The simulator that a model is compared with, as three callers see it. */
export interface Real {
  readonly client: BackupClient;
  readonly competitor: BackupClient;
  readonly admin: BackupClient;
  /** Ids of things by service, and the names of sites. */
  readonly things: Readonly<Record<Service, readonly string[]>>;
  readonly siteNames: readonly string[];
  readonly groupId: string;
}

export const APP_IDS: Readonly<Record<App, string>> = { ours: APP_ID, theirs: OTHER_APP_ID };

export const pickOf = <T>(list: Iterable<T>, pick: number): T | undefined => {
  const all = [...list];
  return all[pick % all.length];
};
