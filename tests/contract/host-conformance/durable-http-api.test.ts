import { afterAll, beforeAll, expect } from "@jest/globals";
import { claimsOf } from "./claims.ts";
import {
  cleanUp,
  startConformanceHost,
  type Answer,
  type ConformanceHost,
  type Instance,
} from "./conformance-host.ts";
import { bothApis, newId, startEnded, startWaiting, statuses, type Api } from "./management-api.ts";

const claim = claimsOf("durable-http-api");
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

const message = (answer: Answer): string => (answer.json() as { Message: string }).Message;

claim("start", async () => {
  await atBoth(async (api) => {
    const id = newId();
    const { status, headers, ...answer } = await api.call("POST", `orchestrators/chain/${id}`, "x");
    expect([status, headers["retry-after"]]).toEqual([202, "10"]);
    const root = `${api.origin}/runtime/webhooks/durabletask/instances/${id}`;
    const code = host.keys.systemKeys["durabletask_extension"];
    const query = `taskHub=ConformanceHub&connection=Storage&code=${code}`;
    expect(answer.json()).toEqual({
      id,
      statusQueryGetUri: `${root}?${query}`,
      sendEventPostUri: `${root}/raiseEvent/{eventName}?${query}`,
      terminatePostUri: `${root}/terminate?reason={text}&${query}`,
      purgeHistoryDeleteUri: `${root}?${query}`,
      restartPostUri: `${root}/restart?${query}`,
      suspendPostUri: `${root}/suspend?reason={text}&${query}`,
      resumePostUri: `${root}/resume?reason={text}&${query}`,
    });
    expect(headers["location"]).toBe(`${root}?${query}`);
  });
});

claim("start without id", async () => {
  await atBoth(async (api) => {
    const { id } = (await api.call("POST", "orchestrators/chain", "x")).json() as { id: string };
    expect(id).toMatch(/^[0-9a-f]{32}$/u);
  });
});

claim("start with a wrong body", async () => {
  await atBoth(async (api) => {
    const answer = await api.call("POST", "orchestrators/chain", Buffer.from("{oops"));
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({
      Message: "One or more of the arguments submitted is incorrect",
      ExceptionMessage: "Invalid JSON content",
    });
  });
});

claim("start of an unknown function", async () => {
  await atBoth(async (api) => {
    const id = newId();
    expect((await api.call("POST", `orchestrators/nowhere/${id}`, 1)).status).toBe(202);
    const { runtimeStatus, output } = await host.ended(id);
    expect([runtimeStatus, output]).toEqual(["Failed", expect.stringMatching(/'nowhere'/u)]);
  });
});

claim("instance ids", async () => {
  await atBoth(async (api) => {
    const start = (id: string): Promise<Answer> =>
      api.call("POST", `orchestrators/chain/${encodeURIComponent(id)}`, "x");
    const accepted = [`@${newId()}`, `${newId()}${"x".repeat(400)}`, `${newId()} é`];
    expect(await statuses(accepted.map(start))).toEqual([202, 202, 202]);
    const refused = ["a/b", "a\\b", "a#b", "a?b", "a\nb"];
    expect(await statuses(refused.map(start))).toEqual([400, 400, 400, 400, 400]);
  });
});

claim("duplicate start", async () => {
  await atBoth(async (api) => {
    const id = await startWaiting(host);
    const again = await api.call("POST", `orchestrators/chain/${id}`, "x");
    expect([again.status, message(again)]).toEqual([409, expect.stringMatching(/already exists/u)]);
    await host.raise(id, "go", 1);
    await host.ended(id);
    expect((await api.call("POST", `orchestrators/chain/${id}`, "x")).status).toBe(202);
    expect((await host.ended(id)).output).toBe("x!!!");
  });
});

claim("wait for the end", async () => {
  await atBoth(async (api) => {
    const wait = (path: string, input: unknown): Promise<Answer> =>
      api.call("POST", `orchestrators/${path}`, input);
    const done = await wait("chain?timeout=30&pollingInterval=1", "x");
    expect([done.status, done.json()]).toEqual([200, "x!!!"]);
    const failed = await wait("throws?timeout=30", null);
    expect([failed.status, failed.json()]).toEqual([
      200,
      expect.objectContaining({ runtimeStatus: "Failed", output: "exactly this" }),
    ]);
    const flagged = "throws?timeout=30&returnInternalServerErrorOnFailure=true";
    expect((await wait(flagged, null)).status).toBe(500);
    const late = await wait("collects?timeout=0.05", { name: "go", count: 1 });
    expect([late.status, Object.keys(late.json() as object)]).toEqual([
      202,
      expect.arrayContaining(["id", "statusQueryGetUri"]),
    ]);
  });
});

claim("status", async () => {
  await atBoth(async (api) => {
    const id = await startWaiting(host);
    const running = await api.call("GET", `instances/${id}`);
    expect([running.status, running.headers["retry-after"]]).toEqual([202, "5"]);
    expect(running.headers["location"]).toContain(`/instances/${id}?`);
    await host.raise(id, "go", 1);
    await host.ended(id);
    expect(await statuses([api.call("GET", `instances/${id}`)])).toEqual([200]);
    expect(await statuses([api.call("GET", "instances/nobody")])).toEqual([404]);
  });
});

claim("status body", async () => {
  await atBoth(async (api) => {
    const id = await startEnded(host, "chain", "x");
    expect((await api.call("GET", `instances/${id}`)).json()).toEqual({
      name: "chain",
      instanceId: id,
      runtimeStatus: "Completed",
      input: "x",
      customStatus: null,
      output: "x!!!",
      createdTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u),
      lastUpdatedTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u),
    });
  });
});

