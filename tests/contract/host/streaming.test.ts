import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { cleanUp, send, startForkedHost, temporaryFolder, type ForkedHost } from "./forked-host.ts";

let host: ForkedHost;

beforeAll(async () => {
  host = await startForkedHost({
    app: "streaming-esm",
    folder: await temporaryFolder(),
    settings: { Values: {} },
  });
});
afterAll(cleanUp);

test("an answer arrives piece by piece while the function still writes", async () => {
  const response = await fetch(`${host.url}/api/counts`);
  const pieces: { text: string; at: number }[] = [];
  for await (const chunk of response.body ?? []) {
    pieces.push({ text: Buffer.from(chunk as Uint8Array).toString(), at: Date.now() });
  }
  expect(response.headers.get("x-stream")).toBe("yes");
  expect(pieces.map(({ text }) => text).join("")).toBe("1\n2\n3\n");
  const [first, last] = [pieces[0]?.at ?? 0, pieces.at(-1)?.at ?? 0];
  expect(last - first).toBeGreaterThan(100);
});

test("a large body is streamed in and out, with the values of the route", async () => {
  const body = Buffer.alloc(5_000_000, 9);
  const answer = await send(host.url, "/api/echo/Ada", { method: "POST", body });
  expect([answer.status, answer.headers["x-name"]]).toEqual([200, "Ada"]);
  expect(answer.body.equals(body)).toBe(true);
});

test("failures are 500 and nothing is 204, as without streaming", async () => {
  expect((await send(host.url, "/api/fails")).status).toBe(500);
  expect((await send(host.url, "/api/nothing")).status).toBe(204);
});

test("forged identity headers do not pass through the stream either", async () => {
  const answer = await send(host.url, "/api/plain", { headers: { "x-ms-client-principal": "me" } });
  expect(answer.json()).toEqual({ principal: null });
});
