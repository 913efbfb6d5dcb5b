import { expect, test } from "@jest/globals";
import { ERROR_CATALOGUE, errorRow } from "../../../../simulator/backup/error-catalogue.ts";
import { iso } from "../../../../simulator/core/iso.ts";
import { protectionProvocations } from "./protection-provocations.ts";
import { activate, application, draft, points, refused, TAILSPIN } from "./provocations.ts";
import { restoreProvocations } from "./restore-provocations.ts";
import { ruleProvocations } from "./rule-provocations.ts";

const rows = Object.entries(ERROR_CATALOGUE).flatMap(([operation, codes]) =>
  Object.keys(codes).map((key) => ({ operation, key })),
);
const provocations: typeof ruleProvocations = {
  ...protectionProvocations,
  ...ruleProvocations,
  ...restoreProvocations,
};

test("what is provoked and what is in the catalogue are the same", () => {
  const provoked = Object.entries(provocations).flatMap(([operation, ways]) =>
    Object.keys(ways).map((key) => `${operation}/${key}`),
  );
  expect(provoked.sort()).toEqual(rows.map(({ operation, key }) => `${operation}/${key}`).sort());
});

test.each(rows)("$operation answers $key as the catalogue says", async ({ operation, key }) => {
  const row = errorRow(operation as "session", key as "RestoreSessionNotFound");
  const provoke = (provocations[operation] ?? {})[key];
  expect(provoke).toBeDefined();
  expect(await provoke?.()).toEqual({ status: row.status, code: row.code });
});

test("an inactive controller is answered like a tenant without the product", async () => {
  expect(await refused(application(TAILSPIN), "GET", "/protectionPolicies")).toEqual({
    status: 403,
    code: "UnknownError",
  });
});

test("a session is forgotten 366 days after its end", async () => {
  const client = application();
  const sessionId = await draft(client, await points(client));
  await activate(client, sessionId);
  client.sim.advanceTo(iso(client.sim.now() + 365 * 86_400_000));
  await client.ask("GET", `/restoreSessions/${sessionId}`);
  client.sim.advanceBy(2 * 86_400_000);
  expect(await refused(client, "GET", `/restoreSessions/${sessionId}`)).toEqual({
    status: 404,
    code: "RestoreSessionNotFound",
  });
});
