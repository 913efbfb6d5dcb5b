import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "@jest/globals";
import { claimsOf } from "./claims.ts";
import {
  cleanUp,
  eventually,
  runUntilEnd,
  startConformanceHost,
  temporaryFolder,
  type ConformanceHost,
} from "./conformance-host.ts";

const claim = claimsOf("worker-contract");
let host: ConformanceHost;

beforeAll(async () => {
  host = await startConformanceHost("worker", {
    settings: {
      IsEncrypted: false,
      Values: { FROM_FILE: "file", FROM_BOTH: "file", AN_OBJECT: { a: 1 } },
    },
    env: { FROM_BOTH: "environment" },
  });
});
afterAll(cleanUp);

const json = async (path: string): Promise<unknown> => (await host.get(path)).json();
const coreView = async () =>
  (await json("/api/core")) as Record<string, { message: string } & Record<string, unknown>>;

/** What hooks noted since the last question; the first question gives what happened at the start. */
const seen = async () => (await json("/api/seen")) as Record<string, unknown>[];

claim("core module", async () => {
  expect(await coreView()).toMatchObject({
    isSame: true,
    version: expect.stringMatching(/^3\.\d+\.\d+/u),
    hostVersion: expect.stringMatching(/^4\./u),
    model: "@azure/functions",
    disposed: ["own", "other"],
  });
});

claim("unknown hook", async () => {
  expect((await coreView())["unknownHook"]).toEqual({
    name: "RangeError",
    message: expect.stringContaining("onFullMoon"),
    isAzureFunctionsSystemError: true,
  });
});

claim("registered twice", async () => {
  expect((await coreView())["twice"]?.message).toMatch(/"twice" has already been registered/u);
  expect((await host.get("/api/twice")).text).toBe("the first");
});

claim("registered late", async () => {
  expect((await coreView())["late"]?.message).toBe(
    "A function can only be registered during app startup.",
  );
});

claim("main", async () => {
  expect(await json("/api/loaded")).toEqual([
    "1-hooks.js",
    "2-core.mjs",
    "3-functions.js",
    "4-last.cjs",
  ]);
});

/** What `continuity host` says when it cannot start with these files. */
async function refusalOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  const app = join(folder, "app");
  await mkdir(app);
  for (const [name, text] of Object.entries({ "host.json": '{"version":"2.0"}', ...files })) {
    await writeFile(join(app, name), text);
  }
  const { code, stderr } = await runUntilEnd({ app, folder, settings: { Values: {} } });
  expect(code).toBe(1);
  return stderr;
}

claim("main without files", async () => {
  const [none, missing] = await Promise.all([
    refusalOf({ "package.json": '{"main":"dist/*.js"}' }),
    refusalOf({ "package.json": "{}" }),
  ]);
  expect(none).toMatch(/^Found zero files matching "dist\/\*\.js".*\n$/u);
  expect(missing).toMatch(/^The package\.json of .* names no "main"\.\n$/u);
});

claim("load error", async () => {
  const [commonJs, module] = await Promise.all([
    refusalOf({
      "package.json": '{"main":"*.js"}',
      "a.js": "",
      "b.js": 'throw new Error("not today");',
    }),
    refusalOf({ "package.json": '{"main":"*.mjs"}', "c.mjs": 'import "./nowhere.mjs";' }),
  ]);
  expect(commonJs).toMatch(/b\.js could not be loaded: Error: not today/u);
  expect(module).toMatch(/c\.mjs could not be loaded: .*nowhere\.mjs/u);
});

claim("appStart", async () => {
  expect((await seen())[0]).toMatchObject({ hook: "appStart" });
  const library = JSON.stringify(import.meta.resolve("@azure/functions"));
  const refusal = await refusalOf({
    "package.json": '{"type":"module","main":"a.js"}',
    "a.js": `import functions from ${library};
      functions.app.hook.appStart(() => { throw new Error("no start"); });`,
  });
  expect(refusal).toMatch(/appStart hook of the app failed: Error: no start/u);
});

claim("read-only hook data", async () => {
  await host.get("/api/hookedPlain");
  const started = await startConformanceHost("worker");
  const [first] = (await started.get("/api/seen")).json() as { refusal: string }[];
  await started.kill();
  expect(first?.refusal).toMatch(/hookData/u);
});

claim("hook order", async () => {
  await seen();
  expect((await host.get("/api/hookedPlain")).text).toBe("plain");
  expect(await seen()).toEqual([
    { hook: "preInvocation 1", functionName: "hookedPlain" },
    { hook: "preInvocation 2", count: 1 },
    { hook: "postInvocation", count: 2 },
  ]);
});

claim("replaced handler", async () => {
  expect((await host.get("/api/hookedReplaced")).text).toBe("replaced(original)");
});

claim("replaced inputs", async () => {
  expect(await json("/api/hookedInputs")).toEqual({ instead: "of the request" });
});

claim("refusing hook", async () => {
  expect((await host.get("/api/hookedRefused")).status).toBe(500);
});

claim("replaced result", async () => {
  expect((await host.get("/api/hookedResult")).text).toBe("some and more");
});

claim("mended failure", async () => {
  await seen();
  const answer = await host.get("/api/hookedMended");
  expect([answer.status, answer.text]).toEqual([200, "mended"]);
  expect(await seen()).toContainEqual({ hook: "postInvocation", count: 2, error: "broken" });
});

