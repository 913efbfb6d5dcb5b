import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { MINUTE_MS } from "../../../simulator/backup/durations.ts";
import { iso } from "../../../simulator/core/iso.ts";
import {
  BackupClient,
  CONTOSO,
  createBackupWorld,
  type Json,
} from "../../contract/simulator/backup/backup-world.ts";
import { CASES } from "./expect-equal.ts";
import { GraphDrive } from "./graph-view.ts";
import { restore, UNITS } from "./restore-run.ts";

/** One random request of a client; `pick` chooses among the items that are there. */
const deed = fc.record({
  minutes: fc.integer({ min: 1, max: 25 }),
  kind: fc.constantFrom(
    ...(["edit", "rename", "move", "delete", "add", "invite", "link", "unshare"] as const),
    ...(["shareRoot", "label", "unlabel", "sensitivity", "restoreVersion", "grant"] as const),
  ),
  pick: fc.nat({ max: 99 }),
});
interface Deed {
  readonly minutes: number;
  readonly kind: string;
  readonly pick: number;
}

async function perform(drive: GraphDrive, { kind, pick }: Deed, serial: number): Promise<void> {
  const items = await drive.items();
  const files = items.filter(({ file }) => file !== undefined);
  const [root] = items;
  const folders = items.filter(({ folder }) => folder !== undefined);
  const item = files[pick % Math.max(1, files.length)];
  const target = kind === "shareRoot" ? root : item;
  const path = `/items/${(target?.["id"] as string | undefined) ?? ""}`;
  if (kind === "grant") {
    await drive.grant(pick % 2 === 0 ? "read" : "write", CONTOSO);
    return;
  }
  if (kind === "add") {
    await drive.ask("PUT", `/root:/new ${serial}.txt:/content`, Buffer.from(`new ${serial}`));
    return;
  }
  if (target === undefined) return;
  switch (kind) {
    case "edit":
      await drive.ask("PUT", `${path}/content`, Buffer.from(`edit ${serial}`));
      return;
    case "rename":
      await drive.ask("PATCH", path, { name: `renamed ${serial}.txt` });
      return;
    case "move":
      await drive.ask("PATCH", path, {
        parentReference: { id: folders[pick % folders.length]?.["id"] },
      });
      return;
    case "delete":
      await drive.ask("DELETE", path);
      return;
    case "invite":
      await drive.ask("POST", `${path}/invite`, {
        recipients: [{ email: "admin@contoso.example" }],
        roles: [pick % 2 === 0 ? "read" : "write"],
      });
      return;
    case "link":
    case "shareRoot":
      await drive.ask("POST", `${path}/createLink`, { type: pick % 2 === 0 ? "view" : "edit" });
      return;
    case "unshare":
      for (const { id, roles } of (await drive.ask("GET", `${path}/permissions`))[
        "value"
      ] as Json[]) {
        // Refused (403) for what the file has from above.
        if ((roles as string[])[0] !== "owner") {
          await drive.ask("DELETE", `${path}/permissions/${id as string}`).catch(() => null);
        }
      }
      return;
    case "label":
      await drive.ask("PATCH", `${path}/retentionLabel`, { name: "Delete after five years" });
      return;
    case "unlabel":
      await drive.ask("DELETE", `${path}/retentionLabel`);
      return;
    case "sensitivity":
      await drive.ask("POST", `${path}/assignSensitivityLabel`, {
        sensitivityLabelId: `5feba255-812e-446a-ac59-a7044ef827b${pick % 10}`,
      });
      return;
    default: {
      const versions = (await drive.ask("GET", `${path}/versions`))["value"] as Json[];
      const id = versions[pick % versions.length]?.["id"] as string;
      await drive.ask("POST", `${path}/versions/${id}/restoreVersion`);
    }
  }
}