claim("hidden input", async () => {
  await atBoth(async (api) => {
    const id = await startEnded(host);
    const answer = await api.call("GET", `instances/${id}?showInput=false`);
    expect(answer.json()).toMatchObject({ input: null, output: "x!!!" });
  });
});

claim("failed status", async () => {
  await atBoth(async (api) => {
    const id = await startEnded(host, "throws", null);
    expect(
      await statuses([
        api.call("GET", `instances/${id}`),
        api.call("GET", `instances/${id}?returnInternalServerErrorOnFailure=true`),
      ]),
    ).toEqual([200, 500]);
  });
});

claim("history", async () => {
  await atBoth(async (api) => {
    const id = await startEnded(host);
    const history = async (query: string) =>
      ((await api.call("GET", `instances/${id}?${query}`)).json() as Instance).historyEvents ?? [];
    const rows = await history("showHistory=true");
    expect(rows.map(({ EventType }) => EventType)).toEqual([
      "ExecutionStarted",
      "TaskCompleted",
      "TaskCompleted",
      "TaskCompleted",
      "ExecutionCompleted",
    ]);
    expect(rows[1]).toMatchObject({
      FunctionName: "shout",
      ScheduledTime: expect.any(String),
      Timestamp: expect.any(String),
    });
    for (const hidden of ["EventId", "IsPlayed", "TaskScheduledId", "Result"]) {
      expect(rows[1]).not.toHaveProperty([hidden]);
    }
    const full = await history("showHistory=true&showHistoryOutput=true");
    expect(full.map(({ Result }) => Result)).toEqual([undefined, "x!", "x!!", "x!!!", "x!!!"]);
  });
});

claim("raise event", async () => {
  await atBoth(async (api) => {
    const id = await startWaiting(host);
    const path = `instances/${id}/raiseEvent/go`;
    expect(
      await statuses([
        api.call("POST", "instances/nobody/raiseEvent/go", 1),
        api.call("POST", path, Buffer.from("{oops")),
        api.call("POST", path, Buffer.from("1"), { "content-type": "text/plain" }),
        api.call("POST", path, undefined, { "content-type": "application/json" }),
      ]),
    ).toEqual([404, 400, 400, 400]);
    expect((await api.call("POST", path, { a: 1 })).status).toBe(202);
    expect((await host.ended(id)).output).toEqual([{ a: 1 }]);
    expect((await api.call("POST", path, 1)).status).toBe(410);
  });
});

claim("terminate", async () => {
  await atBoth(async (api) => {
    const id = await startWaiting(host);
    expect((await api.call("POST", "instances/nobody/terminate")).status).toBe(404);
    expect((await api.call("POST", `instances/${id}/terminate?reason=enough`)).status).toBe(202);
    expect(await host.ended(id)).toMatchObject({ runtimeStatus: "Terminated", output: "enough" });
    expect((await api.call("POST", `instances/${id}/terminate`)).status).toBe(410);
  });
});

claim("suspend and resume", async () => {
  await atBoth(async (api) => {
    const id = await startWaiting(host);
    await host.until(id, ({ runtimeStatus }) => runtimeStatus === "Running");
    const act = async (verb: string, instanceId = id): Promise<number> =>
      (await api.call("POST", `instances/${instanceId}/${verb}?reason=why`)).status;
    expect([await act("resume"), await act("suspend"), await act("suspend")]).toEqual([
      500, 202, 500,
    ]);
    expect((await api.call("GET", `instances/${id}`)).status).toBe(202);
    expect((await host.status(id)).runtimeStatus).toBe("Suspended");
    expect(await act("resume")).toBe(202);
    await host.raise(id, "go", 1);
    await host.ended(id);
    expect([await act("suspend"), await act("resume")]).toEqual([410, 410]);
    expect([await act("suspend", "nobody"), await act("resume", "nobody")]).toEqual([404, 404]);
  });
});

claim("rewind", async () => {
  await atBoth(async (api) => {
    const [failed, completed, waiting] = await Promise.all([
      startEnded(host, "throws", null),
      startEnded(host),
      startWaiting(host),
    ]);
    const rewind = (id: string): Promise<Answer> =>
      api.call("POST", `instances/${id}/rewind?reason=again`);
    expect(await statuses([failed, completed, waiting, "nobody"].map(rewind))).toEqual([
      202, 412, 412, 404,
    ]);
  });
});

claim("restart", async () => {
  await atBoth(async (api) => {
    const id = await startEnded(host);
    const fresh = await api.call("POST", `instances/${id}/restart`);
    const { id: freshId } = fresh.json() as { id: string };
    expect([fresh.status, freshId === id, (await host.ended(freshId)).output]).toEqual([
      202,
      false,
      "x!!!",
    ]);
    const same = await api.call("POST", `instances/${id}/restart?restartWithNewInstanceId=false`);
    expect([same.status, (same.json() as { id: string }).id]).toEqual([202, id]);
    const waiting = await startWaiting(host);
    const path = `instances/${waiting}/restart?restartWithNewInstanceId=false`;
    expect(
      await statuses([api.call("POST", path), api.call("POST", "instances/nobody/restart")]),
    ).toEqual([409, 400]);
  });
});

claim("purge", async () => {
  await atBoth(async (api) => {
    const [done, running] = await Promise.all([startEnded(host), startWaiting(host)]);
    for (const id of [done, running]) {
      const answer = await api.call("DELETE", `instances/${id}`);
      expect([answer.status, answer.json()]).toEqual([200, { instancesDeleted: 1 }]);
      expect((await api.call("GET", `instances/${id}`)).status).toBe(404);
    }
    expect((await api.call("DELETE", `instances/${done}`)).status).toBe(404);
  });
});