claim("invocation context", async () => {
  expect(await json("/api/context/x")).toEqual({
    invocationId: expect.stringMatching(/^[0-9a-f-]{36}$/u),
    functionName: "context",
    isTriggerMetadataMissing: true,
    isRetryContextMissing: true,
    traceContext: {
      traceParent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/u),
      traceState: "",
      attributes: {},
    },
    trigger: "httpTrigger",
    returns: "http",
  });
});

claim("generated bindings", async () => {
  const { config } = (await json("/admin/functions/clientInput")) as {
    config: { bindings: { type: string; name: string; direction: string }[] };
  };
  expect(config.bindings.map(({ type, name }) => [type, name])).toEqual([
    ["httpTrigger", expect.stringMatching(/^httpTrigger[0-9a-f]{10}$/u)],
    ["durableClient", expect.stringMatching(/^durableClientInput[0-9a-f]{10}$/u)],
    ["http", "$return"],
  ]);
});

claim("client input", async () => {
  const client = (await json("/api/clientInput")) as Record<string, Record<string, string>>;
  const code = `code=${host.keys.systemKeys["durabletask_extension"]}`;
  expect(client).toMatchObject({
    taskHubName: "TestHubName",
    baseUrl: `${host.url}/runtime/webhooks/durabletask`,
    requiredQueryStringParameters: code,
    rpcBaseUrl: `${host.internalUrl}/durabletask/`,
  });
  expect(Object.keys(client["creationUrls"] ?? {})).toEqual([
    "createNewInstancePostUri",
    "createAndWaitOnNewInstancePostUri",
  ]);
  for (const link of [
    "statusQueryGetUri",
    "sendEventPostUri",
    "terminatePostUri",
    "rewindPostUri",
    "purgeHistoryDeleteUri",
    "restartPostUri",
    "suspendPostUri",
    "resumePostUri",
  ]) {
    expect(client["managementUrls"]?.[link]).toContain(`/instances/INSTANCEID`);
    expect(client["managementUrls"]?.[link]).toContain(code);
  }
});

claim("typed inputs", async () => {
  const values = ["text", "123", 123, 1.5, true, null, { a: [1] }, [1, "2"], ""];
  expect(await host.run("echoes", values)).toEqual([
    { type: "string", value: "text" },
    { type: "string", value: "123" },
    { type: "number", value: 123 },
    { type: "number", value: 1.5 },
    { type: "string", value: "True" },
    { type: expect.stringMatching(/^(undefined|object)$/u), value: null },
    { type: "object", value: { a: [1] } },
    { type: "object", value: [1, "2"] },
    { type: "string", value: "" },
  ]);
});

claim("typed results", async () => {
  expect(await host.run("returned")).toEqual({
    text: "text",
    number: 7,
    fraction: 1.5,
    boolean: true,
    object: { a: [1] },
    bytes: Buffer.from("bytes").toString("base64"),
    null: null,
    undefined: null,
    nan: "NaN",
  });
});

claim("failure details", async () => {
  expect(await host.run("meetsCode")).toMatchObject({
    name: "TaskFailedError",
    message: "RangeError: too far",
    details: { errorType: "RangeError", errorMessage: "too far", properties: { code: 42 } },
  });
});

claim("log levels", async () => {
  await host.get("/api/chatty");
  await host.get("/api/silent");
  const output = await eventually(
    () => host.output().includes("error of silent") && host.output(),
    "the last word of silent",
  );
  const shown = (name: string): string[] =>
    ["trace", "debug", "info", "warn", "error"].filter((level) =>
      output.includes(` ${level} of ${name}`),
    );
  expect(shown("chatty")).toEqual(["trace", "debug", "info", "warn", "error"]);
  expect(shown("silent")).toEqual(["warn", "error"]);
  // What the host says about a function is of the function's own category.
  expect(output).toMatch(/chatty Executing/u);
  expect(output).not.toMatch(/silent Executing/u);
});

claim("log hook", async () => {
  await host.get("/api/masked");
  await eventually(() => host.output().includes("masked masked"), "the text of the hook");
  expect(host.output()).not.toContain("secret 123");
});

claim("late log", async () => {
  await host.get("/api/ended");
  await host.get("/api/logsForAnother");
  await eventually(
    () =>
      /Unexpected call to 'log' on the context object after function execution/u.test(
        host.output(),
      ),
    "the warning of the library",
  );
});

claim("settings", async () => {
  expect(await json("/api/environment")).toEqual({
    values: ["file", "environment", '{"a":1}'],
    hostname: `localhost:${new URL(host.url).port}`,
    runtime: "node",
    root: expect.stringMatching(/worker$/u),
  });
});

claim("function timeout", async () => {
  expect((await host.get("/api/hangs")).status).toBe(500);
  await eventually(
    () =>
      /Timeout value of 00:00:02 was exceeded by function: Functions\.hangs/u.test(host.output()),
    "the reason in the log",
  );
});

claim("activity timeout", async () => {
  expect(await host.run("waitsForHangingActivity")).toMatch(
    /^Activity function 'hangingActivity' failed: {2}Timeout value of 00:00:02 was exceeded/u,
  );
});

claim("drain", async () => {
  const slow = host.get("/api/slow");
  await eventually(() => host.output().includes("slow has begun"), "the begin of the request");
  const stopped = host.stop();
  expect((await slow).text).toBe("slow but done");
  expect(await stopped).toBe(0);
  expect(host.output()).toContain("appTerminate was run");
});
