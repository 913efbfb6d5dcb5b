import { expect, test } from "@jest/globals";
import { DOCUMENTED_DURATIONS, MINUTE_MS } from "../../../../simulator/backup/durations.ts";
import { planTimelines, restoreMinutes } from "../../../../simulator/backup/restore-duration.ts";
import { settingsOf, type BackupChanges } from "../../../../simulator/backup/settings.ts";
import type { Service } from "../../../../simulator/backup/service-kind.ts";
import { contentState } from "../../../../simulator/content/content.ts";
import { sizeOf, type ContentSize } from "../../../../simulator/content/content-size.ts";
import type { Container } from "../../../../simulator/content/item.ts";
import { createEstate } from "../../../../simulator/seed/estate.ts";
import {
  BackupClient,
  backupSeed,
  CONTOSO,
} from "../../../contract/simulator/backup/backup-world.ts";
import { createValidatedSimulator } from "../../../contract/simulator/validated-simulator.ts";

const NOTHING = { units: 0, bytes: 0 };
const SMALL = { bytes: 10_000, items: 5 };
const TERABYTE = 10 ** 12;
const HOUR_MS = 60 * MINUTE_MS;

/** When each artifact of a session that starts at 0 ends, in hours. */
function endsOf(
  service: Service,
  sizes: readonly ContentSize[],
  more: { readonly others?: typeof NOTHING; readonly changes?: BackupChanges } = {},
): number[] {
  return planTimelines({
    service,
    activatedAt: 0,
    others: more.others ?? NOTHING,
    artifacts: sizes.map((size, index) => ({ id: `a${index}`, isExpress: false, size })),
    durations: settingsOf(more.changes ?? {}).durations,
    seed: 1,
  }).map(({ completesAt }) => completesAt / HOUR_MS);
}

test.each([
  { service: "sharePoint", units: 1, minutes: 30 },
  { service: "sharePoint", units: 50, minutes: 180 },
  { service: "oneDriveForBusiness", units: 250, minutes: 240 },
  { service: "oneDriveForBusiness", units: 1_000, minutes: 600 },
  { service: "oneDriveForBusiness", units: 1_250, minutes: 660 },
  { service: "exchange", units: 1, minutes: 120 },
  { service: "exchange", units: 50, minutes: 150 },
  { service: "exchange", units: 1_000, minutes: 240 },
  { service: "exchange", units: 1_500, minutes: 360 },
] as const)("$units units of $service take the documented $minutes minutes", (row) => {
  expect(restoreMinutes(row.service, row.units, DOCUMENTED_DURATIONS)).toBe(row.minutes);
});

test("artifacts pass their states in order and the last ends within the documented time", () => {
  const timelines = planTimelines({
    service: "exchange",
    activatedAt: 1_000,
    others: NOTHING,
    artifacts: Array.from({ length: 50 }, (_, index) => ({
      id: `a${index}`,
      isExpress: false,
      size: SMALL,
    })),
    durations: DOCUMENTED_DURATIONS,
    seed: 1,
  });
  for (const { schedulingAt, scheduledAt, startsAt, completesAt } of timelines) {
    expect(schedulingAt).toBe(1_000);
    expect(scheduledAt).toBeGreaterThan(schedulingAt);
    expect(startsAt).toBeGreaterThanOrEqual(scheduledAt);
    expect(completesAt).toBeGreaterThan(startsAt);
    expect(completesAt).toBeLessThanOrEqual(1_000 + 150 * MINUTE_MS);
  }
  const last = Math.max(...timelines.map(({ completesAt }) => completesAt));
  expect(last).toBeGreaterThan(1_000 + 120 * MINUTE_MS);
});

test("an express point restores sooner than an ordinary one", () => {
  const ends = [true, false].map((isExpress) => {
    const [timeline] = planTimelines({
      service: "sharePoint",
      activatedAt: 0,
      others: NOTHING,
      artifacts: [{ id: "a", isExpress, size: SMALL }],
      durations: DOCUMENTED_DURATIONS,
      seed: 1,
    });
    return timeline?.completesAt ?? 0;
  });
  expect(ends[0]).toBeLessThan(ends[1] ?? 0);
});

test.each([
  { service: "sharePoint", hours: 10 },
  { service: "oneDriveForBusiness", hours: 10 },
  { service: "exchange", hours: 30 / 2.7 },
] as const)("30 TB of $service take $hours hours, at the documented rate", ({ service, hours }) => {
  const half = { bytes: 15 * TERABYTE, items: 1 };
  const [first, last] = endsOf(service, [half, half]);
  expect(first).toBeCloseTo(hours / 2, 3);
  expect(last).toBeCloseTo(hours, 3);
});

