import { fork } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import {
  cleanUp,
  eventually,
  runUntilEnd,
  send,
  startForkedHost,
  temporaryFolder,
} from "./forked-host.ts";

afterAll(cleanUp);

const SETTINGS = { Values: {} };

/** Writes an app whose files need no package. */
async function writeApp(files: Readonly<Record<string, string>>): Promise<string> {
  const app = join(await temporaryFolder(), "app");
  await mkdir(app);
  const all = { "host.json": '{"version":"2.0"}', "package.json": '{"main":"*.js"}', ...files };
  for (const [name, text] of Object.entries(all)) {
    await writeFile(join(app, name), text);
  }
  return app;
}

/** Ends with code 1 and exactly one line on standard error. */
async function sentenceOf(app: string, more: { args?: string[]; settings?: object } = {}) {
  const folder = await temporaryFolder();
  const { code, stderr } = await runUntilEnd({ app, folder, settings: SETTINGS, ...more });
  expect(code).toBe(1);
  return stderr.trimEnd();
}

test.each([
  ["no package.json", { "package.json": "" }, /package\.json is no readable JSON document/],
  ["no main", { "package.json": "{}" }, /names no "main"/],
  ["no file", { "package.json": '{"main":"dist/**/*.js"}' }, /Found zero files matching "dist/],
  ["a wrong version", { "host.json": "{}", "a.js": "" }, /host\.json: "version" must be "2\.0"/],
  ["broken JSON", { "host.json": "{", "a.js": "" }, /host\.json is no readable JSON document/],
  [
    "a wrong time",
    { "host.json": '{"version":"2.0","functionTimeout":"soon"}', "a.js": "" },
    /functionTimeout "soon" is no time span/,
  ],
])("an app with %s is refused in one sentence", async (_what, files, message) => {
  const text = await sentenceOf(await writeApp(files));
  expect(text).toMatch(message);
  expect(text.split("\n")).toHaveLength(1);
});

test("a file that cannot be loaded is named with what it threw", async () => {
  const broken = await writeApp({ "a.js": "", "b.js": 'throw new Error("not today");' });
  expect(await sentenceOf(broken)).toMatch(/b\.js could not be loaded: Error: not today/);
  const wrong = await writeApp({ "package.json": '{"type":"module","main":"a.js"}', "a.js": "(" });
  expect(await sentenceOf(wrong)).toMatch(/a\.js could not be loaded: SyntaxError/);
});

test.each([
  ["an encrypted settings file", { IsEncrypted: true }, /is encrypted/],
  ["identities that are no list", { Host: { LocalIdentities: {} } }, /must be an array/],
  ["an identity without a key", { Host: { LocalIdentities: [{ name: "x" }] } }, /needs name/],
])("%s is refused in one sentence", async (_what, settings, message) => {
  const text = await sentenceOf("http-esm", { settings });
  expect(text).toMatch(message);
  expect(text.split("\n")).toHaveLength(1);
});

test("a missing storage setting is said in one sentence", async () => {
  const text = await sentenceOf("queue-esm", { settings: { Values: { WorkQueue: "work" } } });
  expect(text).toMatch(/^The app setting AzureWebJobsStorage is missing/);
  expect(await sentenceOf("timer-cjs")).toMatch(/app setting HourlySchedule .* is missing\.$/);
});

test("an unreadable clock is said in one sentence", async () => {
  expect(await sentenceOf("http-esm", { args: ["--clock=fast"] })).toMatch(/^The clock "fast"/);
});

test("a used port is said in one sentence", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const text = await sentenceOf("http-esm", { args: [`--port=${port}`] });
  server.close();
  expect(text).toMatch(new RegExp(`^Port ${port} is already in use; .* --port\\.$`));
});

