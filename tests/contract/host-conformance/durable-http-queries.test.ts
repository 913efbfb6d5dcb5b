import { afterAll, beforeAll, expect } from "@jest/globals";
import { claimsOf } from "./claims.ts";
import {
  cleanUp,
  eventually,
  startConformanceHost,
  type Answer,
  type ConformanceHost,
  type Instance,
} from "./conformance-host.ts";
import { bothApis, newId, startEnded, startWaiting, statuses, type Api } from "./management-api.ts";

const claim = claimsOf("durable-http-queries");
let host: ConformanceHost;

beforeAll(async () => {
  host = await startConformanceHost("durable", {
    args: ["--clock=virtual@2026-03-02T06:00:00Z"],
  });
});
afterAll(cleanUp);

async function atBoth(observe: (api: Api) => Promise<void>): Promise<void> {
  for (const api of bothApis(host)) {
    await observe(api);
  }
}

claim("purge many", async () => {
  await atBoth(async (api) => {
    const unbounded = await api.call("DELETE", "instances");
    expect([unbounded.status, unbounded.text]).toEqual([
      400,
      expect.stringContaining("Please provide value for 'createdTimeFrom' parameter."),
    ]);
    const [waiting, failed] = await Promise.all([
      startWaiting(host),
      startEnded(host, "throws", null),
      startEnded(host),
    ]);
    const since = "createdTimeFrom=2026-03-02T00:00:00Z&createdTimeTo=2100-01-01T00:00:00Z";
    const some = await api.call("DELETE", `instances?${since}&runtimeStatus=Completed`);
    expect([some.status, (await host.status(failed)).runtimeStatus]).toEqual([200, "Failed"]);
    const all = await api.call("DELETE", `instances?${since}`);
    expect((all.json() as { instancesDeleted: number }).instancesDeleted).toBeGreaterThan(0);
    expect((await host.status(waiting)).runtimeStatus).toMatch(/Running|Pending/u);
    expect((await api.call("DELETE", `instances?${since}`)).status).toBe(404);
  });
});

const idsOf = (answer: Answer): string[] =>
  (answer.json() as Instance[])
    .map(({ instanceId }) => instanceId)
    .sort((a, b) => a.localeCompare(b));

claim("list", async () => {
  await atBoth(async (api) => {
    const prefix = `list-${newId()}`;
    await Promise.all([
      host.start("collects", `${prefix}-a`, { name: "go", count: 1 }),
      host.start("chain", `${prefix}-b`, "x"),
      host.start("throws", `${prefix}-c`, null),
    ]);
    await Promise.all([host.ended(`${prefix}-b`), host.ended(`${prefix}-c`)]);
    await host.until(`${prefix}-a`, ({ runtimeStatus }) => runtimeStatus === "Running");
    const list = async (query: string): Promise<string[]> =>
      idsOf(await api.call("GET", `instances?instanceIdPrefix=${prefix}&${query}`));
    expect(await list("")).toEqual([`${prefix}-a`, `${prefix}-b`, `${prefix}-c`]);
    expect(await list("runtimeStatus=Completed,Failed")).toEqual([`${prefix}-b`, `${prefix}-c`]);
    expect(await list("runtimeStatus=Running")).toEqual([`${prefix}-a`]);
    expect(await list("createdTimeFrom=2100-01-01T00:00:00Z")).toEqual([]);
    expect(await list("createdTimeTo=2100-01-01T00:00:00Z")).toHaveLength(3);
    const [shown] = (
      await api.call("GET", `instances?instanceIdPrefix=${prefix}-b&showInput=false`)
    ).json() as Instance[];
    expect(shown).toMatchObject({ input: null, output: "x!!!" });
  });
});

/** All pages of a list. */
async function pagesOf(api: Api, path: string): Promise<unknown[][]> {
  const pages: unknown[][] = [];
  let token: string | undefined;
  do {
    const answer: Answer = await api.call(
      "GET",
      path,
      undefined,
      token === undefined ? {} : { "x-ms-continuation-token": token },
    );
    pages.push(answer.json() as unknown[]);
    token = answer.headers["x-ms-continuation-token"] as string | undefined;
  } while (token !== undefined && token !== "" && pages.length < 10);
  return pages;
}

claim("pages", async () => {
  await atBoth(async (api) => {
    const prefix = `pages-${newId()}`;
    const ids = ["a", "b", "c", "d", "e"].map((letter) => `${prefix}-${letter}`);
    await Promise.all(ids.map((id) => host.start("chain", id, "x")));
    const pages = (await pagesOf(
      api,
      `instances?top=2&instanceIdPrefix=${prefix}`,
    )) as Instance[][];
    expect(pages.flat().map(({ instanceId }) => instanceId)).toEqual(ids);
    expect(pages.filter(({ length }) => length > 0).map(({ length }) => length)).toEqual([2, 2, 1]);
  });
});

/** Signals a counter and waits until it has the value. */
async function addTo(api: Api, key: string, amount: number): Promise<void> {
  expect((await api.call("POST", `entities/counter/${key}?op=add`, amount)).status).toBe(202);
  await eventually(
    async () => (await api.call("GET", `entities/counter/${key}`)).status === 200,
    "the entity",
  );
}

