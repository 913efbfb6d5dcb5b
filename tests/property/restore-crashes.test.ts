import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import type { GraphRequest } from "../../src/graph/graph-client.ts";
import { Crash, createRestoreWorld, START } from "../support/restore-world.ts";
import type { Mishap } from "../support/simulated-graph.ts";

const MINUTE = 60_000;
const RESTORE_TO = new Date(START - 3 * 60 * MINUTE).toISOString();

const isWrite = ({ method, path }: Pick<GraphRequest, "method" | "path">) =>
  method !== "GET" && !path.endsWith("/$batch") && !path.endsWith("/search");

/**
 * The promise of the write-ahead rule: wherever the process dies and whichever answer gets lost, each wave has exactly
 * one session, that session is activated once, and no draft is left behind, with two runs of one tenant side by side.
 */
test("restores every planned unit once whatever crashes and gets lost", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.nat({ max: 900 }), { maxLength: 3 }),
      fc.uniqueArray(
        fc.record({
          write: fc.nat({ max: 24 }),
          kind: fc.constantFrom<Mishap>("lostBefore", "lostAfter"),
        }),
        {
          maxLength: 3,
          selector: ({ write }) => write,
        },
      ),
      async (crashes, losses) => {
        let steps = 0;
        let writes = 0;
        const world = createRestoreWorld({
          onStep: () => {
            steps += 1;
            if (crashes.includes(steps)) {
              throw new Crash("The process died.");
            }
          },
          mishap: (request) => {
            if (!isWrite(request)) {
              return null;
            }
            writes += 1;
            return losses.find(({ write }) => write === writes)?.kind ?? null;
          },
        });
        const users = await world.users(4);
        const sites = await world.sites(1);
        const requests = [
          { mailboxes: users.slice(0, 2), drives: users.slice(0, 1) },
          { mailboxes: users.slice(2), drives: users.slice(1, 3) },
        ];
        const ids: string[] = [];
        for (const { mailboxes, drives } of requests) {
          const { id } = await world.request({
            units: {
              mailboxes: mailboxes.map(({ email }) => email),
              drives: drives.map(({ id }) => id),
              sites: ids.length === 0 ? sites.map(({ webUrl }) => webUrl) : [],
            },
            restoreTo: RESTORE_TO,
          });
          ids.push(id);
          world.approveAt(id, START + 30 * MINUTE);
        }
        await world.driver.settle();

        const sessions = await world.sessions();
        const planned: string[] = [];
        for (const id of ids) {
          expect(await world.read(id)).toMatchObject({ state: "completed", message: null });
          planned.push(
            ...(await world.units(id)).map(({ restorePoint }) => restorePoint?.id ?? ""),
          );
        }
        // Each draft is adopted, not replaced: as many were created as there are waves, and none was deleted.
        expect(world.effects("POST", /RestoreSessions$/u)).toBe(5);
        expect(world.effects("POST", /\/activate$/u)).toBe(5);
        expect(world.effects("DELETE", /./u)).toBe(0);
        expect(sessions.map(({ status }) => status)).toEqual(Array(5).fill("completed"));
        const restored = sessions.flatMap(({ points }) => points);
        expect(restored).toHaveLength(planned.length);
        expect(new Set(restored)).toEqual(new Set(planned));
      },
    ),
    { numRuns: Number(process.env["PROPERTY_RUNS"] ?? 25) },
  );
}, 300_000);