test("a data directory that is in use or newer is refused in one sentence", async () => {
  const folder = await temporaryFolder();
  const setup = { app: "hooks-cjs", folder, settings: SETTINGS };
  const first = await startForkedHost(setup);
  const locked = await runUntilEnd(setup);
  expect(locked.code).toBe(1);
  expect(locked.stderr.trimEnd()).toMatch(/^The data directory .*(in use|used|locked)/);
  expect(await first.stop()).toBe(0);
  await writeFile(join(folder, "data", "format.json"), '{"format":999}');
  const newer = await runUntilEnd(setup);
  expect(newer.code).toBe(1);
  expect(newer.stderr.trimEnd()).toMatch(/^The data directory .* was written by a newer version/);
  expect(await readFile(join(folder, "data", "format.json"), "utf8")).toBe('{"format":999}');
});

test("SIGTERM lets an open request end, takes no new one, and ends with 0", async () => {
  const host = await startForkedHost({
    app: "http-esm",
    folder: await temporaryFolder(),
    settings: SETTINGS,
  });
  const slow = send(host.url, "/api/slow");
  await eventually(() => host.output().includes("slow Executing"), "the begin of the request");
  const stopped = host.stop();
  expect((await slow).text).toBe("done");
  expect(await stopped).toBe(0);
});

test("SIGTERM ends within seconds although a function never does", async () => {
  const host = await startForkedHost({
    app: "http-esm",
    folder: await temporaryFolder(),
    settings: SETTINGS,
  });
  const hanging = send(host.url, "/api/hangs").catch(() => "cut off");
  await eventually(() => host.output().includes("hangs Executing"), "the begin of the request");
  const startedAt = Date.now();
  expect(await host.stop()).toBe(0);
  expect(Date.now() - startedAt).toBeLessThan(8_000);
  expect(await hanging).toBe("cut off");
});

test("a function that takes longer than functionTimeout fails, and its late end is of no effect", async () => {
  const host = await startForkedHost({
    app: "http-esm",
    folder: await temporaryFolder(),
    settings: SETTINGS,
    env: { AzureFunctionsJobHost__functionTimeout: "00:00:01" },
  });
  expect((await send(host.url, "/api/hangs")).status).toBe(500);
  expect((await send(host.url, "/api/slow")).text).toBe("done");
  await eventually(
    () => host.output().includes("Timeout value of 00:00:01 was exceeded"),
    "the reason in the log",
  );
  await host.kill();
});

test("a host whose parent disappears ends within two seconds, and its time stands meanwhile", async () => {
  const host = await startForkedHost({
    app: "http-esm",
    folder: await temporaryFolder(),
    settings: SETTINGS,
    args: ["--exit-with-parent", "--clock=virtual"],
  });
  const hanging = send(host.url, "/api/slow").catch(() => "cut off");
  await eventually(() => host.output().includes("slow Executing"), "the begin of the request");
  const gone = new Promise<number | null>((resolve) => host.child.once("exit", resolve));
  const startedAt = Date.now();
  host.child.disconnect();
  const view = (await send(host.internalUrl, "/clock")).json() as { busy: string[] };
  expect(view.busy).toContain("host stops");
  expect(await gone).toBe(0);
  expect(Date.now() - startedAt).toBeLessThan(2_000);
  await hanging;
});

test("without a parent that could disappear --exit-with-parent is refused", async () => {
  const command = new URL("../../../dist/cli/continuity.js", import.meta.url).pathname;
  const script = join(await temporaryFolder(), "start.mjs");
  // fork always makes a channel; the child closes it before the command is loaded.
  await writeFile(
    script,
    `process.disconnect(); process.argv[1] = ${JSON.stringify(command)}; await import(${JSON.stringify(command)});`,
  );
  const child = fork(script, ["host", "--app=none", "--exit-with-parent"], {
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let text = "";
  child.stderr?.on("data", (chunk) => {
    text += String(chunk);
  });
  expect(await new Promise((resolve) => child.once("close", resolve))).toBe(1);
  expect(text).toMatch(/^--exit-with-parent needs a parent/);
});
