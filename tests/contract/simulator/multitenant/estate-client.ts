import { expect } from "@jest/globals";
import { areas } from "../../../../simulator/areas.ts";
import type { Context } from "../../../../simulator/core/context.ts";
import { Router } from "../../../../simulator/core/router.ts";
import {
  createInProcessSimulator,
  type InProcessSimulator,
} from "../../../../simulator/protocol/in-process.ts";
import { startHttpServer } from "../../../../simulator/protocol/http-server.ts";
import { validateResponse } from "../metadata.ts";
import { sixTenantSeed, type TestTenant } from "./six-tenants.ts";

/** JSON of an answer, read without types as a client of another language would. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;

interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly headers: Readonly<Record<string, string>>;
}

/** What walking through steps needs. */
export interface GraphCaller {
  /** Calls Graph in a tenant; every answer is validated against Microsoft's metadata. */
  call(tenant: TestTenant, method: string, path: string, json?: unknown): Promise<Answer>;
  advanceMinutes(minutes: number): void;
}

export interface EstateClient extends GraphCaller {
  readonly simulator: InProcessSimulator;
  /** Changes a tenant's directory behind Graph's back, as an administrator elsewhere would. */
  change(tenant: TestTenant, run: (context: Context) => void): void;
  stop(): Promise<void>;
}

const router = new Router(areas.flatMap(({ routes }) => routes));

export function checkShape(method: string, path: string, { status, body }: Answer): void {
  const match = router.match(method, path.split("?")[0] ?? path);
  const definition = match.kind === "route" ? match.route.definition : null;
  const defects = validateResponse(definition, status, body);
  expect({ method, path, defects }).toEqual({ method, path, defects: [] });
}

export async function sendOverHttp(
  url: string,
  method: string,
  token: string,
  json: unknown,
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text === "" ? undefined : (JSON.parse(text) as unknown),
    headers: Object.fromEntries(response.headers),
  };
}

/** Starts the six tenants; with `overHttp` the calls go through a socket, otherwise straight into the protocol. */
export async function openEstate(
  options: { readonly overHttp?: boolean; readonly roles?: readonly string[] } = {},
): Promise<EstateClient> {
  const simulator = createInProcessSimulator({ seed: sixTenantSeed(options.roles ?? "all") });
  const server =
    options.overHttp === true
      ? await startHttpServer(simulator.simulator, 0, (error) => {
          throw error;
        })
      : null;

  const send = async (method: string, path: string, token: string, json: unknown) =>
    server === null
      ? simulator.fetch(path, { method, token, ...(json === undefined ? {} : { json }) })
      : sendOverHttp(`${server.url}${path}`, method, token, json);

  return {
    simulator,
    async call(tenant, method, path, json) {
      const token = await simulator.token(tenant.tenantId);
      const answer = await send(method, `/v1.0${path}`, token, json);
      checkShape(method, path, answer);
      return answer;
    },
    change(tenant, run) {
      const entry = {
        kind: "request" as const,
        tenantId: tenant.tenantId,
        method: "TEST",
        path: "",
        appId: null,
        userId: null,
        requestId: null,
        clientRequestId: null,
      };
      simulator.simulator.engine.execute(entry, (context) => {
        run(context);
        return { status: 200, code: null };
      });
    },
    advanceMinutes(minutes) {
      simulator.advanceBy(minutes * 60_000);
    },
    async stop() {
      await server?.stop();
    },
  };
}
