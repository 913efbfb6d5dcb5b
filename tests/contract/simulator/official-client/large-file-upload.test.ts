import { beforeEach, expect, test } from "@jest/globals";
import {
  Client,
  FileUpload,
  LargeFileUploadTask,
  type Context,
  type Middleware,
} from "@microsoft/microsoft-graph-client";

import {
  createInProcessSimulator,
  type InProcessSimulator,
} from "../../../../simulator/protocol/in-process.ts";
import { OWNER, smallEstate } from "../small-estate.ts";

const RANGE_BYTES = 320 * 1024;
const HOST = "https://simulator.test";
const FILE = Buffer.alloc(3 * RANGE_BYTES + 17, "Microsoft's own client ");

/** What was sent, in order. */
let sent: string[];
let simulator: InProcessSimulator;
let client: Client;

/** Hands requests to a simulator in memory. The client only takes addresses that begin with https. */
class InProcessTransport implements Middleware {
  async execute(context: Context): Promise<void> {
    const path = String(context.request).replace(HOST, "");
    const method = context.options?.method ?? "GET";
    const headers = Object.fromEntries(new Headers(context.options?.headers));
    sent.push(`${method} ${path.split("/")[1] ?? ""} ${headers["content-range"] ?? ""}`.trim());
    const body = context.options?.body;
    const answer = await simulator.fetch(path, {
      method,
      headers: { ...headers, "content-type": headers["content-type"] ?? "application/json" },
      // The address of an upload needs no token.
      ...(path.startsWith("/v1.0/") ? { token: await simulator.token(OWNER) } : {}),
      ...(body === undefined || body === null
        ? {}
        : { bytes: new Uint8Array(await new Response(body).arrayBuffer()) }),
    });
    const text = Buffer.from(answer.bytes).toString("utf8");
    context.response = new Response(
      answer.status === 204 ? null : text.replaceAll("http://simulator.test", HOST),
      { status: answer.status, headers: answer.headers },
    );
  }
}

beforeEach(() => {
  sent = [];
  simulator = createInProcessSimulator({ seed: smallEstate() });
  client = Client.initWithMiddleware({
    baseUrl: `${HOST}/`,
    middleware: new InProcessTransport(),
  });
});

async function start() {
  const path = "/users/admin@contoso.com/drive/root:/large.bin:/createUploadSession";
  const session = await LargeFileUploadTask.createUploadSession(client, path, {
    item: { "@microsoft.graph.conflictBehavior": "rename" },
  });
  const file = new FileUpload(FILE, "large.bin", FILE.length);
  return new LargeFileUploadTask(client, file, session, { rangeSize: RANGE_BYTES });
}

test("Microsoft's own upload task uploads a file in ranges", async () => {
  const task = await start();
  const { responseBody } = await task.upload();
  expect(responseBody).toMatchObject({ name: "large.bin", size: FILE.length });
  expect(sent.filter((each) => each.startsWith("PUT"))).toEqual(
    [0, 1, 2, 3].map((part) => {
      const from = part * RANGE_BYTES;
      const to = Math.min(from + RANGE_BYTES, FILE.length) - 1;
      return `PUT simulator bytes ${from}-${to}/${FILE.length}`;
    }),
  );
  const { bytes } = await simulator.fetch(
    "/v1.0/users/admin@contoso.com/drive/root:/large.bin:/content",
    { token: await simulator.token(OWNER) },
  );
  expect(Buffer.from(bytes).equals(FILE)).toBe(true);
});

test("it resumes where the service has arrived, and cancels", async () => {
  const task = await start();
  const range = task.getNextRange();
  const slice = FILE.buffer.slice(FILE.byteOffset, FILE.byteOffset + RANGE_BYTES);
  await task.uploadSlice(slice, range, FILE.length);
  const resumed = (await task.resume()) as { readonly responseBody: unknown };
  expect(resumed.responseBody).toMatchObject({ size: FILE.length });
  expect(sent.filter((each) => each.startsWith("PUT"))).toHaveLength(4);
  const cancelled = await start();
  expect(await cancelled.cancel()).toMatchObject({ status: 204 });
  await expect(cancelled.getStatus()).rejects.toMatchObject({ statusCode: 404 });
});