test("what a tenant restores already takes its part of the rate", () => {
  const [alone] = endsOf("sharePoint", [{ bytes: 6 * TERABYTE, items: 1 }]);
  const others = { units: 1, bytes: 3 * TERABYTE };
  const [together] = endsOf("sharePoint", [{ bytes: 6 * TERABYTE, items: 1 }], { others });
  expect(alone).toBeCloseTo(2, 3);
  expect(together).toBeCloseTo(3, 3);
});

test("a mailbox of many items takes 200 to 300 a minute; a site does not", () => {
  const many = { bytes: 1, items: 120_000 };
  const [mailbox = 0] = endsOf("exchange", [many]);
  expect(mailbox).toBeGreaterThanOrEqual(120_000 / 300 / 60);
  expect(mailbox).toBeLessThanOrEqual(120_000 / 200 / 60);
  expect(endsOf("sharePoint", [many])).toEqual(endsOf("sharePoint", [SMALL]));
});

test("units below the documented average take as long as the table says", () => {
  const large = Array.from({ length: 50 }, () => ({ bytes: 9 * 10 ** 9, items: 12_000 }));
  const small = large.map(() => SMALL);
  expect(endsOf("exchange", large)).toEqual(endsOf("exchange", small));
});

test("a seed says how fast bytes and items are restored", () => {
  const changes = {
    durations: {
      restore: { terabytesPerHour: { site: 1 }, mailboxItemsPerMinute: { min: 10, max: 10 } },
    },
  };
  const [site] = endsOf("sharePoint", [{ bytes: 4 * TERABYTE, items: 1 }], { changes });
  expect(site).toBeCloseTo(4, 3);
  const [drive] = endsOf("oneDriveForBusiness", [{ bytes: 6 * TERABYTE, items: 1 }], { changes });
  expect(drive).toBeCloseTo(2, 3);
  const [mailbox] = endsOf("exchange", [{ bytes: 1, items: 6_000 }], { changes });
  expect(mailbox).toBeCloseTo(10, 3);
});

test("the expected size of what a seed gives is about what it then generates", () => {
  const estate = createEstate(backupSeed());
  const content = contentState.initial(estate);
  const tenant = estate.tenant(CONTOSO);
  for (const kind of ["mailbox", "drive", "site"] as const) {
    let [expected, real] = [0, 0];
    const of = kind === "site" ? "site" : "user";
    const count = (kind === "site" ? tenant?.sites : tenant?.users) ?? 0;
    expect(count).toBeGreaterThan(0);
    for (let index = 0; index < count; index += 1) {
      const id = tenant?.ids.guid(of, index) ?? "";
      const container: Container = { tenantId: CONTOSO, kind, id };
      const exact = sizeOf(content.list(container, estate.startsAt));
      const estimate = content.expectedSize(container);
      expect(estimate.items).toBe(exact.items);
      expected += estimate.bytes;
      real += exact.bytes;
    }
    expect(expected / real).toBeGreaterThan(0.8);
    expect(expected / real).toBeLessThan(1.25);
  }
});

test("nothing is expected of a container that the seed does not know", () => {
  const content = contentState.initial(createEstate(backupSeed()));
  const unknown: Container = { tenantId: CONTOSO, kind: "site", id: CONTOSO };
  expect(content.expectedSize(unknown)).toEqual({ bytes: 0, items: 0 });
});

/** Hours until a restore of the first mailbox has ended, where a mailbox restores `perMinute` items a minute. */
async function hoursOfMailbox(perMinute: number): Promise<number> {
  const rate = { min: perMinute, max: perMinute };
  const durations = { backup: { restore: { mailboxItemsPerMinute: rate } } };
  const seed = { ...(backupSeed() as object), durations };
  const client = new BackupClient(createValidatedSimulator(seed), CONTOSO);
  const unit = await client.unit("mailboxProtectionUnits");
  const from = "2026-03-01T00:00:00Z";
  const [point] = await client.search(unit["id"] as string, from, "2026-03-02T05:00:00Z");
  const session = await client.ask(
    "POST",
    "/exchangeRestoreSessions",
    {
      mailboxRestoreArtifacts: [
        { restorePoint: { id: point?.["id"] }, destinationType: "inPlace" },
      ],
    },
    201,
  );
  const path = `/restoreSessions/${session["id"] as string}`;
  await client.ask("POST", `${path}/activate`);
  for (let hours = 1; hours < 50; hours += 1) {
    client.sim.advanceBy(HOUR_MS);
    if ((await client.ask("GET", path))["status"] === "completed") return hours;
  }
  return Number.POSITIVE_INFINITY;
}

test("a session takes as long as its mailbox's five messages ask for", async () => {
  expect(await hoursOfMailbox(250)).toBe(2);
  expect(await hoursOfMailbox(5 / 600)).toBe(10);
});
