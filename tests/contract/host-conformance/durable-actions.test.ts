import { afterAll, beforeAll, expect } from "@jest/globals";
import { claimsOf } from "./claims.ts";
import {
  cleanUp,
  eventually,
  startConformanceHost,
  type ConformanceHost,
  type Instance,
} from "./conformance-host.ts";

const claim = claimsOf("durable-actions");
const DAY_MS = 86_400_000;
let host: ConformanceHost;

beforeAll(async () => {
  host = await startConformanceHost("durable", {
    args: ["--clock=virtual@2026-03-02T06:00:00Z"],
  });
});
afterAll(cleanUp);

const run = (name: string, input?: unknown): Promise<unknown> => host.run(name, input);

claim("activity chain", async () => {
  expect(await run("chain", "go")).toBe("go!!!");
});

claim("fan-out", async () => {
  expect(await run("fanOut", 200)).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
});

claim("activity metadata", async () => {
  await host.start("describes", "described");
  expect((await host.ended("described")).output).toEqual({
    instanceId: "described",
    functionName: "describe",
  });
});

/** How a failed activity reads; the second part is the .NET error as JSON. */
const FAILURE = /^Activity function 'boom' failed: {2}no luck \n (\{.*\})$/su;

claim("activity failure", async () => {
  const message = (await run("catches")) as string;
  const [, details = ""] = FAILURE.exec(message) ?? [];
  expect(JSON.parse(details)).toMatchObject({
    $type: "System.Exception, System.Private.CoreLib",
    ClassName: "System.Exception",
    Message: expect.stringContaining("no luck"),
  });
});

claim("uncaught failure", async () => {
  const { runtimeStatus, output } = (await run("doesNotCatch")) as Instance;
  expect(runtimeStatus).toBe("Failed");
  expect(output).toMatch(FAILURE);
});

claim("activity retry", async () => {
  const tried = (await run("retries", { key: "patient", failures: 4 })) as number[];
  const pauses = tried.slice(1).map((at, index) => at - (tried[index] ?? 0));
  expect(pauses).toEqual([10_000, 20_000, 30_000, 30_000]);
});

claim("last attempt", async () => {
  expect(await run("exhausts", { key: "hopeless", failures: 9 })).toMatch(
    /^Activity function 'failsAtFirst' failed: {2}attempt 3/u,
  );
  expect((await host.get("/api/attempts?key=hopeless")).json()).toHaveLength(3);
});

claim("unknown activity", async () => {
  const { runtimeStatus, output } = (await run("callsUnknownActivity")) as Instance;
  expect(runtimeStatus).toBe("Failed");
  expect(output).toMatch(/'nowhere'.*echo/su);
});

claim("sub-orchestration", async () => {
  await host.start("parent", "family");
  const { output } = await host.ended("family");
  expect(output).toEqual([
    {
      instanceId: expect.stringMatching(/^[0-9a-f]+:0$/u),
      parentInstanceId: "family",
      said: "a!",
    },
    { instanceId: "family-own", parentInstanceId: "family", said: "b!" },
  ]);
});

claim("failed sub-orchestration", async () => {
  expect(await run("parentOfFailure")).toMatch(/the child fails/u);
});

claim("sub-orchestration retry", async () => {
  await host.start("retriesChild", "again");
  expect((await host.ended("again")).output).toEqual({ instanceId: "again-child", tried: 3 });
});

claim("timer", async () => {
  expect(await run("sleeps", 3_600_000)).toBe(3_600_000);
});

claim("long timer", async () => {
  await host.start("sleeps", "long", 90 * DAY_MS);
  expect((await host.ended("long")).output).toBe(90 * DAY_MS);
  const { historyEvents = [] } = await host.status("long", "?showHistory=true");
  expect(historyEvents.filter(({ EventType }) => EventType === "TimerFired").length).toBe(29);
});

/** How long an instance lived, on the host's clock. */
const lifetime = ({ createdTime, lastUpdatedTime }: Instance): number =>
  Date.parse(lastUpdatedTime) - Date.parse(createdTime);

