import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { MINUTE_MS } from "../../../simulator/backup/durations.ts";
import type { Container } from "../../../simulator/content/item.ts";
import { iso } from "../../../simulator/core/iso.ts";
import {
  BackupClient,
  CONTOSO,
  createBackupWorld,
  itemsOf,
  stateOf,
  write,
  type Json,
} from "../../contract/simulator/backup/backup-world.ts";
import { change, versionOf, type Change } from "./histories.ts";

const WORDS = {
  site: { units: "siteProtectionUnits", sessions: "sharePointRestoreSessions", space: "files" },
  drive: {
    units: "driveProtectionUnits",
    sessions: "oneDriveForBusinessRestoreSessions",
    space: "files",
  },
  mailbox: {
    units: "mailboxProtectionUnits",
    sessions: "exchangeRestoreSessions",
    space: "mail",
  },
} as const;
type Kind = keyof typeof WORDS;

function containerOf(kind: Kind, unit: Json): Container {
  const id =
    kind === "site"
      ? ((unit["siteId"] as string).split(",")[1] ?? "")
      : (unit["directoryObjectId"] as string);
  return { tenantId: CONTOSO, kind, id };
}

/** Restores one unit at a point and lets time pass until the session has ended. */
async function restore(
  client: BackupClient,
  kind: Kind,
  pointId: string,
  destinationType: "inPlace" | "new",
): Promise<Json> {
  const { sessions } = WORDS[kind];
  const session = await client.ask("POST", `/${sessions}`, {}, 201);
  await client.ask("PATCH", `/${sessions}/${session["id"] as string}`, {
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
  const artifacts = await client.list(
    `/${sessions}/${session["id"] as string}/${kind}RestoreArtifacts`,
  );
  return artifacts[0] as Json;
}

test.each(["site", "drive"] as const)(
  "restoring a %s in place after a random history gives exactly its state at the point's time",
  async (kind) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ minutes: fc.integer({ min: 1, max: 25 }), what: change }), {
          minLength: 1,
          maxLength: 20,
        }),
        fc.nat({ max: 200 }),
        async (steps, cut) => {
          const client = new BackupClient(createBackupWorld(), CONTOSO);
          const unit = await client.unit(WORDS[kind].units, 1);
          const container = containerOf(kind, unit);
          runHistory(client, container, steps, "files");
          const points = await client.search(
            unit["id"] as string,
            iso(client.sim.now() - cut * MINUTE_MS - 40 * MINUTE_MS),
            iso(client.sim.now()),
            { restorePointPreference: "oldest" },
          );
          const point = points[0] as Json;
          const pointAt = Date.parse(point["protectionDateTime"] as string);
          const expected = stateOf(itemsOf(client.sim, container, pointAt));
          const artifact = await restore(client, kind, point["id"] as string, "inPlace");
          expect(artifact["status"]).toBe("succeeded");
          expect(stateOf(itemsOf(client.sim, container))).toEqual(expected);
        },
      ),
      { numRuns: 15 },
    );
  },
);

function runHistory(
  client: BackupClient,
  container: Container,
  steps: readonly { readonly minutes: number; readonly what: Change }[],
  space: "files" | "mail",
): void {
  steps.forEach(({ minutes, what }, index) => {
    client.sim.advanceBy(minutes * MINUTE_MS);
    const version = versionOf(what, itemsOf(client.sim, container), index + 1, space);
    if (version !== null) write(client.sim, container, [version]);
  });
}

test("restoring a mailbox in place brings back the changed and deleted mail and nothing else", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ minutes: fc.integer({ min: 1, max: 25 }), what: change }), {
        minLength: 1,
        maxLength: 20,
      }),
      async (steps) => {
        const client = new BackupClient(createBackupWorld(), CONTOSO);
        const unit = await client.unit(WORDS.mailbox.units, 1);
        const container = containerOf("mailbox", unit);
        const [point] = await client.search(
          unit["id"] as string,
          "2026-03-01T00:00:00Z",
          iso(client.sim.now()),
        );
        const pointAt = Date.parse(point?.["protectionDateTime"] as string);
        runHistory(client, container, steps, "mail");
        const past = itemsOf(client.sim, container, pointAt);
        const before = itemsOf(client.sim, container);
        const artifact = await restore(client, "mailbox", point?.["id"] as string, "inPlace");
        const after = new Map(itemsOf(client.sim, container).map((item) => [item.itemId, item]));
        for (const item of past.filter(({ kind }) => kind === "message")) {
          expect(after.get(item.itemId)?.content).toEqual(item.content);
          expect(after.get(item.itemId)?.name).toBe(item.name);
        }
        const isLater = (itemId: string) => past.every((item) => item.itemId !== itemId);
        for (const item of before.filter(({ itemId }) => isLater(itemId))) {
          expect(after.get(item.itemId)).toEqual(item);
        }
        expect(artifact["restoredItemCount"]).toBe(
          past.filter(({ kind, itemId }) => {
            const item = before.find((one) => one.itemId === itemId);
            const then = past.find((one) => one.itemId === itemId);
            return (
              kind === "message" &&
              (item?.name !== then?.name ||
                JSON.stringify(item?.content) !== JSON.stringify(then?.content))
            );
          }).length,
        );
      },
    ),
    { numRuns: 15 },
  );
});
