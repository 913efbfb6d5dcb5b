import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { compareKeys, hasPrefix } from "../../../host/store/key-order.ts";
import {
  put,
  remove,
  type HostStore,
  type StoreKey,
  type StoreRange,
  type StoreRow,
} from "../../../host/store/store.ts";

const keysOf = (rows: readonly StoreRow[]): StoreKey[] => rows.map(({ key }) => key);

const KEYS: readonly StoreKey[] = [
  ["a"],
  ["a", 1],
  ["a", 2.5],
  ["a", 10],
  ["a", "1"],
  ["a", "b"],
  ["a", "b", 0],
  ["aa", 1],
  ["b", -1],
  ["b", 0],
  ["ü", 1],
  [1, "x"],
  [2, "x"],
];

const element = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.constantFrom("", "a", "b", "ab", "@e@k", "ü", "日本"),
);
const anyKey = fc.array(element, { minLength: 1, maxLength: 3 });

/** What every store of the host promises. `open` gives an empty store; the caller closes it. */
export function describeStoreContract(name: string, open: () => Promise<HostStore>): void {
  let store: HostStore;
  const withStore = (title: string, body: () => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      store = await open();
      try {
        await body();
      } finally {
        await store.close();
      }
    });
  };
  const fill = (keys: readonly StoreKey[]): Promise<void> =>
    store.commit(keys.map((key) => put("inbox", key, JSON.stringify(key))));
  const range = (query: StoreRange): StoreKey[] => keysOf(store.range("inbox", query));

  withStore("a row that was never written is not there", async () => {
    expect(store.get("history", ["a", 1])).toBeUndefined();
    expect(store.range("history", {})).toEqual([]);
  });

  withStore("a committed row is read again with its text unchanged, however long", async () => {
    const text = `"${"ü€😀\\n".repeat(50_000)}`;

    await store.commit([put("payloads", ["i", 1], text), put("payloads", ["i", 2], "")]);

    expect(store.get("payloads", ["i", 1])).toBe(text);
    expect(store.get("payloads", ["i", 2])).toBe("");
  });

  withStore("tables do not see each other's rows", async () => {
    await store.commit([put("inbox", ["a"], "1")]);

    expect(store.get("timers", ["a"])).toBeUndefined();
  });

  withStore("the operations of a commit apply in their order", async () => {
    await store.commit([
      put("inbox", ["a"], "1"),
      put("inbox", ["a"], "2"),
      put("inbox", ["b"], "1"),
      remove("inbox", ["b"]),
      remove("inbox", ["never there"]),
    ]);

    expect(store.range("inbox", {})).toEqual([{ key: ["a"], value: "2" }]);
  });

  withStore("commits apply in the order of the calls, waited for or not", async () => {
    const commits = Array.from({ length: 200 }, (_, n) =>
      store.commit([put("inbox", ["last"], String(n)), put("inbox", ["each", n], "")]),
    );
    await Promise.all(commits);

    expect(store.get("inbox", ["last"])).toBe("199");
    expect(range({ prefix: ["each"] })).toHaveLength(200);
  });

  withStore("a commit that is acknowledged is visible", async () => {
    const seen: (string | undefined)[] = [];
    await Promise.all(
      [1, 2, 3].map(async (n) => {
        await store.commit([put("inbox", [n], "here")]);
        seen.push(store.get("inbox", [n]));
      }),
    );

    expect(seen).toEqual(["here", "here", "here"]);
  });

  withStore("an empty commit is acknowledged", async () => {
    await expect(store.commit([])).resolves.toBeUndefined();
  });

  withStore("rows come in the order of their keys: numbers before texts", async () => {
    await fill([...KEYS].reverse());

    expect(range({})).toEqual([...KEYS].sort(compareKeys));
    expect(range({}).slice(0, 3)).toEqual([[1, "x"], [2, "x"], ["a"]]);
  });

  withStore("a prefix selects whole elements only", async () => {
    await fill(KEYS);

    expect(range({ prefix: ["a"] })).toEqual(KEYS.slice(0, 7));
    expect(range({ prefix: ["a", "b"] })).toEqual([
      ["a", "b"],
      ["a", "b", 0],
    ]);
    expect(range({ prefix: ["never there"] })).toEqual([]);
  });

  withStore("`from` includes its key, `after` and `before` do not", async () => {
    await fill(KEYS);

    expect(range({ prefix: ["a"], from: ["a", 10] })[0]).toEqual(["a", 10]);
    expect(range({ prefix: ["a"], after: ["a", 10] })[0]).toEqual(["a", "1"]);
    expect(range({ prefix: ["a"], before: ["a", 10] })).toEqual(KEYS.slice(0, 3));
    expect(range({ before: [2] })).toEqual([[1, "x"]]);
    // Between the keys, where none is.
    expect(range({ prefix: ["a"], after: ["a", 1.5], before: ["a", 9] })).toEqual([["a", 2.5]]);
  });

  withStore("a limit ends a range, and the last key begins the next page", async () => {
    await fill(KEYS);
    const pages: StoreKey[] = [];
    let page = range({ limit: 4 });
    while (page.length > 0) {
      pages.push(...page);
      page = range({ after: page.at(-1)!, limit: 4 });
    }

    expect(pages).toEqual(range({}));
  });

  withStore("ranges over any keys select what the rules of keys select", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(anyKey, { selector: (key) => JSON.stringify(key), maxLength: 15 }),
        fc.record(
          { prefix: fc.array(element, { maxLength: 2 }), limit: fc.integer({ min: 1, max: 5 }) },
          { requiredKeys: [] },
        ),
        async (keys, query) => {
          await fill(keys);
          const expected = keys
            .filter((key) => hasPrefix(key, query.prefix ?? []))
            .sort(compareKeys)
            .slice(0, query.limit);
          const found = range(query);
          await store.commit(keys.map((key) => remove("inbox", key)));
          expect(found).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  withStore("a record is kept by namespace and name and replaced whole", async () => {
    expect(store.readRecord("clock", "memory")).toBeUndefined();

    await store.writeRecord("clock", "memory", { now: 1, mode: "virtual" });
    await store.writeRecord("clock", "memory", { now: 2 });
    await store.writeRecord("timers", "memory", null);

    expect(store.readRecord("clock", "memory")).toEqual({ now: 2 });
    expect(store.readRecord("timers", "memory")).toBeNull();
    expect(store.readRecord("timers", "never there")).toBeUndefined();
  });
}
