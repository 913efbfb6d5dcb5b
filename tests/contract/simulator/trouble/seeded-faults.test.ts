import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { listen, type ListeningSimulator } from "./running-simulator.ts";

const CHILDREN = "/users/admin@contoso.com/drive/root/children";

let simulator: ListeningSimulator;

beforeEach(async () => {
  simulator = await listen();
});

afterEach(() => simulator.stop());

async function sow(rates: Record<string, number>, more: Record<string, unknown> = {}) {
  const answer = await simulator.control("PUT", "/faults/seeded", { rates, ...more });
  expect(answer.status).toBe(200);
}

const stop = () => simulator.control("DELETE", "/faults/seeded");

const create = (name: string) =>
  simulator.fetch(CHILDREN, {
    method: "POST",
    json: { name, folder: {} },
    headers: { "client-request-id": name },
  });

async function exists(name: string): Promise<boolean> {
  return (await simulator.fetch(`/users/admin@contoso.com/drive/root:/${name}`)).status === 200;
}

/** The journal's row of the request that carries this id. */
async function rowOf(name: string) {
  return (await simulator.journal()).find(({ clientRequestId }) => clientRequestId === name);
}

test("throttled: 429 with a wait, and nothing happened", async () => {
  await sow({ throttled: 1 }, { retryAfterSeconds: 2.5 });
  const answer = await create("throttled");
  expect(answer.status).toBe(429);
  expect(answer.headers.get("retry-after")).toBe("2.5");
  expect(await answer.json()).toMatchObject({ error: { code: "TooManyRequests" } });
  await stop();
  expect(await rowOf("throttled")).toMatchObject({ fault: "throttled", status: 429, effects: [] });
  expect(await exists("throttled")).toBe(false);
});

test("serverError: a status from 500 on, and nothing happened", async () => {
  await sow({ serverError: 1 });
  const statuses = new Set<number>();
  for (let count = 0; count < 30; count += 1) statuses.add((await create(`e${count}`)).status);
  expect(statuses).toEqual(new Set([500, 502, 503, 504]));
  await stop();
  expect(await rowOf("e0")).toMatchObject({ fault: "serverError", effects: [] });
  expect(await exists("e0")).toBe(false);
});

test("errorAfterCommit: 504 although the change was made", async () => {
  await sow({ errorAfterCommit: 1 });
  expect((await create("after")).status).toBe(504);
  await stop();
  expect(await rowOf("after")).toMatchObject({
    fault: "errorAfterCommit",
    status: 201,
    effects: [{ type: expect.any(String) }],
  });
  expect(await exists("after")).toBe(true);
});

test("slow: the true answer, later", async () => {
  await sow({ slow: 1 }, { slowMs: { min: 150, max: 160 } });
  const before = Date.now();
  expect((await create("slow")).status).toBe(201);
  expect(Date.now() - before).toBeGreaterThanOrEqual(145);
  expect(await rowOf("slow")).toMatchObject({ fault: "slow", status: 201 });
});

test.each([
  ["resetBefore", false],
  ["resetAfterCommit", true],
])("%s: the connection breaks (change made: %s)", async (kind, isMade) => {
  await sow({ [kind]: 1 });
  await expect(create(kind)).rejects.toThrow();
  await stop();
  const row = await rowOf(kind);
  expect(row?.fault).toBe(kind);
  expect(row?.effects.length).toBe(isMade ? 1 : 0);
  expect(await exists(kind)).toBe(isMade);
});

test("truncated: the head comes, the body ends in the middle, and the change was made", async () => {
  await sow({ truncated: 1 });
  const answer = await create("cut");
  expect(answer.status).toBe(201);
  await expect(answer.text()).rejects.toThrow();
  await stop();
  expect(await rowOf("cut")).toMatchObject({ fault: "truncated", status: 201 });
  expect(await exists("cut")).toBe(true);
});

test("expiredToken: 401 for a token that is still valid", async () => {
  await sow({ expiredToken: 1 });
  const answer = await create("expired");
  expect(answer.status).toBe(401);
  expect(await answer.json()).toMatchObject({ error: { code: "InvalidAuthenticationToken" } });
  await stop();
  expect(await exists("expired")).toBe(false);
});

test("staleRead: a list as it was before the change, under the ids of this request", async () => {
  const list = async (id: string) => {
    const answer = await simulator.fetch(CHILDREN, { headers: { "client-request-id": id } });
    expect(answer.headers.get("client-request-id")).toBe(id);
    const { value } = (await answer.json()) as { value: readonly { name: string }[] };
    return value.map(({ name }) => name);
  };
  await sow({ staleRead: 0.5 }, { staleSeconds: 60, path: "children$", seed: 3 });
  const seen: boolean[] = [];
  for (let count = 0; count < 8; count += 1) await list(`warm-${count}`);
  expect((await create("fresh")).status).toBe(201);
  for (let count = 0; count < 20; count += 1) {
    seen.push((await list(`read-${count}`)).includes("fresh"));
  }
  expect(new Set(seen)).toEqual(new Set([true, false]));
  const stale = (await simulator.journal()).filter(({ fault }) => fault === "staleRead");
  expect(stale.length).toBe(seen.filter((isFresh) => !isFresh).length);
  simulator.advance(61_000);
  for (let count = 0; count < 10; count += 1) {
    expect(await list(`late-${count}`)).toContain("fresh");
  }
});

