import { expect, test } from "@jest/globals";
import {
  df,
  startDurableHost,
  STARTS_AT,
  type DurableHost,
} from "../../../support/durable-host.ts";

df.app.activity("note", { handler: (input: unknown) => input });
df.app.orchestration("works", function* (context) {
  return yield context.df.callActivity("note", context.df.getInput());
});
df.app.orchestration("fails", function* (context) {
  yield context.df.callActivity("note", 1);
  throw new Error("failed");
});
df.app.orchestration("waits", function* (context) {
  return yield context.df.waitForExternalEvent("go");
});

const message = (body: unknown): string => (body as { Message: string }).Message;

test("a start is answered with 202, the links that manage the instance, and when to ask", async () => {
  await using host = await startDurableHost();
  const { status, headers, body } = await host.call("POST", "orchestrators/works/one", 1);
  expect(status).toBe(202);
  expect(headers).toMatchObject({ "retry-after": "10" });
  const query = "taskHub=TestHub&connection=Storage&code=key";
  const root = "http://localhost:7071/runtime/webhooks/durabletask/instances/one";
  expect(body).toEqual({
    id: "one",
    statusQueryGetUri: `${root}?${query}`,
    sendEventPostUri: `${root}/raiseEvent/{eventName}?${query}`,
    terminatePostUri: `${root}/terminate?reason={text}&${query}`,
    purgeHistoryDeleteUri: `${root}?${query}`,
    restartPostUri: `${root}/restart?${query}`,
    suspendPostUri: `${root}/suspend?reason={text}&${query}`,
    resumePostUri: `${root}/resume?reason={text}&${query}`,
  });
  expect(headers["location"]).toBe(`${root}?${query}`);
});

test("an instance without an id gets one; ids with @ and long ids are taken, separators are not", async () => {
  await using host = await startDurableHost();
  const { body } = await host.call("POST", "orchestrators/works", 1);
  expect((body as { id: string }).id).toMatch(/^[0-9a-f]{32}$/u);
  expect((await host.call("POST", "orchestrators/works/@odd", 1)).status).toBe(202);
  expect((await host.call("POST", `orchestrators/works/${"x".repeat(500)}`, 1)).status).toBe(202);
  expect((await host.call("POST", "orchestrators/works/a%2Fb", 1)).status).toBe(400);
  expect((await host.call("POST", "orchestrators/works/a%0Ab", 1)).status).toBe(400);
});

test("a live id cannot be started again, a finished one can", async () => {
  await using host = await startDurableHost();
  await host.start("waits", "same");
  const refused = await host.call("POST", "orchestrators/waits/same", 1);
  expect(refused.status).toBe(409);
  await host.raise("same", "go", "first");
  await host.ended("same");
  await host.start("works", "same", "second");
  expect(await host.ended("same")).toMatchObject({ output: "second" });
  expect(host.store.range("indexes", { prefix: ["created"] })).toHaveLength(1);
});

test("two starts of one id at the same moment: one is refused", async () => {
  await using host = await startDurableHost();
  const answers = await Promise.all(
    [1, 2].map((n) => host.call("POST", "orchestrators/waits/x", n)),
  );
  expect(answers.map(({ status }) => status)).toEqual([202, 409]);
});

test("with overridableExistingInstanceStates AnyState a start replaces what runs", async () => {
  const settings = { overridableExistingInstanceStates: "AnyState" };
  await using host = await startDurableHost({ settings });
  await host.start("waits", "x", 1);
  await host.quiet();
  await host.start("works", "x", 2);
  expect(await host.ended("x")).toMatchObject({ output: 2 });
});

test("a start without a body has the empty text as input, and a body that is no JSON is refused", async () => {
  await using host = await startDurableHost();
  await host.start("works", "empty");
  expect((await host.ended("empty")).input).toBe("");
  const answer = await host.engine.handle({
    method: "POST",
    path: "orchestrators/works",
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.from("{oops"),
    origin: "http://localhost",
  });
  expect(answer.status).toBe(400);
  expect(message(JSON.parse(answer.body!))).toMatch(/arguments submitted is incorrect/u);
});

