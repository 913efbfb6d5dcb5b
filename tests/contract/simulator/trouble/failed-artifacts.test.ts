import { expect, test } from "@jest/globals";

import { activate, application, draft, points } from "../backup/provocations.ts";

const HOUR_MS = 3_600_000;

async function restore(rate: number) {
  const client = application();
  const sown = await client.sim.fetch("/simulator/faults/seeded", {
    method: "PUT",
    json: { seed: 5, rates: { failedArtifacts: rate } },
  });
  expect(sown.status).toBe(200);
  const found = await points(client, 6);
  const session = await draft(client, found);
  await activate(client, session);
  client.sim.advanceBy(24 * HOUR_MS);
  const artifacts = await client.list(
    `/exchangeRestoreSessions/${session}/mailboxRestoreArtifacts`,
  );
  return {
    session: await client.ask("GET", `/exchangeRestoreSessions/${session}`),
    failed: artifacts.filter((artifact) => artifact["status"] === "failed"),
    count: artifacts.length,
    effects: client.sim
      .journal({ effectsOnly: true, limit: 10_000 })
      .flatMap(({ effects }) => effects.map(({ type }) => type)),
  };
}

test("some artifacts of a session fail as the seed draws, and the session says so", async () => {
  const { session, failed, count, effects } = await restore(0.5);
  expect(failed.length).toBeGreaterThan(0);
  expect(failed.length).toBeLessThan(count);
  expect(failed[0]?.["error"]).toMatchObject({ code: "UnknownError" });
  expect(session["status"]).toBe("completedWithError");
  expect(effects.filter((type) => type === "backup.artifactFailed")).toHaveLength(failed.length);
});

test("at rate 0 none fails", async () => {
  const { session, failed } = await restore(0);
  expect(failed).toEqual([]);
  expect(session["status"]).toBe("completed");
});
