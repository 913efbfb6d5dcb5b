import { expect, test } from "@jest/globals";
import { inMinutes, timingsOf } from "../../../../simulator/multitenant/timing-settings.ts";
import { TIMINGS } from "../../../../simulator/multitenant/timings.ts";
import {
  createInProcessSimulator,
  type InProcessSimulator,
} from "../../../../simulator/protocol/in-process.ts";
import { createEstate } from "../../../../simulator/seed/estate.ts";
import { sixTenantSeed, TENANTS } from "../../../contract/simulator/multitenant/six-tenants.ts";

const MINUTE_MS = 60_000;
const MTO = "/v1.0/tenantRelationships/multiTenantOrganization";
const OWNER = TENANTS[0]?.tenantId ?? "";

const seedWith = (multitenant: object) => ({
  ...(sixTenantSeed("all") as object),
  durations: { multitenant },
});

async function ask(sim: InProcessSimulator, method: string, path: string, json?: unknown) {
  const answer = await sim.fetch(path, { method, json, token: await sim.token(OWNER) });
  expect(answer.status).toBeLessThan(300);
  return answer.body as Record<string, unknown>;
}

/** Whole minutes from the creation of an organization until it can be read. */
async function minutesToActive(sim: InProcessSimulator): Promise<number> {
  await ask(sim, "PUT", MTO, { displayName: "Contoso group" });
  for (let minutes = 0; minutes < 60; minutes += 1) {
    if ((await ask(sim, "GET", MTO))["state"] === "active") return minutes;
    sim.advanceBy(MINUTE_MS);
  }
  return Number.POSITIVE_INFINITY;
}

test("a seed says how long an organization takes to appear", async () => {
  const documented = await minutesToActive(createInProcessSimulator({ seed: seedWith({}) }));
  expect(documented).toBeGreaterThanOrEqual(2);
  expect(documented).toBeLessThanOrEqual(8);
  const fixed = createInProcessSimulator({ seed: seedWith({ organizationCreation: 20 }) });
  expect(await minutesToActive(fixed)).toBe(20);
  const span = { organizationCreation: { min: 30, max: 40 } };
  const drawn = await minutesToActive(createInProcessSimulator({ seed: seedWith(span) }));
  expect(drawn).toBeGreaterThanOrEqual(30);
  expect(drawn).toBeLessThanOrEqual(40);
});

test("what is left out is as documented, and minutes are what a seed writes", () => {
  expect(timingsOf(undefined)).toEqual(TIMINGS);
  expect(timingsOf({ join: 3 })).toEqual({
    ...TIMINGS,
    join: { minMs: 3 * MINUTE_MS, maxMs: 3 * MINUTE_MS },
  });
  expect(inMinutes(TIMINGS)).toMatchObject({ join: { min: 20, max: 120 } });
});

test.each([
  [{ joining: 3 }, /^durations\.multitenant\.joining: expected one of .*join, .*; given 3$/m],
  [
    { join: { min: 2, max: 1 } },
    /^durations\.multitenant\.join: expected min not to be more than max; given/m,
  ],
  [{ emptyCycle: 40 }, /^durations\.multitenant\.emptyCycle: expected at most 39; given 40$/m],
])("a seed with %j is refused with what is expected", (multitenant, line) => {
  expect(() => createEstate(seedWith(multitenant))).toThrow(line);
});
