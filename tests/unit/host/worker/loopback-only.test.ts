import { createServer, type AddressInfo, type Server } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import { listeningOnLoopback, withoutName } from "../../../../host/worker/loopback-only.ts";

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(
    servers
      .splice(0)
      .map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
  );
});

const listen = async (...args: unknown[]): Promise<string> => {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => {
    (server as { listen(...args: unknown[]): unknown }).listen(...args, resolve);
  });
  return (server.address() as AddressInfo).address;
};

test("servers that name no interface listen on the loopback one, others where they say", async () => {
  const addresses = await listeningOnLoopback(() =>
    Promise.all([listen(), listen(0), listen(0, "127.0.0.1"), listen({ port: 0, host: "::1" })]),
  );
  expect(addresses).toEqual(["127.0.0.1", "127.0.0.1", "127.0.0.1", "::1"]);
});

test("afterwards servers listen where they always do", async () => {
  await expect(
    listeningOnLoopback(() => Promise.reject(new Error("no capabilities"))),
  ).rejects.toThrow("no capabilities");
  expect(await listen(0)).not.toBe("127.0.0.1");
});

test("the address names the interface", () => {
  expect(withoutName("http://localhost:55000/")).toBe("http://127.0.0.1:55000/");
});