test("the wait form answers with the bare output, the status of a failure, or the links after its time", async () => {
  await using host = await startDurableHost();
  const done = await host.call("POST", "orchestrators/works?timeout=5", { a: 1 });
  expect([done.status, done.body]).toEqual([200, { a: 1 }]);
  const failed = await host.call("POST", "orchestrators/fails?timeout=5", 1);
  expect(failed.status).toBe(200);
  expect(failed.body).toMatchObject({ runtimeStatus: "Failed", output: "failed" });
  const flagged = await host.call(
    "POST",
    "orchestrators/fails?timeout=5&returnInternalServerErrorOnFailure=true",
    1,
  );
  expect(flagged.status).toBe(500);
  const late = await host.call(
    "POST",
    "orchestrators/waits/late?timeout=0.01&pollingInterval=1",
    1,
  );
  expect(late.status).toBe(202);
});

test("the status is 202 with Retry-After while it runs, 200 when it has ended, 404 for nobody", async () => {
  await using host = await startDurableHost();
  await host.start("waits", "w", { in: 1 });
  const running = await host.call("GET", "instances/w");
  expect(running.status).toBe(202);
  expect(running.headers).toMatchObject({ "retry-after": "5" });
  expect(running.body).toMatchObject({
    name: "waits",
    instanceId: "w",
    input: { in: 1 },
    output: null,
    customStatus: null,
    createdTime: "2026-03-02T06:00:00Z",
  });
  await host.raise("w", "go", null);
  await host.ended("w");
  expect((await host.call("GET", "instances/w")).status).toBe(200);
  expect((await host.call("GET", "instances/nobody")).status).toBe(404);
  expect((await host.status("w", "?showInput=false")).input).toBeNull();
});

test("history folds what was scheduled into what came of it and shows results on demand", async () => {
  await using host = await startDurableHost();
  await host.run("works", 7);
  const events = async (query: string) =>
    (await host.status("run-1", `?showHistory=true${query}`)).historyEvents!;
  expect((await events("")).map(({ EventType }) => EventType)).toEqual([
    "ExecutionStarted",
    "TaskCompleted",
    "ExecutionCompleted",
  ]);
  const [, task] = await events("&showHistoryOutput=true");
  expect(task).toMatchObject({ FunctionName: "note", Result: 7 });
  expect(task).toHaveProperty("ScheduledTime");
  expect((await events(""))[1]).not.toHaveProperty("Result");
});

test("what is scheduled and has not come back is in the history too", async () => {
  df.app.orchestration("sleeps", function* (context) {
    yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 60_000));
  });
  await using host = await startDurableHost();
  await host.clock.takeHold("look");
  await host.start("sleeps", "s");
  await host.quiet();
  const { historyEvents } = await host.status("s", "?showHistory=true");
  expect(historyEvents!.map(({ EventType }) => EventType)).toEqual([
    "ExecutionStarted",
    "TimerCreated",
  ]);
});

test("events: 404 for nobody, 410 for what has ended, 400 for what is no JSON", async () => {
  await using host = await startDurableHost();
  await host.run("works", 1);
  expect(await host.raise("nobody", "go", 1)).toBe(404);
  expect(await host.raise("run-1", "go", 1)).toBe(410);
  await host.start("waits", "w");
  const text = await host.call("POST", "instances/w/raiseEvent/go", "x", {
    "content-type": "text/plain",
  });
  expect(text.status).toBe(400);
  expect((await host.call("POST", "instances/w/raiseEvent/go")).status).toBe(400);
});

test.each(["terminate", "suspend", "resume"])(
  "%s: 404 for nobody and 410 for what has ended",
  async (verb) => {
    await using host = await startDurableHost();
    await host.run("works", 1);
    expect((await host.call("POST", `instances/nobody/${verb}`)).status).toBe(404);
    expect((await host.call("POST", `instances/run-1/${verb}`)).status).toBe(410);
  },
);

