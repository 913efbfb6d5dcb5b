import { afterAll, beforeAll, expect } from "@jest/globals";
import { claimsOf } from "./claims.ts";
import {
  cleanUp,
  eventually,
  fixture,
  runUntilEnd,
  startConformanceHost,
  temporaryFolder,
  type ConformanceHost,
  type Instance,
} from "./conformance-host.ts";

const claim = claimsOf("durable-instances");
const CLOCK = "--clock=virtual@2026-03-02T06:00:00Z";
let folder: string;
let host: ConformanceHost;

const start = (): Promise<ConformanceHost> =>
  startConformanceHost("durable", { folder, args: [CLOCK] });

beforeAll(async () => {
  folder = await temporaryFolder();
  host = await start();
});
afterAll(cleanUp);

/** Terminates, suspends, resumes, … an instance; resolves with the status of the answer. */
const act = async (instanceId: string, verb: string): Promise<number> =>
  (await host.durable("POST", `instances/${instanceId}/${verb}?reason=because`)).status;

const isRunning = ({ runtimeStatus }: Instance): boolean => runtimeStatus === "Running";

/** Calls a method of the SDK's durable client inside of the app. */
async function client(method: string, ...args: unknown[]): Promise<unknown> {
  const answer = await host.post(`/api/client/${method}`, JSON.stringify(args));
  const { result, error } = answer.json() as { result?: unknown; error?: string };
  if (error !== undefined) {
    throw new Error(error);
  }
  return result;
}

claim("at a time", async () => {
  const items = Array.from({ length: 50 }, (_, n) => n);
  await host.start("collects", "many", { name: "item", count: 50 });
  await Promise.all(items.map((item) => host.raise("many", "item", item)));
  const heard = (await host.ended("many")).output as number[];
  expect(heard.toSorted((a, b) => a - b)).toEqual(items);
});

claim("terminate with children", async () => {
  await host.start("waitsForChild", "family");
  await eventually(
    async () => (await host.durable("GET", "instances/family-child")).status === 202,
    "the child",
  );
  expect(await act("family", "terminate")).toBe(202);
  expect(await host.ended("family")).toMatchObject({
    runtimeStatus: "Terminated",
    output: "because",
  });
  expect((await host.status("family-child")).runtimeStatus).toMatch(/Running|Pending/u);
  await host.raise("family-child", "go", "late");
  expect((await host.ended("family-child")).output).toEqual(["late"]);
  expect((await host.status("family")).output).toBe("because");
});

claim("terminated child", async () => {
  await host.start("waitsForChild", "parent");
  await eventually(
    async () => (await host.durable("GET", "instances/parent-child")).status === 202,
    "the child",
  );
  await act("parent-child", "terminate");
  expect(await host.ended("parent")).toMatchObject({
    runtimeStatus: "Failed",
    output: expect.stringMatching(/because/u),
  });
});

claim("suspend", async () => {
  await host.start("collects", "halted", { name: "item", count: 2 });
  await host.until("halted", isRunning);
  await act("halted", "suspend");
  await host.raise("halted", "item", 1);
  await host.raise("halted", "item", 2);
  expect((await host.status("halted")).runtimeStatus).toBe("Suspended");
  await act("halted", "resume");
  expect((await host.ended("halted")).output).toEqual([1, 2]);
});

claim("timer while suspended", async () => {
  const hold = `${host.internalUrl}/clock/holds/suspended`;
  await fetch(hold, { method: "POST" });
  await host.start("sleeps", "asleep", 60_000);
  await host.until("asleep", isRunning);
  await act("asleep", "suspend");
  await fetch(hold, { method: "DELETE" });
  // Another instance's hour passes: the minute of the suspended one is over as well.
  await host.run("sleeps", 3_600_000);
  expect((await host.status("asleep")).runtimeStatus).toBe("Suspended");
  await act("asleep", "resume");
  expect((await host.ended("asleep")).output).toBeGreaterThanOrEqual(60_000);
});

claim("terminate while suspended", async () => {
  await host.start("collects", "stopped", { name: "item", count: 1 });
  await host.until("stopped", isRunning);
  await act("stopped", "suspend");
  expect(await act("stopped", "terminate")).toBe(202);
  expect((await host.ended("stopped")).runtimeStatus).toBe("Terminated");
});

claim("rewind", async () => {
  await host.start("fragileParent", "fragile");
  expect((await host.ended("fragile")).runtimeStatus).toBe("Failed");
  const ran = (await host.post("/api/mend")).json();
  expect(ran).toEqual(["holds", "breaks"]);
  expect(await act("fragile", "rewind")).toBe(202);
  await host.until("fragile", ({ runtimeStatus }) => runtimeStatus === "Completed");
  expect((await host.status("fragile")).output).toEqual(["holds ran", "breaks ran"]);
  expect((await host.status("fragile-child")).runtimeStatus).toBe("Completed");
  expect((await host.post("/api/mend")).json()).toEqual(["holds", "breaks", "breaks"]);
});

claim("restart", async () => {
  await host.start("asks", "asked", { a: 1 });
  await host.ended("asked");
  const restarted = await host.durable("POST", "instances/asked/restart");
  const { id } = restarted.json() as { id: string };
  expect(await host.ended(id)).toMatchObject({ name: "asks", input: { a: 1 } });
});

claim("purge with children", async () => {
  await host.start("parent", "purged");
  await host.ended("purged");
  await host.durable("DELETE", "instances/purged");
  expect((await host.durable("GET", "instances/purged")).status).toBe(404);
  expect((await host.status("purged-own")).runtimeStatus).toBe("Completed");
});

