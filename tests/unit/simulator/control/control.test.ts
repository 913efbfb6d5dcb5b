import { expect, test } from "@jest/globals";

import { operations } from "../../../../simulator/control/operations.ts";
import { createInProcessSimulator } from "../../../../simulator/protocol/in-process.ts";
import { OWNER, smallEstate } from "../../../contract/simulator/small-estate.ts";

const simulator = createInProcessSimulator({ seed: smallEstate() });

test.each(
  operations
    .filter(({ method, answer }) => method === "GET" && answer !== null)
    .map((operation) => [operation.path, operation] as const),
)("the answer of %s is what its schema says", async (path, { answer, status }) => {
  const got = await simulator.fetch(`/simulator${path}`);
  expect(got.status).toBe(status);
  expect(() => answer?.parse(got.body)).not.toThrow();
});

test("the OpenAPI document describes every operation, with unique ids and no dangling reference", async () => {
  const { body } = await simulator.fetch("/simulator/openapi.json");
  const { openapi, paths } = body as {
    openapi: string;
    paths: Record<string, Record<string, { operationId: string }>>;
  };
  expect(openapi).toBe("3.1.0");
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({ path, method, operationId })),
  );
  expect(described).toHaveLength(operations.length);
  expect(new Set(described.map(({ operationId }) => operationId)).size).toBe(operations.length);
  const references = [...JSON.stringify(body).matchAll(/"\$ref":"#\/([^"]+)"/g)];
  for (const [, pointer = ""] of references) {
    const found = pointer
      .split("/")
      .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], body);
    expect({ pointer, isFound: found !== undefined }).toEqual({ pointer, isFound: true });
  }
});

test("the state shows a tenant's backup, and counts its units", async () => {
  const { body } = await simulator.fetch(`/simulator/state?tenantId=${OWNER}`);
  expect(body).toMatchObject({
    tenants: [
      {
        users: 12,
        sites: 3,
        backup: {
          status: "enabled",
          units: { exchange: { protected: 12 }, sharePoint: { protected: 3 } },
          unitsWithError: 0,
        },
      },
    ],
  });
});

test("the journal gives its newest rows when asked", async () => {
  await simulator.fetch("/simulator/scenarios/user-deletion", {
    method: "POST",
    json: { tenantId: OWNER, users: 1 },
  });
  const { body } = await simulator.fetch("/simulator/journal?newest=true&limit=1");
  expect(body).toMatchObject({ value: [{ kind: "scenario", path: "user-deletion" }] });
});

test("the page and its files need nothing from elsewhere", async () => {
  const page = await simulator.fetch("/simulator/");
  expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(page.headers["content-security-policy"]).toContain("default-src 'self'");
  for (const file of ["", "admin.css", "admin.js"]) {
    const { status, bytes } = await simulator.fetch(`/simulator/${file}`);
    expect(status).toBe(200);
    expect(Buffer.from(bytes).toString()).not.toMatch(/https?:\/\//);
  }
});

test("pages of other sites may not move the simulator", async () => {
  const [foreign, own] = await Promise.all(
    ["https://elsewhere.example", "http://simulator.test"].map((origin) =>
      simulator.fetch("/simulator/faults", { method: "DELETE", headers: { origin } }),
    ),
  );
  expect([foreign?.status, own?.status]).toEqual([403, 204]);
});

test("a simulator in memory makes no snapshots", async () => {
  const { status } = await simulator.fetch("/simulator/snapshots", { method: "POST", json: {} });
  expect(status).toBe(409);
});