interface Search {
  readonly searchResults: readonly {
    readonly restorePoint: { readonly protectionUnit: { readonly id: string } };
  }[];
  readonly noResultProtectionUnitIds: readonly string[];
}

async function search(): Promise<{ asked: number; found: ReadonlySet<string>; denied: number }> {
  const root = "/solutions/backupRestore";
  const units = (await (
    await simulator.fetch(`${root}/protectionUnits/microsoft.graph.mailboxProtectionUnit`)
  ).json()) as { value: readonly { id: string }[] };
  const protectionUnitIds = units.value.slice(0, 4).map(({ id }) => id);
  const answer = await simulator.fetch(`${root}/restorePoints/search`, {
    method: "POST",
    json: {
      protectionUnitIds,
      protectionTimePeriod: { startDateTime: "2026-02-20T00:00:00Z" },
    },
  });
  const body = (await answer.json()) as Search;
  return {
    asked: protectionUnitIds.length,
    found: new Set(body.searchResults.map(({ restorePoint }) => restorePoint.protectionUnit.id)),
    denied: body.noResultProtectionUnitIds.length,
  };
}

test("missingResults and wrongResults: a search forgets a unit, or denies that it has points", async () => {
  const whole = await search();
  expect(whole).toMatchObject({ asked: 4, denied: 0 });
  expect(whole.found.size).toBe(4);
  await sow({ missingResults: 1 });
  const missing = await search();
  expect(missing.found.size).toBe(3);
  expect(missing.denied).toBe(0);
  await sow({ wrongResults: 1 });
  const wrong = await search();
  expect(wrong.found.size).toBe(3);
  expect(wrong.denied).toBe(1);
});

const readsOf = (count: number) =>
  Array.from({ length: count }, (_, id) => ({
    id: `${id}`,
    method: "GET",
    url: `/users?$top=${id + 1}`,
  }));

async function batch(requests: readonly unknown[]) {
  const answer = await simulator.fetch("/$batch", { method: "POST", json: { requests } });
  return (await answer.json()) as {
    responses: readonly { id: string; status: number; body: { value?: readonly unknown[] } }[];
  };
}

test("missingResults and wrongResults: a batch loses an answer, or confuses two reads", async () => {
  await sow({ missingResults: 1 }, { path: "batch$" });
  expect((await batch(readsOf(5))).responses).toHaveLength(4);
  await sow({ wrongResults: 1 }, { path: "batch$" });
  const { responses } = await batch(readsOf(5));
  expect(responses).toHaveLength(5);
  const wrong = responses.filter(({ id, body }) => body.value?.length !== Number(id) + 1);
  expect(wrong).toHaveLength(2);
  const rows = (await simulator.journal()).filter(({ path }) => path === "/$batch");
  expect(rows.map(({ fault }) => fault)).toEqual(["missingResults", "wrongResults"]);
});

test("hits the requests inside a batch one by one", async () => {
  await sow({ serverError: 0.5 }, { path: "/users" });
  const { responses } = await batch(readsOf(20));
  expect(responses).toHaveLength(20);
  const failed = responses.filter(({ status }) => status >= 500).length;
  expect(failed).toBeGreaterThan(2);
  expect(failed).toBeLessThan(18);
});

test("a scripted reset of one request in a batch breaks the batch's connection", async () => {
  await simulator.control("POST", "/faults", {
    method: "POST",
    path: "/children$",
    behaviour: "resetAfterCommit",
  });
  const requests = [
    { id: "1", method: "GET", url: "/users?$top=1" },
    {
      id: "2",
      method: "POST",
      url: CHILDREN,
      headers: { "Content-Type": "application/json" },
      body: { name: "in-batch", folder: {} },
    },
  ];
  await expect(batch(requests)).rejects.toThrow();
  expect(await exists("in-batch")).toBe(true);
});

async function play(): Promise<number[]> {
  await sow({ serverError: 0.3, expiredToken: 0.2 }, { seed: 11 });
  const statuses: number[] = [];
  for (let count = 0; count < 25; count += 1) {
    statuses.push((await simulator.fetch("/users?$top=1")).status);
  }
  return statuses;
}

test("plays the same faults again for the same seed and the same requests", async () => {
  const first = await play();
  await stop();
  expect(await play()).toEqual(first);
  expect(new Set(first).size).toBeGreaterThan(2);
});
