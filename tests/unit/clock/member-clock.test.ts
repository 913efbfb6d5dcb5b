import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import { handleClockRequest } from "../../../clock/clock-control.ts";
import { createClock } from "../../../clock/create-clock.ts";
import { VirtualClock } from "../../../clock/virtual-clock.ts";

const START = Date.parse("2026-03-02T06:00:00Z");
const opened: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) {
    await close();
  }
});

const listen = (server: Server, port = 0): Promise<number> =>
  new Promise((resolve) => {
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });

const stop = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

async function serve(clock: VirtualClock): Promise<string> {
  const server = createServer((request, response) => {
    void handleClockRequest(clock, request, response);
  });
  const port = await listen(server);
  opened.push(() => stop(server));
  return `http://127.0.0.1:${port}`;
}

async function join(url: string) {
  const clock = await createClock(url, { name: "simulator" });
  opened.push(() => clock.close());
  return clock;
}

test("a member reads the owner's instant before the owner does", async () => {
  const owner = new VirtualClock({ startsAt: START });
  const member = await join(await serve(owner));
  expect(member.now()).toBe(START);
  const seen = await new Promise<number>((resolve) => {
    owner.setTimer(START + 60_000, () => resolve(member.now()));
  });
  expect(seen).toBe(START + 60_000);
});

test("a member's timer fires at its instant on the owner's clock", async () => {
  const owner = new VirtualClock({ startsAt: START });
  const member = await join(await serve(owner));
  await new Promise<void>((resolve) => member.setTimer(START + 5, resolve));
  expect(member.now()).toBe(START + 5);
});

test("the owner waits for a working member", async () => {
  const owner = new VirtualClock({ startsAt: START });
  const url = await serve(owner);
  const member = await join(url);
  const token = member.busy("request");
  // The report travels by HTTP; a hold covers the way, as in a demo.
  await owner.takeHold("until the report arrived");
  await new Promise((resolve) => setTimeout(resolve, 50));
  let isFired = false;
  const due = new Promise<void>((resolve) => {
    owner.setTimer(START + 5, () => {
      isFired = true;
      resolve();
    });
  });
  owner.releaseHold("until the report arrived");
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(isFired).toBe(false);
  token[Symbol.dispose]();
  await due;
});

test("holds, mode and state are reachable over HTTP", async () => {
  const owner = new VirtualClock({ startsAt: START });
  opened.push(() => owner.close());
  const url = await serve(owner);
  expect((await fetch(`${url}/clock/holds/demo`, { method: "POST" })).status).toBe(204);
  const state = await (await fetch(`${url}/clock`)).json();
  expect(state).toEqual({
    mode: "virtual",
    now: "2026-03-02T06:00:00.000Z",
    holds: ["demo"],
    busy: [],
    members: [],
  });
  expect((await fetch(`${url}/clock/holds/demo`, { method: "DELETE" })).status).toBe(204);
  const mode = await fetch(`${url}/clock/mode`, { method: "POST", body: '{"mode":"running"}' });
  expect(mode.status).toBe(204);
  expect(owner.mode).toBe("running");
  const wrong = await fetch(`${url}/clock/mode`, { method: "POST", body: "now" });
  expect(wrong.status).toBe(400);
});

test("a member finds its owner again after the stream broke", async () => {
  const owner = new VirtualClock({ startsAt: START });
  const server = createServer((request, response) => {
    void handleClockRequest(owner, request, response);
  });
  const port = await listen(server);
  opened.push(() => stop(server));
  const member = await join(`http://127.0.0.1:${port}`);
  server.closeAllConnections();
  const until = START + 1_000;
  await new Promise<void>((resolve) => owner.setTimer(until, resolve));
  while (member.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(owner.view().members).toEqual(["simulator"]);
});

test("says so when no owner answers", async () => {
  const { MemberClock } = await import("../../../clock/member-clock.ts");
  const clock = new MemberClock({ url: "http://127.0.0.1:9", name: "lost", patienceMs: 100 });
  await expect(clock.join()).rejects.toThrow(/No clock answered/);
});

test("the owner reads an instant only after every member over HTTP has it", async () => {
  const owner = new VirtualClock({ startsAt: START });
  const url = await serve(owner);
  const members = await Promise.all(
    ["simulator", "demo"].map(async (name) => {
      const clock = await createClock(url, { name });
      opened.push(() => clock.close());
      return clock;
    }),
  );
  const seen: number[][] = [];
  for (let hour = 1; hour <= 20; hour += 1) {
    const at = START + hour * 3_600_000;
    await new Promise<void>((resolve) => {
      owner.setTimer(at, () => {
        seen.push([owner.now(), ...members.map((member) => member.now())]);
        resolve();
      });
    });
  }
  expect(seen).toEqual(
    Array.from({ length: 20 }, (_, hour) => Array(3).fill(START + (hour + 1) * 3_600_000)),
  );
});

test("a member runs along in mode running and stands with the owner in mode virtual", async () => {
  const owner = new VirtualClock({ startsAt: START });
  opened.push(() => owner.close());
  const member = await join(await serve(owner));
  await owner.setMode("running");
  await new Promise<void>((resolve) => member.setTimer(START + 30, resolve));
  expect(member.now()).toBeGreaterThanOrEqual(START + 30);
  await owner.setMode("virtual");
  expect(member.now()).toBe(owner.now());
});

test("a report that was lost on its way is sent again", async () => {
  const owner = new VirtualClock({ startsAt: START });
  let isLosing = false;
  const server = createServer((request, response) => {
    if (isLosing && request.method === "POST") {
      isLosing = false;
      request.socket.destroy();
      return;
    }
    void handleClockRequest(owner, request, response);
  });
  const port = await listen(server);
  opened.push(() => stop(server));
  await join(`http://127.0.0.1:${port}`);
  const reach = (at: number) => new Promise<void>((resolve) => owner.setTimer(at, resolve));
  await reach(START + 1);
  isLosing = true;
  await reach(START + 2);
  expect(isLosing).toBe(false);
  expect(owner.now()).toBe(START + 2);
});
