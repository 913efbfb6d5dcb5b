import { createServer, get, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { VirtualClock } from "../../../clock/virtual-clock.ts";
import { asHost, trackOutgoingRequests } from "../../../host/outgoing-requests.ts";

let server: Server;
let origin: string;
let clock: VirtualClock;
let tracking: Disposable | null = null;
const waiting: ServerResponse[] = [];
const ended: string[] = [];

beforeEach(async () => {
  server = createServer((request, response) => {
    if (request.url === "/waits") {
      waiting.push(response);
    } else {
      response.end(request.url === "/large" ? Buffer.alloc(1_000_000) : "small");
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  clock = new VirtualClock({ startsAt: 0 });
  ended.length = 0;
});

afterEach(async () => {
  tracking?.[Symbol.dispose]();
  await clock.close();
  for (const response of waiting.splice(0)) {
    response.end();
  }
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
});

const track = (clockOwner: string | null = null): void => {
  tracking = trackOutgoingRequests({
    clock,
    clockOwner,
    unreadBodyMs: 50,
    onEnd: ({ method, path }) => void ended.push(`${method} ${path}`),
  });
};
const reach = (at: number): Promise<number> =>
  new Promise((resolve) => clock.setTimer(at, () => resolve(clock.now())));
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};
const requestOf = (url: string): Promise<void> =>
  new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => response.resume().on("end", resolve)).on(
      "error",
      reject,
    );
  });

test.each([
  ["fetch", async (url: string) => void (await (await fetch(url)).text())],
  ["node:http", requestOf],
])("time stands while the app waits for an answer through %s", async (_what, ask) => {
  track();
  const asked = ask(`${origin}/waits`);
  await until(() => waiting.length > 0);
  const reached = reach(1);
  expect(clock.view().busy.join()).toMatch(/outgoing request to /);
  expect(clock.now()).toBe(0);
  waiting[0]?.end("now");
  await asked;
  expect(await reached).toBe(1);
});

test("a request that outlives every function's time holds the clock no longer", async () => {
  tracking = trackOutgoingRequests({ clock, clockOwner: null, longestMs: 20, onEnd: () => {} });
  const asked = requestOf(`${origin}/waits`);
  await until(() => waiting.length > 0);
  expect(await reach(1)).toBe(1);
  waiting[0]?.end();
  await asked;
});

test("an answer whose body nobody reads does not hold time for ever", async () => {
  track();
  const unread = await fetch(`${origin}/large`);
  expect(clock.view().busy).toHaveLength(1);
  expect(await reach(1)).toBe(1);
  await unread.body?.cancel();
});

test("a refused connection ends the wait", async () => {
  track();
  await expect(fetch("http://127.0.0.1:9/")).rejects.toThrow();
  await expect(requestOf("http://127.0.0.1:9/")).rejects.toThrow();
  expect(await reach(1)).toBe(1);
});

test("requests of the host itself, and those to the clock's owner, are no work of the app", async () => {
  track(new URL(origin).host);
  void requestOf(`${origin}/waits`);
  void asHost(() => fetch(`${origin}/waits`)).then((response) => response.text());
  await until(() => waiting.length === 2);
  expect(clock.view().busy).toEqual([]);
});

test("tells which request of the app has ended", async () => {
  track();
  await requestOf(`${origin}/queue/messages`);
  await until(() => ended.length > 0);
  expect(ended).toEqual(["GET /queue/messages"]);
});
