import { expect, test } from "@jest/globals";
import { synchronizeEdge } from "../../src/orchestrators/synchronize-edge.ts";
import type { Mishap } from "../support/simulated-graph.ts";
import { createOnboardingWorld, readSeed } from "../support/onboarding-world.ts";

const HOUR_MS = 60 * 60_000;
const sample = readSeed("../../demo/seeds/sample-estate.json");
const small = readSeed("small-estate.seed.json");

function tenantOf(seed: typeof sample, name: string) {
  const found = seed.tenants.find(({ displayName }) => displayName.startsWith(name));
  if (found === undefined) {
    throw new Error(`The estate has no ${name}.`);
  }
  return { tenantId: found.tenantId, displayName: found.displayName };
}

const owner = tenantOf(small, "Alpine");
const member = { ...tenantOf(small, "Bergamot"), role: "member" as const };

type World = ReturnType<typeof createOnboardingWorld>;

/** Requests of our application that changed something, as `METHOD path`, of every tenant. */
const effectsOf = ({ simulator }: World) =>
  simulator
    .journal({ effectsOnly: true, limit: 10_000 })
    .filter(({ kind }) => kind === "request")
    .map(({ method, path }) => `${method} ${path}`);

/** What may exist only once after a member was onboarded. */
async function countOf(world: World) {
  const policies = [];
  for (const service of ["exchange", "oneDriveForBusiness", "sharePoint"]) {
    const path = `/solutions/backupRestore/${service}ProtectionPolicies`;
    policies.push((await world.list(member.tenantId, path)).length);
  }
  const configurations = [];
  const jobs = [];
  const partners = [];
  for (const { tenantId } of [owner, member]) {
    const found = await world.list(tenantId, "/servicePrincipals?$select=id,applicationTemplateId");
    const ours = found.filter(({ applicationTemplateId }) => applicationTemplateId !== null);
    configurations.push(ours.length);
    for (const { id } of ours) {
      const path = `/servicePrincipals/${String(id)}/synchronization/jobs`;
      jobs.push((await world.list(tenantId, path)).length);
    }
    partners.push(
      (await world.list(tenantId, "/policies/crossTenantAccessPolicy/partners")).length,
    );
  }
  return { policies, configurations, jobs, partners };
}

const ONE_OF_EACH = {
  policies: [1, 1, 1],
  configurations: [1, 1],
  jobs: [1, 1],
  partners: [1, 1],
};

test("onboards the sample estate's five tenants side by side and proves it", async () => {
  const contoso = tenantOf(sample, "Contoso");
  const tailspin = tenantOf(sample, "Tailspin");
  const rows = ["Adatum", "Litware", "Tailspin", "Wingtip", "Proseware"].map((name) => ({
    ...tenantOf(sample, name),
    role: "member" as const,
  }));
  const world = createOnboardingWorld({ seed: sample, owner: contoso });
  const activation = `/solutions/backupRestore/serviceApps/${world.clientId}/activate`;
  // The administrator of the tenant that waits for one comes the next day.
  world.driver.at(world.simulator.now() + 26 * HOUR_MS, async () => {
    const { operatorAction, state } = await world.onboardingOf(tailspin.tenantId);
    expect({ state, request: operatorAction?.request }).toEqual({
      state: "waiting",
      request: `POST https://graph.microsoft.com/v1.0${activation} with the body {}`,
    });
    await world.simulator.fetch(`/v1.0${activation}`, {
      method: "POST",
      json: {},
      token: await world.simulator.delegatedToken(tailspin.tenantId),
    });
  });

  await world.onboard(rows);

  for (const { tenantId } of rows) {
    const onboarding = await world.onboardingOf(tenantId);
    expect(onboarding.steps.filter(({ state }) => state !== "done")).toEqual([]);
    expect(onboarding.state).toBe("completed");
    expect(onboarding.operatorAction).toBeNull();
    expect(onboarding.protection.map(({ failed }) => failed)).toEqual([0, 0, 0]);
    expect(onboarding.edges).toHaveLength(2);
    for (const edge of onboarding.edges) {
      expect(edge.synchronized).toBe(edge.expected);
    }
  }
  const created = effectsOf(world).filter((effect) => effect.startsWith("PUT /tenantRel"));
  expect(created).toHaveLength(1);
});

test("a tenant that is sent again is found done, and nothing is written", async () => {
  const world = createOnboardingWorld({ seed: small, owner });
  await world.onboard([member]);
  const before = effectsOf(world);
  expect(before.length).toBeGreaterThan(20);

  await world.onboard([member]);

  expect(effectsOf(world)).toEqual(before);
  expect((await world.onboardingOf(member.tenantId)).state).toBe("completed");
});