claim("read an entity", async () => {
  await atBoth(async (api) => {
    const key = newId();
    expect((await api.call("GET", `entities/counter/${key}`)).status).toBe(404);
    await addTo(api, key, 3);
    expect((await api.call("GET", `entities/Counter/${key}`)).json()).toEqual({
      value: 3,
      seen: [3],
    });
    await addTo(api, "$", 1);
    const names = (await api.call("GET", "entities/counter")).json() as {
      entityId: { key: string };
    }[];
    expect(names.map(({ entityId }) => entityId.key)).toContain("");
  });
});

claim("signal an entity", async () => {
  await atBoth(async (api) => {
    const key = newId();
    await addTo(api, key, 3);
    expect((await api.call("POST", `entities/counter/${key}?op=remove`)).status).toBe(202);
    await eventually(
      async () => (await api.call("GET", `entities/counter/${key}`)).status === 404,
      "the end of the entity",
    );
    const text = await api.call("POST", `entities/unnamed/${key}?op=say`, Buffer.from("not JSON"), {
      "content-type": "text/plain",
    });
    expect([text.status, (await api.call("DELETE", `entities/unnamed/${key}`)).status]).toEqual([
      202, 202,
    ]);
  });
});

claim("list entities", async () => {
  await atBoth(async (api) => {
    const key = newId();
    await addTo(api, `${key}-one`, 1);
    await addTo(api, `${key}-two`, 2);
    const listed = (await api.call("GET", "entities/counter?fetchState=true")).json() as {
      entityId: { name: string; key: string };
      lastOperationTime: string;
      state: unknown;
    }[];
    expect(listed.filter(({ entityId }) => entityId.key.startsWith(key))).toEqual([
      {
        entityId: { name: "counter", key: `${key}-one` },
        lastOperationTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT/u),
        state: { value: 1, seen: [1] },
      },
      {
        entityId: { name: "counter", key: `${key}-two` },
        lastOperationTime: expect.any(String),
        state: { value: 2, seen: [2] },
      },
    ]);
    const pages = await pagesOf(api, "entities?top=1");
    expect(pages.flat().length).toBeGreaterThan(1);
    expect(pages[0]).toHaveLength(1);
    expect(pages[0]?.[0]).not.toHaveProperty("state");
  });
});

claim("make primary", async () => {
  await atBoth(async (api) => {
    expect((await api.call("POST", "makeprimary")).status).toBe(200);
  });
});

claim("other paths", async () => {
  await atBoth(async (api) => {
    const id = await startWaiting(host);
    const calls: [string, string][] = [
      ["GET", "nothing"],
      ["PUT", `instances/${id}`],
      ["GET", `instances/${id}/terminate`],
      ["POST", `instances/${id}/dance`],
      ["GET", "orchestrators/chain"],
      ["POST", "instances"],
    ];
    expect(await statuses(calls.map(([method, path]) => api.call(method, path)))).toEqual(
      calls.map(() => 404),
    );
  });
});

claim("letter case of paths", async () => {
  await atBoth(async (api) => {
    const id = newId();
    expect((await api.call("POST", `ORCHESTRATORS/Chain/${id}`, "x")).status).toBe(202);
    await host.ended(id);
    const answer = await api.call("GET", `Instances/${id}?SHOWINPUT=False&TASKHUB=ConformanceHub`);
    expect(answer.json()).toMatchObject({ name: "chain", input: null });
  });
});

claim("keys", async () => {
  const path = "/runtime/webhooks/durabletask/instances/nobody";
  const { masterKey, functionKeys, systemKeys } = host.keys;
  const system = systemKeys["durabletask_extension"] ?? "";
  expect(
    await statuses([
      host.get(path),
      host.get(path, { "x-functions-key": "wrong" }),
      host.get(path, { "x-functions-key": functionKeys.default }),
      host.get(path, { "x-functions-key": system }),
      host.get(`${path}?code=${system}`),
      host.get(`${path}?code=${masterKey}`),
      host.durable("GET", "instances/nobody"),
    ]),
  ).toEqual([401, 401, 401, 404, 404, 404, 404]);
});

claim("links", async () => {
  const key = host.keys.systemKeys["durabletask_extension"] ?? "";
  const started = await host.post(
    `/runtime/webhooks/durabletask/orchestrators/collects?code=${key}`,
    JSON.stringify({ name: "go", count: 1 }),
    { "content-type": "application/json", host: `localhost:${new URL(host.url).port}` },
  );
  const links = started.json() as Record<string, string>;
  const follow = (method: string, link = "", body?: unknown): Promise<Answer> => {
    const { pathname, search, host: asked } = new URL(link);
    expect(asked).toBe(`localhost:${new URL(host.url).port}`);
    return host.send(method, `${pathname}${search}`, {
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      }),
    });
  };
  const event = links["sendEventPostUri"]?.replace("{eventName}", "go");
  expect((await follow("GET", links["statusQueryGetUri"])).status).toBe(202);
  expect((await follow("POST", links["suspendPostUri"])).status).toBe(202);
  expect((await follow("POST", links["resumePostUri"])).status).toBe(202);
  expect((await follow("POST", event, 1)).status).toBe(202);
  await host.ended(links["id"] ?? "");
  expect((await follow("POST", links["restartPostUri"])).status).toBe(202);
  expect((await follow("DELETE", links["purgeHistoryDeleteUri"])).status).toBe(200);
});