claim("version strategy", async () => {
  const started = await host.durable("POST", "orchestrators/asks/tomorrow?version=2.0", "x");
  expect(started.status).toBe(202);
  await host.run("asks", "today");
  expect((await host.status("tomorrow")).runtimeStatus).toMatch(/Pending|Running/u);
  const today = await host.durable("POST", "orchestrators/asks/yesterday?version=0.5", "x");
  expect([today.status, (await host.ended("yesterday")).runtimeStatus]).toEqual([202, "Completed"]);
});

claim("client start", async () => {
  const made = await client("startNew", "asks");
  expect(made).toMatch(/^[0-9a-f]{32}$/u);
  // Without an input the SDK sends an empty text.
  expect((await host.ended(String(made))).output).toEqual({ input: "", type: "string" });
  const given = { instanceId: "given", input: { a: 1 }, version: "0.7" };
  expect(await client("startNew", "versioned", given)).toBe("given");
  expect((await host.ended("given")).output).toEqual(["0.7", ["1.0", null]]);
  await host.start("collects", "taken", { name: "go", count: 1 });
  await expect(client("startNew", "asks", { instanceId: "taken" })).rejects.toThrow(/409/u);
});

claim("client status", async () => {
  await host.start("asks", "listed-1", 1);
  await host.start("asks", "listed-2", 2);
  await host.ended("listed-1");
  await host.ended("listed-2");
  expect(await client("getStatus", "listed-1")).toMatchObject({
    name: "asks",
    instanceId: "listed-1",
    runtimeStatus: "Completed",
    input: 1,
    output: { input: 1, type: "number" },
  });
  const completed = (await client("getStatusBy", { runtimeStatus: ["Completed"] })) as Instance[];
  const ids = completed.map(({ instanceId }) => instanceId);
  expect(ids).toEqual(expect.arrayContaining(["listed-1", "listed-2"]));
  expect(new Set(completed.map(({ runtimeStatus }) => runtimeStatus))).toEqual(
    new Set(["Completed"]),
  );
  const all = (await client("getStatusAll")) as Instance[];
  expect(all.length).toBeGreaterThan(completed.length);
});

claim("client events", async () => {
  await host.start("collects", "told", { name: "go", count: 1 });
  await host.until("told", isRunning);
  await client("suspend", "told", "lunch");
  expect((await host.status("told")).runtimeStatus).toBe("Suspended");
  await client("resume", "told", "back");
  await client("raiseEvent", "told", "go", { a: 1 });
  expect((await host.ended("told")).output).toEqual([{ a: 1 }]);
  // Nothing is wrong with an instance that has ended already.
  await client("terminate", "told", "too late");
  await client("raiseEvent", "told", "go", null);
  expect((await host.status("told")).runtimeStatus).toBe("Completed");
  await expect(client("raiseEvent", "nobody", "go", 1)).rejects.toThrow(/nobody/u);
});

claim("client rewind and purge", async () => {
  await host.start("throws", "again");
  await host.ended("again");
  await client("rewind", "again", "once more");
  await host.ended("again");
  expect(await client("purgeInstanceHistory", "again")).toEqual({ instancesDeleted: 1 });
  expect((await host.durable("GET", "instances/again")).status).toBe(404);
  await host.start("throws", "old");
  await host.ended("old");
  const purged = await client("purgeInstanceHistoryBy", {
    createdTimeFrom: "2026-03-01T00:00:00Z",
    createdTimeTo: "2100-01-01T00:00:00Z",
    runtimeStatus: ["Failed"],
  });
  expect((purged as { instancesDeleted: number }).instancesDeleted).toBeGreaterThan(0);
  expect((await host.durable("GET", "instances/old")).status).toBe(404);
});

claim("check status response", async () => {
  const authority = `localhost:${new URL(host.url).port}`;
  const answer = await host.get("/api/checkStatus/listed-1", { host: authority });
  expect([answer.status, answer.headers["retry-after"]]).toEqual([202, "10"]);
  const links = answer.json() as Record<string, string>;
  expect(links["statusQueryGetUri"]).toMatch(
    `http://${authority}/runtime/webhooks/durabletask/instances/listed-1?`,
  );
  expect(answer.headers["location"]).toBe(links["statusQueryGetUri"]);
});

claim("wait for completion", async () => {
  await host.start("asks", "quick", 1);
  const done = await host.get("/api/waitOrCheck/quick?ms=10000");
  expect([done.status, done.json()]).toEqual([200, { input: 1, type: "number" }]);
  await host.start("collects", "slow", { name: "go", count: 1 });
  const late = await host.get("/api/waitOrCheck/slow?ms=100");
  expect([late.status, (late.json() as { id: string }).id]).toEqual([202, "slow"]);
});

claim("second host", async () => {
  const { code, stderr } = await runUntilEnd({ app: fixture("durable"), folder });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^The data directory .*(in use|used|locked).*\n$/u);
});

claim("crash", async () => {
  const ids = Array.from({ length: 30 }, (_, n) => `crash-${n}`);
  await Promise.all(ids.map((id) => host.start("waitsWithWork", id)));
  await Promise.all(ids.slice(0, 20).map((id) => host.raise(id, "go", id)));
  // Right in the middle of whatever that set off.
  await host.kill();
  host = await start();
  await Promise.all(ids.slice(20).map((id) => host.raise(id, "go", id)));
  await Promise.all(ids.map((id) => host.raise(id, "go", "end")));
  const outputs = await Promise.all(ids.map(async (id) => (await host.ended(id)).output));
  expect(outputs).toEqual(ids.map((id) => [`${id}!`, "end"]));
});
