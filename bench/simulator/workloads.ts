import { requestBytes } from "./closed-loop.ts";
import { CLIENT_ID, CLIENT_SECRET, tenantIdOf } from "./estates.ts";

export interface Workload {
  readonly name: string;
  /** How many Graph requests one HTTP request stands for. */
  readonly requestsEach: number;
  readonly connections: number;
  readonly next: (connection: number) => Buffer;
}

interface Page {
  readonly value: readonly { readonly id: string }[];
}

/** A client of the simulator that only prepares: tokens and ids. */
export async function prepare(url: string, tenant = 0) {
  const tenantId = tenantIdOf(tenant);
  const answer = await fetch(`${url}/${tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      scope: "https://graph.microsoft.com/.default",
    }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const get = async (path: string) => {
    const response = await fetch(`${url}/v1.0${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Page;
  };
  const idsOf = async (path: string) => (await get(path)).value.map(({ id }) => id);
  return { token, get, idsOf };
}

/** What is measured, over the ids that the simulator gives. */
export async function workloadsOf(url: string): Promise<readonly Workload[]> {
  const { token, idsOf } = await prepare(url);
  const users = await idsOf("/users?$top=500&$select=id");
  const units = await idsOf("/solutions/backupRestore/mailboxProtectionUnits");
  const one = (method: string, path: string, body?: string, type?: string) =>
    requestBytes(url, {
      method,
      path: `/v1.0${path}`,
      token,
      ...(body === undefined ? {} : { body }),
      ...(type === undefined ? {} : { type }),
    });
  const userReads = users.map((id) => one("GET", `/users/${id}`));
  const childrenReads = users.map((id) => one("GET", `/users/${id}/drive/root/children`));
  const unitPage = one("GET", "/solutions/backupRestore/mailboxProtectionUnits");
  const protectionTimePeriod = {
    startDateTime: "2026-02-20T00:00:00Z",
    endDateTime: "2026-03-01T00:00:00Z",
  };
  const searchBody = (ids: readonly string[]) => ({ protectionUnitIds: ids, protectionTimePeriod });
  const search = one(
    "POST",
    "/solutions/backupRestore/restorePoints/search",
    JSON.stringify(searchBody(units.slice(0, 20))),
  );
  const batchOf = (make: (index: number) => object) =>
    one(
      "POST",
      "/$batch",
      JSON.stringify({
        requests: Array.from({ length: 20 }, (_, index) => ({ id: String(index), ...make(index) })),
      }),
    );
  const readBatch = batchOf((index) => ({ method: "GET", url: `/users/${users[index] ?? ""}` }));
  const searchBatch = batchOf((index) => ({
    method: "POST",
    url: "/solutions/backupRestore/restorePoints/search",
    headers: { "content-type": "application/json" },
    body: searchBody(units.slice(index, index + 20)),
  }));
  let turn = 0;
  const rotate = (list: readonly Buffer[]) => () => {
    turn += 1;
    return list[turn % list.length] as Buffer;
  };
  const patches = users.map((id, index) =>
    one("PATCH", `/users/${id}`, JSON.stringify({ department: `Department ${index}` })),
  );
  const kilobyte = "x".repeat(1_024);
  const upload = () => {
    turn += 1;
    const id = users[turn % users.length] ?? "";
    const path = `/users/${id}/drive/root:/f${turn % 7}.bin:/content`;
    return one("PUT", path, `${turn}${kilobyte}`, "application/octet-stream");
  };
  const plain = { requestsEach: 1, connections: 16 };
  return [
    { ...plain, name: "read one user", next: rotate(userReads) },
    { ...plain, name: "list a folder of a drive", next: rotate(childrenReads) },
    { ...plain, name: "list 100 protection units", next: () => unitPage },
    { ...plain, name: "search restore points, 20 units", next: () => search },
    { ...plain, requestsEach: 20, name: "$batch of 20 reads", next: () => readBatch },
    { ...plain, requestsEach: 20, name: "$batch of 20 searches", next: () => searchBatch },
    { ...plain, connections: 1, name: "change a user, 1 connection", next: rotate(patches) },
    { ...plain, connections: 64, name: "change a user, 64 connections", next: rotate(patches) },
    { ...plain, connections: 64, name: "upload 1 KiB, 64 connections", next: upload },
  ];
}