claim("cancelled timer", async () => {
  await host.start("cancels", "cancels");
  const instance = await host.ended("cancels");
  expect([instance.output, lifetime(instance)]).toEqual(["work", 0]);
});

claim("open timer", async () => {
  await host.start("leavesTimerOpen", "open");
  const instance = await host.ended("open");
  expect([instance.output, lifetime(instance)]).toEqual(["work", DAY_MS]);
});

claim("deadline", async () => {
  expect(await run("deadline", 60_000)).toBe("too late");
  const hold = await fetch(`${host.internalUrl}/clock/holds/decision`, { method: "POST" });
  expect(hold.status).toBe(204);
  await host.start("deadline", "decided", 60_000);
  await host.raise("decided", "decision", "yes");
  const instance = await host.ended("decided");
  await fetch(`${host.internalUrl}/clock/holds/decision`, { method: "DELETE" });
  expect([instance.output, lifetime(instance)]).toEqual(["yes", 0]);
});

claim("early events", async () => {
  await host.start("collects", "early", { name: "late", count: 3 });
  await host.start("collects", "twice", { name: "item", count: 4 });
  for (const item of [1, 2, 3, 4]) {
    await host.raise("twice", "item", item);
  }
  expect((await host.ended("twice")).output).toEqual([1, 2, 3, 4]);
  expect((await host.status("early")).runtimeStatus).toBe("Running");
});

claim("event case", async () => {
  await host.start("collects", "case", { name: "Go", count: 1 });
  expect(await host.raise("case", "go", "other case")).toBe(202);
  expect(await host.raise("case", "Go", "same case")).toBe(202);
  expect((await host.ended("case")).output).toEqual(["same case"]);
});

claim("several events", async () => {
  await host.start("awaitsSeveral", "several");
  for (const name of ["c", "a", "b"]) {
    await host.raise("several", name, name.toUpperCase());
  }
  expect((await host.ended("several")).output).toEqual(["A", "B", "C"]);
});

claim("nested compounds", async () => {
  expect(await run("nests")).toEqual([1, 2]);
});

claim("failure in all", async () => {
  expect(await run("allWithFailure")).toMatch(/^Activity function 'boom' failed: {2}one of them/u);
});

claim("continue-as-new", async () => {
  await host.start("counts", "eternal", { round: 0, heard: [] });
  for (const item of ["a", "b", "c"]) {
    await host.raise("eternal", "item", item);
  }
  const instance = await host.ended("eternal");
  expect(instance).toMatchObject({
    input: { round: 3, heard: ["a", "b", "c"] },
    output: { heard: ["a", "b", "c"] },
    customStatus: "from the first round",
  });
  const { historyEvents = [] } = await host.status("eternal", "?showHistory=true");
  expect(historyEvents.map(({ EventType }) => EventType)).toEqual([
    "ExecutionStarted",
    "ExecutionCompleted",
  ]);
});

claim("custom status", async () => {
  await host.start("reports", "reports", [{ step: 1 }, "two", null, 4]);
  await host.until(
    "reports",
    ({ customStatus }) => (customStatus as { step?: number })?.step === 1,
  );
  await host.raise("reports", "next", null);
  await host.until("reports", ({ customStatus }) => customStatus === "two");
  await host.raise("reports", "next", null);
  await host.raise("reports", "next", null);
  await host.until("reports", ({ customStatus }) => customStatus === 4);
  await host.raise("reports", "next", null);
  expect((await host.ended("reports")).customStatus).toBe(4);
  await host.start("reports", "cleared", ["kept", null]);
  await host.raise("cleared", "next", null);
  await host.raise("cleared", "next", null);
  expect((await host.ended("cleared")).customStatus).toBe("kept");
});

claim("custom status limit", async () => {
  // With its quotation marks 8,192 UTF-16 units are 16 KB.
  expect(await run("reportsTooMuch", 8_190)).toBe("fine");
  expect(await run("reportsTooMuch", 8_192)).toMatchObject({ runtimeStatus: "Failed" });
});

