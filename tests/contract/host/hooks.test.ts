import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  cleanUp,
  eventually,
  send,
  startForkedHost,
  temporaryFolder,
  type ForkedHost,
} from "./forked-host.ts";

let host: ForkedHost;

beforeAll(async () => {
  host = await startForkedHost({
    app: "hooks-cjs",
    folder: await temporaryFolder(),
    settings: { Values: {} },
  });
});
afterAll(cleanUp);

test("hooks run around each invocation, appStart before the first, and share their data", async () => {
  expect((await send(host.url, "/seen")).json()).toEqual(["appStart", "pre seen"]);
  expect((await send(host.url, "/seen")).json()).toEqual(["post seen pre", "pre seen"]);
});

test("a preInvocation hook may replace the handler, a postInvocation hook the failure", async () => {
  expect((await send(host.url, "/replaced")).text).toBe("by the hook");
  const mended = await send(host.url, "/mended");
  expect([mended.status, mended.text]).toEqual([200, "mended: pre"]);
});

test("log hooks change what is written, and host.json says from which level on", async () => {
  await send(host.url, "/loud");
  await send(host.url, "/quiet");
  const text = await eventually(
    () => host.output().includes("an error") && host.output(),
    "the error in the log",
  );
  expect(text).toMatch(/debug loud hooked a detail\n/);
  expect(text).toMatch(/loud hooked a word\n/);
  expect(text).toMatch(/error quiet hooked an error\n/);
  expect(text).not.toContain("a warning");
});

test("SIGTERM runs appTerminate and ends with exit code 0", async () => {
  expect(await host.stop()).toBe(0);
  expect(host.output()).toContain("appTerminate was run");
});
