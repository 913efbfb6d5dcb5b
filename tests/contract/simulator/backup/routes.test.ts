import { expect, test } from "@jest/globals";
import { backupArea } from "../../../../simulator/backup/area.ts";
import { BackupClient, CONTOSO, createBackupWorld, type Json } from "./backup-world.ts";
import { tourBackup } from "./tour.ts";

const idOf = (json: Json | undefined) => json?.["id"] as string;

/** Every answer of this tour is checked against Microsoft's metadata by the simulator it runs on. */
test("every route answers, and every answer fits Microsoft's metadata", async () => {
  const sim = createBackupWorld();
  await tourBackup(sim);
  const missing = backupArea.routes
    .map((route) => `${route.method} ${route.path}`)
    .filter((route) => !sim.answered.has(route));
  expect(missing).toEqual([]);
});

test("names are given to people only", async () => {
  const sim = createBackupWorld();
  const toApplication = await new BackupClient(sim, CONTOSO).unit("driveProtectionUnits");
  expect(toApplication).not.toHaveProperty("email");
  const toPerson = await new BackupClient(sim, CONTOSO, { isDelegated: true }).unit(
    "driveProtectionUnits",
  );
  expect(toPerson["email"]).toMatch(/@contoso\.example$/);
  const site = await new BackupClient(sim, CONTOSO, { isDelegated: true }).unit(
    "siteProtectionUnits",
  );
  expect(site["siteWebUrl"]).toMatch(/^https:\/\/contoso\.sharepoint\.com\//);
});

test("generated create, update and delete of generic collections are refused", async () => {
  const client = new BackupClient(createBackupWorld(), CONTOSO);
  const unit = await client.unit("driveProtectionUnits");
  for (const [method, path] of [
    ["POST", "/protectionPolicies"],
    ["POST", "/driveProtectionUnits"],
    ["DELETE", `/driveProtectionUnits/${idOf(unit)}`],
    ["PATCH", `/protectionUnits/${idOf(unit)}`],
    ["POST", "/restoreSessions"],
    ["POST", `/restoreSessions/${idOf(unit)}/deactivate`],
  ] as const) {
    const { status } = await client.call(method, path, {});
    expect([400, 404, 405]).toContain(status);
  }
});