claim("error as output", async () => {
  expect(await run("throws")).toMatchObject({ runtimeStatus: "Failed", output: "exactly this" });
});

claim("thrown text", async () => {
  expect(await run("throwsText")).toMatchObject({
    runtimeStatus: "Failed",
    output: expect.stringMatching(/threw something that is no Error/u),
  });
});

claim("no output", async () => {
  for (const kind of ["nothing", "null"]) {
    await host.start("returns", `returns-${kind}`, kind);
    expect(await host.ended(`returns-${kind}`)).toMatchObject({
      runtimeStatus: "Completed",
      output: null,
    });
  }
});

claim("input", async () => {
  expect(await run("asks")).toEqual({ input: "", type: "string" });
  expect(await run("asks", { a: [1, null] })).toEqual({
    input: { a: [1, null] },
    type: "object",
  });
});

claim("versions", async () => {
  expect(await run("versioned")).toEqual(["1.0", ["1.0", null]]);
  const given = await host.durable(
    "POST",
    "orchestrators/versioned?version=0.9&timeout=30",
    "parent",
  );
  expect(given.json()).toEqual(["0.9", ["1.0", null]]);
});

claim("large payloads", async () => {
  const text = "0123456789".repeat(100_000);
  expect(await run("carries", { text })).toEqual({ text });
});

claim("too many actions", async () => {
  // Each task of a compound counts.
  expect(await run("asksForTooMuch", 300)).toHaveLength(300);
  expect(await run("asksForTooMuch", 301)).toMatchObject({
    runtimeStatus: "Failed",
    output: expect.stringContaining(
      "Maximum amount of orchestration actions (300) has been reached.",
    ),
  });
});

claim("replay", async () => {
  expect(await run("replays")).toBe("done");
  const { guids, replaying } = (await host.get("/api/seenAtReplay")).json() as {
    guids: string[];
    replaying: boolean[];
  };
  // Three runs: to the first activity, to the second, to the end.
  expect(replaying).toEqual([false, true, false, true, true]);
  expect(new Set(guids).size).toBe(1);
  expect(guids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-/u);
});

claim("non-determinism", async () => {
  await host.start("changes", "changes");
  await eventually(async () => {
    const { historyEvents = [] } = await host.status("changes", "?showHistory=true");
    return historyEvents.some(({ EventType }) => EventType === "TaskCompleted");
  }, "the end of the first activity");
  await host.post("/api/change");
  await host.raise("changes", "go", null);
  const { runtimeStatus, output } = await host.ended("changes");
  expect(runtimeStatus).toBe("Failed");
  expect(output).toMatch(/Non-Deterministic workflow detected/iu);
  expect(output).toMatch(/changes.*echo.*shout|changes.*shout.*echo/su);
});

claim("HTTP call", async () => {
  const found = (await run("callsHttp", {
    kind: "plain",
    method: "POST",
    headers: { "x-question": "why", "content-type": "application/json" },
    body: { a: 1 },
  })) as { statusCode: number; answer: string; content: string };
  expect([found.statusCode, found.answer]).toEqual([200, "yes"]);
  expect(JSON.parse(found.content)).toEqual({ method: "POST", asked: "why", body: '{"a":1}' });
  expect(await run("callsHttp", { kind: "teapot" })).toMatchObject({ statusCode: 418 });
});

claim("HTTP without polling", async () => {
  expect(await run("callsHttp", { kind: "accepts", enablePolling: false })).toMatchObject({
    statusCode: 202,
    content: "accepted",
    seconds: 0,
  });
});

claim("HTTP polling", async () => {
  expect(await run("callsHttp", { kind: "polled" })).toMatchObject({
    statusCode: 200,
    content: "done after 3",
    seconds: 120,
  });
});

claim("HTTP failure", async () => {
  expect(await run("callsNobody")).toEqual(expect.any(String));
});
