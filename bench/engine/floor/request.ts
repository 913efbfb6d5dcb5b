import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { HttpClient } from "../http-client.ts";
import { report } from "./measure.ts";

/** Reads a small body and answers a small one; client and server share the process, so both ends are counted. */
const server = createServer((request, response) => {
  request.on("data", () => {});
  request.on("end", () => {
    response.writeHead(200, { "content-type": "application/json; charset=utf-8" }).end("3");
  });
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const client = new HttpClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
await report(20_000, () =>
  client.request("POST", "/durabletask/orchestrators/three?timeout=120", "3"),
);
server.close();
server.closeAllConnections();