test.each(["site", "drive"] as const)(
  "what Graph shows of a %s after a restore in place is what it showed at the point's time",
  async (kind) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(deed, { maxLength: 8 }),
        fc.array(deed, { minLength: 1, maxLength: 12 }),
        async (before, after) => {
          const client = new BackupClient(createBackupWorld(), CONTOSO);
          const unit = await client.unit(UNITS[kind], 1);
          const owner =
            kind === "site"
              ? `/sites/${unit["siteId"] as string}`
              : `/users/${unit["directoryObjectId"] as string}`;
          const drive = await GraphDrive.of(client, owner);
          let serial = 0;
          for (const each of before) {
            client.sim.advanceBy(each.minutes * MINUTE_MS);
            await perform(drive, each, (serial += 1));
          }
          // Labels take seconds, points come every ten minutes: the next one holds exactly this.
          client.sim.advanceBy(MINUTE_MS);
          const expected = await drive.view();
          const from = client.sim.now();
          client.sim.advanceBy(11 * MINUTE_MS);
          for (const each of after) {
            await perform(drive, each, (serial += 1));
            client.sim.advanceBy(each.minutes * MINUTE_MS);
          }
          const [point] = await client.search(
            unit["id"] as string,
            iso(from),
            iso(client.sim.now()),
            { restorePointPreference: "oldest" },
          );
          const artifact = await restore(client, kind, point?.["id"] as string, "inPlace");
          expect(artifact["status"]).toBe("succeeded");
          expect(await drive.view()).toEqual(expected);
        },
      ),
      { numRuns: Math.ceil(CASES / 200) },
    );
  },
);

test.each(["site", "drive"] as const)(
  "a copy of a %s has its files with versions and labels, and only the administrator may open it",
  async (kind) => {
    const client = new BackupClient(createBackupWorld(), CONTOSO);
    const unit = await client.unit(UNITS[kind], 1);
    const owner =
      kind === "site"
        ? `/sites/${unit["siteId"] as string}`
        : `/users/${unit["directoryObjectId"] as string}`;
    const drive = await GraphDrive.of(client, owner);
    for (const [serial, name] of (["edit", "link", "label", "rename"] as const).entries()) {
      client.sim.advanceBy(MINUTE_MS);
      await perform(drive, { kind: name, pick: 0, minutes: 1 }, serial);
    }
    const original = await drive.view();
    client.sim.advanceBy(11 * MINUTE_MS);
    const [point] = await client.search(
      unit["id"] as string,
      "2026-03-01T00:00:00Z",
      iso(client.sim.now()),
    );
    const artifact = await restore(client, kind, point?.["id"] as string, "new");
    client.sim.advanceBy(15 * MINUTE_MS);
    const copy = await GraphDrive.of(client, `/sites/${artifact["restoredSiteId"] as string}`);
    const copied = await copy.view();
    expect(filesOf(copied)).toEqual(filesOf(original));
    expect(filesOf(copied).some(({ versions }) => (versions as unknown[]).length > 1)).toBe(true);
    for (const { permissions, id } of copied) {
      if (id === "site") continue;
      const loginName = expect.stringContaining("admin@contoso.example");
      expect(permissions).toMatchObject([
        { roles: ["owner"], grantedToV2: { siteUser: { loginName } } },
      ]);
    }
    const file = copied.find(({ file: facet }) => facet !== undefined);
    const { status } = await client.sim.fetch(
      `/v1.0/sites/${artifact["restoredSiteId"] as string}/drive/items/${file?.["id"] as string}`,
      { method: "DELETE", token: await client.sim.token(CONTOSO) },
    );
    expect(status).toBe(403);
  },
);

/** What a copy has in common with its original, by name. */
function filesOf(items: readonly Json[]): Record<string, unknown>[] {
  return items
    .filter(({ file }) => file !== undefined)
    .map(({ name, size, file, fileSystemInfo, versions, labels, retentionLabel, createdBy }) => ({
      name,
      size,
      file,
      fileSystemInfo,
      versions,
      labels,
      retentionLabel,
      createdBy,
    }))
    .sort((left, right) => ((left.name as string) < (right.name as string) ? -1 : 1));
}