const isWrite = (method: string, path: string) => method !== "GET" && path !== "/$batch";

test.each([
  ["of every write", () => true],
  ["of every second write", (place: number) => place % 2 === 0],
  ["of every other write", (place: number) => place % 2 === 1],
])("a lost answer %s doubles nothing and stops nothing", async (_, isLost) => {
  const seen = new Set<string>();
  let lost = 0;
  const world = createOnboardingWorld({
    seed: small,
    owner,
    mishap({ tenantId, method, path, body }): Mishap {
      const request = JSON.stringify([tenantId, method, path, body]);
      if (!isWrite(method, path) || seen.has(request)) {
        return null;
      }
      seen.add(request);
      if (!isLost(seen.size)) {
        return null;
      }
      lost += 1;
      return "lostAfter";
    },
  });

  await world.onboard([member]);

  expect(lost).toBeGreaterThan(10);
  const { state } = await world.onboardingOf(member.tenantId);
  expect({ state, ...(await countOf(world)) }).toEqual({ state: "completed", ...ONE_OF_EACH });
  const organization = "/tenantRelationships/multiTenantOrganization/tenants";
  expect(await world.list(owner.tenantId, organization)).toHaveLength(2);
});

test("both directions of a pair outside any organization are built side by side, each thing once", async () => {
  const seen = new Set<string>();
  const world = createOnboardingWorld({
    seed: small,
    owner,
    mishap({ tenantId, method, path, body }): Mishap {
      const request = JSON.stringify([tenantId, method, path, body]);
      const isFirst = isWrite(method, path) && !seen.has(request);
      seen.add(request);
      return isFirst ? "lostAfter" : null;
    },
  });
  for (const [source, target] of [
    [owner, member],
    [member, owner],
  ] as const) {
    const input = { tenantId: member.tenantId, source, target };
    world.driver.start("synchronizeEdge", synchronizeEdge, input, `edge-${source.tenantId}`);
  }

  await world.driver.settle();

  for (const { tenantId } of [owner, member]) {
    expect(world.driver.endOf(`edge-${tenantId}`)?.output).toMatchObject({ kind: "done" });
  }
  const { configurations, jobs, partners } = await countOf(world);
  expect({ configurations, jobs, partners }).toEqual({
    configurations: [1, 1],
    jobs: [1, 1],
    partners: [1, 1],
  });
});

test("writes nothing and fails at once when AllowWrites does not list the tenant", async () => {
  const world = createOnboardingWorld({ seed: small, owner, isWriteAllowed: () => false });

  await world.onboard([member]);

  const { state, steps } = await world.onboardingOf(member.tenantId);
  expect(state).toBe("failed");
  expect(steps[0]?.detail).toBe(
    "Writes to this tenant are off: add it to the setting AllowWrites to allow them.",
  );
  expect(effectsOf(world)).toEqual([]);
});

test("writes nothing to a member either when its owner may not be written to", async () => {
  const world = createOnboardingWorld({
    seed: small,
    owner,
    isWriteAllowed: (tenantId) => tenantId !== owner.tenantId,
  });

  await world.onboard([member]);

  const { steps } = await world.onboardingOf(member.tenantId);
  expect(steps[0]?.detail).toContain(owner.tenantId);
  expect(effectsOf(world)).toEqual([]);
});

test("a member waits, and says so, until a tenant with the role owner is known", async () => {
  const world = createOnboardingWorld({ seed: small, owner: null });
  world.driver.at(world.simulator.now() + 5 * HOUR_MS, async () => {
    const { waiting } = await world.onboardingOf(member.tenantId);
    expect(waiting?.reason).toContain("No tenant has the role owner");
    world.start([{ ...owner, role: "owner" }]);
  });

  await world.onboard([member]);

  expect((await world.onboardingOf(member.tenantId)).state).toBe("completed");
});

test("an administrator who never comes ends the onboarding at its deadline", async () => {
  const tailspin = { ...tenantOf(sample, "Tailspin"), role: "member" as const };
  const world = createOnboardingWorld({ seed: sample, owner: tenantOf(sample, "Contoso") });
  const started = world.simulator.now();

  await world.onboard([tailspin], { operatorActionDeadlineMinutes: 3 * 24 * 60 });

  const { state, steps, operatorAction } = await world.onboardingOf(tailspin.tenantId);
  expect({ state, operatorAction }).toEqual({ state: "failed", operatorAction: null });
  expect(steps[0]?.detail).toContain("An administrator has to activate our application");
  expect(world.simulator.now() - started).toBe(3 * 24 * HOUR_MS);
  const histories = world.driver.trace.filter(({ kind }) => kind === "continueAsNew");
  expect(histories.length).toBeGreaterThan(5);
});
