import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import {
  matches,
  queryInstances,
  type InstanceFilter,
} from "../../../../host/durable/instance-query.ts";
import type { InstanceRecord, RuntimeStatus } from "../../../../host/durable/instance-record.ts";
import { saveRecord } from "../../../../host/durable/instance-rows.ts";
import { newInstance } from "../../../../host/durable/new-instance.ts";
import { createMemoryStore } from "../../../../host/store/memory-store.ts";

const STATUSES: readonly RuntimeStatus[] = [
  "Pending",
  "Running",
  "Suspended",
  "Completed",
  "Failed",
  "Terminated",
];

const instances: fc.Arbitrary<InstanceRecord[]> = fc
  .uniqueArray(
    fc.record({
      instanceId: fc.stringMatching(/^[ab][ab@é]{0,3}$/u),
      createdAt: fc.integer({ min: 0, max: 6 }),
      status: fc.constantFrom(...STATUSES),
    }),
    { selector: ({ instanceId }) => instanceId, maxLength: 40 },
  )
  .map((given) =>
    given.map(({ instanceId, createdAt, status }) => ({
      ...newInstance({ instanceId, name: "n", version: null, input: null, now: createdAt }),
      status,
    })),
  );
const filters: fc.Arbitrary<InstanceFilter> = fc.record({
  instanceIdPrefix: fc.option(fc.constantFrom("", "a", "ab", "b@", "é")),
  createdFrom: fc.option(fc.integer({ min: 0, max: 6 })),
  createdTo: fc.option(fc.integer({ min: 0, max: 6 })),
  statuses: fc.subarray([...STATUSES]),
});

test("pages of any size, one after the other, hold every instance that matches, once, whatever the filter", async () => {
  await fc.assert(
    fc.asyncProperty(
      instances,
      filters,
      fc.integer({ min: 1, max: 7 }),
      async (all, filter, top) => {
        const store = createMemoryStore();
        await store.commit(all.flatMap((record) => saveRecord(record, null)));
        const found: string[] = [];
        let continuationToken: string | null = null;
        do {
          const page = queryInstances(store, filter, { top, continuationToken });
          expect(page.records.length).toBeLessThanOrEqual(top);
          found.push(...page.records.map(({ instanceId }) => instanceId));
          ({ continuationToken } = page);
        } while (continuationToken !== null);
        const expected = all.filter((record) => matches(record, filter));
        expect(found.toSorted()).toEqual(expected.map(({ instanceId }) => instanceId).toSorted());
      },
    ),
    { numRuns: 300 },
  );
});

test("instances that end between two pages are neither shown twice nor left out", async () => {
  const store = createMemoryStore();
  const all = Array.from({ length: 30 }, (_, n) =>
    newInstance({ instanceId: `i${n}`, name: "n", version: null, input: null, now: n }),
  );
  await store.commit(all.flatMap((record) => saveRecord(record, null)));
  const none: InstanceFilter = {
    instanceIdPrefix: null,
    createdFrom: null,
    createdTo: null,
    statuses: [],
  };
  const first = queryInstances(store, none, { top: 10, continuationToken: null });
  await store.commit(
    all.flatMap((record, index) =>
      index % 3 === 0 ? saveRecord({ ...record, status: "Completed" }, record) : [],
    ),
  );
  const rest = queryInstances(store, none, {
    top: 100,
    continuationToken: first.continuationToken,
  });
  expect([...first.records, ...rest.records].map(({ instanceId }) => instanceId)).toEqual(
    all.map(({ instanceId }) => instanceId),
  );
});

test.each(["", "nonsense", Buffer.from("[1]").toString("base64url")])(
  "the continuation token %j is not one of ours",
  (continuationToken) => {
    const ask = () =>
      queryInstances(
        createMemoryStore(),
        { instanceIdPrefix: null, createdFrom: null, createdTo: null, statuses: [] },
        { top: 1, continuationToken },
      );
    expect(ask).toThrow(RangeError);
  },
);
