import type { DataDirectory } from "./data-files.ts";
import { readJson, writeJson } from "./data-files.ts";
import type { Estate } from "./seed-file.ts";

/** The app's settings for the sample estate; addresses that change with every start come by environment. */
export const appSettings = (estate: Estate): Readonly<Record<string, string>> => ({
  FUNCTIONS_WORKER_RUNTIME: "node",
  ClientId: estate.application.clientId,
  ClientSecret: estate.application.clientSecret,
  Tenants: JSON.stringify(
    estate.protectedTenants.map(({ tenantId, displayName }, index) => ({
      tenantId,
      displayName,
      role: index === 0 ? "owner" : "member",
    })),
  ),
  // The sample estate is a simulation: nothing real can be written to.
  AllowWrites: "*",
  VerificationSchedule: "0 30 5 * * *",
  SyncGroupName: estate.syncGroupName,
});

/** Makes the copy's settings file at its first start; the host adds the local identities. */
export async function createSettingsFile(
  directory: DataDirectory,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  if ((await readJson(directory.settings)) === null) {
    await writeJson(directory.settings, { IsEncrypted: false, Values: values, Host: {} });
  }
}
