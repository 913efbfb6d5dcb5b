import { expect, jest, test } from "@jest/globals";

import { createMemoryBlobStore } from "../../../../simulator/content/blob-store.ts";
import {
  defineEvent,
  defineState,
  defineTransition,
  type Area,
} from "../../../../simulator/core/area.ts";
import { Engine, type Entry } from "../../../../simulator/core/engine.ts";
import type { TransactionLog } from "../../../../simulator/core/transaction-log.ts";
import { createEstate } from "../../../../simulator/seed/estate.ts";
import { OWNER, smallEstate } from "../../../contract/simulator/small-estate.ts";

const notes = defineState("notes", () => [] as { readonly text: string; readonly at: number }[]);
const noted = defineEvent(
  notes,
  "test.noted",
  (state, { text }: { readonly text: string }, { at }) => {
    state.push({ text, at });
  },
  ({ text }) => text,
);
const rings = defineTransition<{ readonly text: string; readonly again: number }>(
  "test.rings",
  (context, { text, again }) => {
    context.emit(noted, { text });
    if (again > 0) context.schedule(context.now + 1_000, rings, { text, again: again - 1 });
  },
);
const breaks = defineTransition("test.breaks", () => {
  throw new Error("it broke");
});
const area: Area = {
  name: "test",
  states: [notes],
  events: [noted],
  transitions: [rings, breaks],
  routes: [],
};

const entry: Entry = {
  kind: "request",
  tenantId: OWNER,
  method: "POST",
  path: "/test",
  appId: null,
  userId: null,
  requestId: null,
  clientRequestId: null,
};

function create(records: unknown[] = []) {
  const estate = createEstate(smallEstate());
  const clock = { instant: estate.startsAt, now: () => clock.instant };
  const log: TransactionLog = {
    replay() {},
    append(record) {
      records.push(JSON.parse(JSON.stringify(record)));
    },
    durable: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const blobs = createMemoryBlobStore();
  const engine = new Engine({ estate, areas: [area], log, blobs, clock });
  return { engine, clock, records, start: estate.startsAt };
}

const done = { status: 200, code: null };

test("lets due things happen before a request, in order of time, each at its own time", () => {
  const { engine, clock, start } = create();
  engine.execute(entry, (context) => {
    context.schedule(start + 5_000, rings, { text: "late", again: 0 });
    context.schedule(start + 1_000, rings, { text: "bell", again: 2 });
    context.schedule(start + 2_000, rings, { text: "between", again: 0 });
    return done;
  });
  clock.instant += 4_000;
  engine.execute(entry, (context) => {
    context.emit(noted, { text: "request" });
    return done;
  });
  expect(notes.of(engine).map(({ text, at }) => [text, at - start])).toEqual([
    ["bell", 1_000],
    ["between", 2_000],
    ["bell", 2_000],
    ["bell", 3_000],
    ["request", 4_000],
  ]);
});

test("gives the same state, ids and journal when the log is played again", () => {
  const { engine, clock, records, start } = create();
  const ids: string[] = [];
  for (const text of ["one", "two"]) {
    engine.execute(entry, (context) => {
      ids.push(context.newId());
      context.emit(noted, { text: `${text} ${ids.at(-1) ?? ""}` });
      context.schedule(start + 60_000, rings, { text, again: 1 });
      return done;
    });
  }
  clock.instant += 60_500;
  engine.advance();

  const second = create();
  for (const record of records) second.engine.replay(record);
  expect(notes.of(second.engine)).toEqual(notes.of(engine));
  expect(second.engine.journal.list({})).toEqual(engine.journal.list({}));
  for (const each of [{ engine, clock }, second]) {
    each.clock.instant = start + 3_600_000;
    each.engine.advance();
  }
  expect(notes.of(second.engine)).toEqual(notes.of(engine));
  expect(new Set(ids).size).toBe(2);
});

test("never lets time go back behind what has happened", () => {
  const { engine, clock, start } = create();
  clock.instant = start + 10_000;
  engine.execute(entry, (context) => {
    context.emit(noted, { text: "x" });
    return done;
  });
  clock.instant = start;
  expect(engine.now()).toBe(start + 10_000);
});

test("goes on after a transition that fails", () => {
  const errors = jest.spyOn(process.stderr, "write").mockReturnValue(true);
  const { engine, clock, start } = create();
  engine.execute(entry, (context) => {
    context.schedule(start + 1_000, breaks, {});
    context.schedule(start + 2_000, rings, { text: "after", again: 0 });
    return done;
  });
  clock.instant += 3_000;
  engine.advance();
  expect(notes.of(engine).map(({ text }) => text)).toEqual(["after"]);
  expect(engine.journal.list({ after: 1 })).toMatchObject([{ status: 500 }, { status: 200 }]);
  expect(errors).toHaveBeenCalledWith(expect.stringContaining("it broke"));
  errors.mockRestore();
});

test("journals who asked for what and which things changed", () => {
  const { engine } = create();
  engine.execute({ ...entry, appId: "app" }, (context) => {
    context.emit(noted, { text: "first" });
    context.emit(noted, { text: "second" });
    return { status: 201, code: null };
  });
  engine.execute(entry, () => ({ status: 404, code: "NotFound" }));
  expect(engine.journal.list({ effectsOnly: true })).toMatchObject([
    {
      sequence: 1,
      appId: "app",
      status: 201,
      effects: [
        { type: "test.noted", tenantId: OWNER, subject: "first" },
        { type: "test.noted", tenantId: OWNER, subject: "second" },
      ],
    },
  ]);
  expect(engine.journal.list({ after: 1 })).toMatchObject([{ sequence: 2, code: "NotFound" }]);
});
