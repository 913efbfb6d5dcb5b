import { expect } from "@jest/globals";
import { MINUTE_MS } from "../../../simulator/backup/durations.ts";
import type { BackupClient, Json } from "../../contract/simulator/backup/backup-world.ts";

/** Lists of protection units. */
export const UNITS = {
  site: "siteProtectionUnits",
  drive: "driveProtectionUnits",
  mailbox: "mailboxProtectionUnits",
} as const;
const SESSIONS = {
  site: "sharePointRestoreSessions",
  drive: "oneDriveForBusinessRestoreSessions",
  mailbox: "exchangeRestoreSessions",
} as const;

/** Restores one unit at a point, lets time pass until the session has ended, and gives the artifact. */
export async function restore(
  client: BackupClient,
  kind: keyof typeof UNITS,
  pointId: string,
  destinationType: "inPlace" | "new",
): Promise<Json> {
  const sessions = `/${SESSIONS[kind]}`;
  const session = await client.ask("POST", sessions, {}, 201);
  const path = `${sessions}/${session["id"] as string}`;
  await client.ask("PATCH", path, {
    [`${kind}RestoreArtifacts@delta`]: [{ restorePoint: { id: pointId }, destinationType }],
  });
  await client.ask("POST", `/restoreSessions/${session["id"] as string}/activate`);
  for (let round = 0; round < 40; round += 1) {
    client.sim.advanceBy(10 * MINUTE_MS);
    const { status } = await client.ask("GET", `/restoreSessions/${session["id"] as string}`);
    if (status !== "activating" && status !== "active") {
      expect(status).toBe("completed");
      break;
    }
  }
  const artifacts = await client.list(`${path}/${kind}RestoreArtifacts`);
  return artifacts[0] as Json;
}
