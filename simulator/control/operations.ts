import { z } from "zod";

import { iso } from "../core/iso.ts";
import { scenarios } from "../scenarios/scenarios.ts";
import { faultOperations } from "./fault-operations.ts";
import { ControlRefusal, defineOperation, type Operation } from "./operation.ts";
import { settingsOperations } from "./settings-operations.ts";
import { snapshotOperations } from "./snapshot-operations.ts";
import { troubleOperations } from "./trouble-operations.ts";
import { TenantState, tenantStateOf } from "./tenant-state.ts";

const Instant = z.iso.datetime();

const JournalRow = z.strictObject({
  sequence: z.int(),
  at: Instant,
  kind: z.enum(["request", "transition", "scenario", "control"]),
  tenantId: z.string(),
  method: z.string(),
  path: z.string(),
  status: z.int(),
  code: z.string().nullable(),
  fault: z.string().optional().describe("What a fault did to the request or its answer."),
  draw: z
    .int()
    .optional()
    .describe("While faults are sown: the number under which this request drew its own."),
  appId: z.string().nullable(),
  userId: z.string().nullable(),
  requestId: z.string().nullable(),
  clientRequestId: z.string().nullable(),
  effects: z.array(
    z.strictObject({ type: z.string(), tenantId: z.string(), subject: z.string().nullable() }),
  ),
});

const MAX_ROWS = 10_000;

const readHealth = defineOperation({
  method: "GET",
  path: "/health",
  id: "readHealth",
  summary: "Whether it runs, its current instant and its tenants.",
  answer: z.strictObject({
    status: z.literal("ok"),
    now: Instant,
    tenants: z.array(
      z.strictObject({ tenantId: z.guid(), displayName: z.string(), domain: z.string() }),
    ),
  }),
  run: (_input, { engine }) => ({
    status: "ok" as const,
    now: iso(engine.now()),
    tenants: engine.world.estate.tenants.map(({ tenantId, displayName, domain }) => ({
      tenantId,
      displayName,
      domain,
    })),
  }),
});

const readState = defineOperation({
  method: "GET",
  path: "/state",
  id: "readState",
  summary: "What each tenant consists of and how its backup and synchronization stand.",
  query: z.strictObject({
    tenantId: z
      .guid()
      .transform((id) => id.toLowerCase())
      .optional(),
  }),
  answer: z.strictObject({ now: Instant, tenants: z.array(TenantState) }),
  run: ({ query }, { engine }) => {
    engine.advance();
    const now = engine.now();
    return {
      now: iso(now),
      tenants: engine.world.estate.tenants
        .filter(({ tenantId }) => query.tenantId === undefined || tenantId === query.tenantId)
        .map((tenant) => tenantStateOf({ world: engine.world, now }, tenant)),
    };
  },
});

const readClock = defineOperation({
  method: "GET",
  path: "/clock",
  id: "readClock",
  summary: "The current instant, and whether this process can move it.",
  answer: z.strictObject({ now: Instant, canAdvance: z.boolean() }),
  run: (_input, { engine, advance }) => ({
    now: new Date(engine.now()).toISOString(),
    canAdvance: advance !== null,
  }),
});

const advanceClock = defineOperation({
  method: "POST",
  path: "/clock",
  id: "advanceClock",
  summary: "Moves a virtual clock forward; everything that is due until then happens.",
  body: z.union([
    z.strictObject({ advanceTo: z.iso.datetime({ offset: true }) }),
    z.strictObject({ advanceBySeconds: z.number().positive() }),
  ]),
  answer: z.strictObject({ now: Instant }),
  refusals: { 409: "This process does not own a virtual clock." },
  async run({ body }, { engine, advance }) {
    if (advance === null) {
      throw new ControlRefusal(409, "Only a simulator that owns a virtual clock can move it.");
    }
    await advance(
      "advanceTo" in body
        ? Date.parse(body.advanceTo)
        : engine.now() + body.advanceBySeconds * 1_000,
    );
    engine.advance();
    return { now: new Date(engine.now()).toISOString() };
  },
});

const readJournal = defineOperation({
  method: "GET",
  path: "/journal",
  id: "readJournal",
  summary: "Who asked for what, with which effects. Oldest first; ask again with after.",
  query: z.strictObject({
    after: z.coerce.number().int().nonnegative().optional().describe("Only later rows."),
    tenantId: z.guid().optional(),
    effectsOnly: z
      .enum(["true", "false"])
      .optional()
      .describe("true: only rows that changed something."),
    limit: z.coerce.number().int().positive().max(MAX_ROWS).optional().describe("Default: 1,000."),
    newest: z
      .enum(["true", "false"])
      .optional()
      .describe("true: of all rows the newest ones instead of the oldest ones."),
  }),
  answer: z.strictObject({
    value: z.array(JournalRow),
    after: z.int().describe("Give this as after to get what follows."),
  }),
  run: ({ query }, { engine }) => {
    engine.advance();
    const value = engine.journal.list({
      ...(query.after === undefined ? {} : { after: query.after }),
      ...(query.tenantId === undefined ? {} : { tenantId: query.tenantId.toLowerCase() }),
      effectsOnly: query.effectsOnly === "true",
      limit: query.limit ?? 1_000,
      newest: query.newest === "true",
    });
    return {
      value: value.map((row) => ({ ...row, effects: [...row.effects] })),
      after: value.at(-1)?.sequence ?? query.after ?? 0,
    };
  },
});

const scenarioOperations = scenarios.map((scenario) =>
  defineOperation({
    method: "POST",
    path: `/scenarios/${scenario.name}`,
    id: `run-${scenario.name}`.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
    summary: scenario.summary,
    body: scenario.input,
    answer: scenario.answer,
    refusals: { 409: "The tenant is not in a state in which this could happen." },
    // The schema has checked the body already; the scenario reads it as it came, defaults included.
    run: ({ body }, { engine }) => scenario.run(engine, body),
  }),
);

const listScenarios = defineOperation({
  method: "GET",
  path: "/scenarios",
  id: "listScenarios",
  summary: "The scenarios there are.",
  answer: z.strictObject({
    value: z.array(z.strictObject({ name: z.string(), summary: z.string() })),
  }),
  run: () => ({ value: scenarios.map(({ name, summary }) => ({ name, summary })) }),
});

/** Everything the control API offers. */
export const operations: readonly Operation[] = [
  readHealth,
  readState,
  readClock,
  advanceClock,
  readJournal,
  ...faultOperations,
  listScenarios,
  ...scenarioOperations,
  ...troubleOperations,
  ...settingsOperations,
  ...snapshotOperations,
];