test("other paths and other verbs are 404", async () => {
  await using host = await startDurableHost();
  for (const [method, path] of [
    ["GET", "orchestrators/works"],
    ["PUT", "instances/x"],
    ["POST", "instances/x/dance"],
    ["GET", ""],
    ["GET", "elsewhere"],
  ] as const) {
    expect((await host.call(method, path)).status).toBe(404);
  }
});

async function withInstances(): Promise<DurableHost> {
  const host = await startDurableHost();
  await host.clock.takeHold("starting");
  for (const [index, name] of ["works", "fails", "waits", "works", "waits"].entries()) {
    await host.start(name, `i${index}-${name}`, index);
    await host.quiet();
    host.clock.releaseHold("starting");
    await new Promise<void>((resolve) => {
      host.clock.setTimer(STARTS_AT + (index + 1) * 60_000, resolve);
    });
    await host.clock.takeHold("starting");
  }
  return host;
}

const at = (minute: number): string => new Date(STARTS_AT + minute * 60_000).toISOString();

test("instances are listed by status, time and prefix", async () => {
  await using host = await withInstances();
  const ids = async (query: string): Promise<string[]> =>
    ((await host.call("GET", `instances?${query}`)).body as { instanceId: string }[]).map(
      ({ instanceId }) => instanceId,
    );
  expect(await ids("")).toHaveLength(5);
  expect(await ids("runtimeStatus=Running")).toEqual(["i2-waits", "i4-waits"]);
  expect(await ids("runtimeStatus=completed,FAILED")).toEqual(["i0-works", "i3-works", "i1-fails"]);
  expect(await ids(`createdTimeFrom=${at(1)}&createdTimeTo=${at(3)}`)).toEqual([
    "i1-fails",
    "i2-waits",
    "i3-works",
  ]);
  expect(await ids(`runtimeStatus=Running&createdTimeFrom=${at(3)}`)).toEqual(["i4-waits"]);
  expect(await ids("instanceIdPrefix=i3")).toEqual(["i3-works"]);
  expect((await host.call("GET", "instances?runtimeStatus=Dancing")).status).toBe(400);
});

test("pages follow each other by the continuation token and end without one", async () => {
  await using host = await withInstances();
  const seen: string[] = [];
  let token = "";
  let pages = 0;
  do {
    const { headers, body } = await host.call("GET", "instances?top=2", undefined, {
      "x-ms-continuation-token": token,
    });
    seen.push(...(body as { instanceId: string }[]).map(({ instanceId }) => instanceId));
    token = headers["x-ms-continuation-token"] ?? "";
    pages += 1;
  } while (token !== "");
  expect(pages).toBe(3);
  expect(new Set(seen).size).toBe(5);
  const foreign = { "x-ms-continuation-token": "%%%" };
  expect((await host.call("GET", "instances", undefined, foreign)).status).toBe(400);
});

test("purging many needs a time and takes only what has ended", async () => {
  await using host = await withInstances();
  expect((await host.call("DELETE", "instances")).status).toBe(400);
  const purge = (query: string) =>
    host.call("DELETE", `instances?createdTimeFrom=${at(0)}${query}`);
  expect((await purge("&runtimeStatus=Failed")).body).toEqual({ instancesDeleted: 1 });
  expect((await purge("")).body).toEqual({ instancesDeleted: 2 });
  expect((await purge("")).status).toBe(404);
  expect((await host.call("GET", "instances")).body).toHaveLength(2);
});

test("the client binding is what the SDK reads", async () => {
  await using host = await startDurableHost();
  const binding = JSON.parse(host.engine.clientBinding()) as Record<string, unknown>;
  expect(binding).toMatchObject({
    taskHubName: "TestHub",
    rpcBaseUrl: "http://127.0.0.1:17071/durabletask/",
    baseUrl: "http://localhost:7071/runtime/webhooks/durabletask",
  });
  expect(binding["managementUrls"]).toMatchObject({ id: "INSTANCEID" });
});
