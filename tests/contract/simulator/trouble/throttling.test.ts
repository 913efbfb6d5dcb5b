import { afterEach, expect, test } from "@jest/globals";

import { OWNER } from "../small-estate.ts";
import { listen, type ListeningSimulator } from "./running-simulator.ts";

const APP = "33333333-3333-4333-8333-333333333333";

let simulator: ListeningSimulator;

afterEach(() => simulator.stop());

interface BatchAnswer {
  readonly responses: readonly {
    readonly id: string;
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
  }[];
}

const batchOf = (url: string, count: number) => ({
  method: "POST",
  json: {
    requests: Array.from({ length: count }, (_, id) => ({ id: `${id}`, method: "GET", url })),
  },
});

async function statusesOf(answer: Response): Promise<BatchAnswer["responses"]> {
  return ((await answer.json()) as BatchAnswer).responses;
}

test("throttles nobody unless asked to", async () => {
  simulator = await listen();
  for (let count = 0; count < 8; count += 1) {
    const answer = await simulator.fetch("/auditLogs/provisioning");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-ms-resource-unit")).toBeNull();
  }
});

test("refuses the sixth read of the logs in ten seconds with scope, reason and a wait that suffices", async () => {
  simulator = await listen({ throttling: "documented" });
  const read = () => simulator.fetch("/auditLogs/provisioning");
  for (let count = 0; count < 5; count += 1) expect((await read()).status).toBe(200);
  const refused = await read();
  expect(refused.status).toBe(429);
  // The refused request counts too: two must drain before the next one fits.
  expect(refused.headers.get("retry-after")).toBe("4");
  expect(refused.headers.get("x-ms-throttle-scope")).toBe(
    `Tenant_Application/ReadWrite/${APP}/${OWNER}`,
  );
  expect(refused.headers.get("x-ms-throttle-information")).toBe("RequestLimitExceeded");
  expect(await refused.json()).toEqual({
    error: {
      code: "TooManyRequests",
      message: "Please retry again later.",
      innerError: {
        code: "429",
        message: "Please retry after",
        status: "429",
        date: "2026-03-02T06:00:00",
        "request-id": refused.headers.get("request-id"),
        "client-request-id": refused.headers.get("client-request-id"),
      },
    },
  });
  const hasty = await read();
  expect(Number(hasty.headers.get("retry-after"))).toBe(6);
  simulator.advance(Number(hasty.headers.get("retry-after")) * 1_000);
  expect((await read()).status).toBe(200);
});

test("says what a directory request costs, and from 80 % of the quota on how much is used", async () => {
  simulator = await listen({ throttling: "documented" });
  const cheap = await simulator.fetch("/users?$select=id&$top=1");
  expect(cheap.headers.get("x-ms-resource-unit")).toBe("1");
  const dear = await simulator.fetch(`/users`);
  expect(dear.headers.get("x-ms-resource-unit")).toBe("2");
  expect(dear.headers.get("x-ms-throttle-limit-percentage")).toBeNull();
  // A tenant of 12 users has 3,500 units in ten seconds, of which 2,820 are then used.
  for (let count = 0; count < 71; count += 1) {
    await simulator.fetch("/$batch", batchOf("/applications", 20));
  }
  const near = await simulator.fetch("/users");
  expect(near.headers.get("x-ms-throttle-limit-percentage")).toBe("0.81");
  const { usage } = (await (await simulator.control("GET", "/throttling")).json()) as {
    usage: readonly { bucket: string; usage: number }[];
  };
  expect(
    usage.find(({ bucket }) => bucket.startsWith("identity.resourceUnits.pair")),
  ).toMatchObject({ bucket: `identity.resourceUnits.pair/${APP}/${OWNER}` });
});

test("throttles the requests of a batch one by one", async () => {
  simulator = await listen({ throttling: "documented" });
  const answer = await simulator.fetch("/$batch", batchOf("/auditLogs/provisioning", 8));
  expect(answer.status).toBe(200);
  const responses = await statusesOf(answer);
  expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
  expect(responses[5]?.headers).toMatchObject({ "Retry-After": "4" });
});

test("x-ms-throttle-priority decides who is refused first once somebody is", async () => {
  simulator = await listen({ throttling: "documented" });
  const read = (priority?: string) =>
    simulator.fetch("/auditLogs/provisioning", {
      headers: priority === undefined ? {} : { "x-ms-throttle-priority": priority },
    });
  for (let count = 0; count < 5; count += 1) expect((await read("Low")).status).toBe(200);
  const waits = [];
  for (const priority of ["High", "Normal", "Low"]) {
    const refused = await read(priority);
    expect(refused.status).toBe(429);
    waits.push(Number(refused.headers.get("retry-after")));
  }
  // Five in ten seconds: one drains every two. High waits for one of the admitted ones, the others for refused ones too.
  expect(waits).toEqual([2, 6, 8]);
  simulator.advance(2_000);
  expect((await read()).status).toBe(429);
  expect((await read("high")).status).toBe(200);
});

test("counts files in SharePoint's units and says so in its headers", async () => {
  simulator = await listen({ throttling: "documented" });
  const path = "/users/admin@contoso.com/drive/root/children";
  const refused: BatchAnswer["responses"][number][] = [];
  for (let count = 0; count < 32; count += 1) {
    const responses = await statusesOf(await simulator.fetch("/$batch", batchOf(path, 20)));
    refused.push(...responses.filter(({ status }) => status === 429));
  }
  // 1,250 units a minute hold 625 lists of 2 units.
  expect(refused).toHaveLength(15);
  expect(refused[0]?.headers).toMatchObject({
    "RateLimit-Limit": "1250",
    "RateLimit-Remaining": "0",
    "Retry-After": "1",
  });
  const alone = await simulator.fetch(path);
  expect(await alone.json()).toMatchObject({
    error: { code: "activityLimitReached", innerError: { code: "throttledRequest" } },
  });
  simulator.advance(60_000);
  expect((await simulator.fetch(path)).status).toBe(200);
});

test("never throttles backup requests below the limit over all of Graph", async () => {
  simulator = await listen({ throttling: "documented" });
  for (let count = 0; count < 8; count += 1) {
    const responses = await statusesOf(
      await simulator.fetch("/$batch", batchOf("/solutions/backupRestore", 20)),
    );
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
  }
});

test("changes its mind at run time, with all quotas full again", async () => {
  simulator = await listen({ throttling: "documented" });
  const read = async () => (await simulator.fetch("/auditLogs/provisioning")).status;
  for (let count = 0; count < 5; count += 1) await read();
  expect(await read()).toBe(429);
  expect((await simulator.control("PUT", "/throttling", { mode: "none" })).status).toBe(200);
  expect(await read()).toBe(200);
  await simulator.control("PUT", "/throttling", { mode: "documented" });
  expect(await read()).toBe(200);
  expect((await simulator.control("PUT", "/throttling", { mode: "harsh" })).status).toBe(400);
});

test("a request that is refused for its token or its permission costs nothing", async () => {
  simulator = await listen({ throttling: "documented" });
  for (let count = 0; count < 10; count += 1) {
    await simulator.fetch("/auditLogs/provisioning", { headers: { authorization: "Bearer x" } });
  }
  expect((await simulator.fetch("/auditLogs/provisioning")).status).toBe(200);
});
