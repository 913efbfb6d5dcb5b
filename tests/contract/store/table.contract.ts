import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import {
  listAll,
  RecordChangedError,
  RecordExistsError,
  type TableStore,
} from "../../../src/store/table.ts";

interface Sample {
  readonly text: string;
  readonly kind?: string;
}

async function keysOf(records: AsyncIterable<{ readonly key: string }>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of records) {
    keys.push(key);
  }
  return keys;
}

/** What every table store promises; `open` gives an empty store. */
export function describeTableContract(name: string, open: () => TableStore): void {
  let tables = 0;
  const openTable = () => {
    tables += 1;
    return open().open<Sample>(`sample${tables}x${process.pid}`, {
      index: ({ kind }) => (kind === undefined ? {} : { kind }),
    });
  };

  test(`${name}: a record that was never written is not there`, async () => {
    expect(await openTable().get("p", "k")).toBeNull();
    expect(await openTable().list("p")).toEqual({ records: [], continuationToken: null });
  });

  test(`${name}: what is written is read again, whatever its key and length`, async () => {
    const table = openTable();
    const long = "ü€😀".repeat(30_000);
    await table.put("p/1", "a b/c\\d#e?f~g%hÜ€😀", { text: long });

    const read = (await table.get("p/1", "a b/c\\d#e?f~g%hÜ€😀"))?.value.text;
    // Compared as a fact: a difference of so long a text would fill the log.
    expect(read === long).toBe(true);
    expect(await keysOf(listAll(table, "p/1"))).toEqual(["a b/c\\d#e?f~g%hÜ€😀"]);
  });

  test(`${name}: an insert refuses what is there already`, async () => {
    const table = openTable();
    await table.insert("p", "k", { text: "first" });

    await expect(table.insert("p", "k", { text: "second" })).rejects.toThrow(RecordExistsError);
    expect((await table.get("p", "k"))?.value.text).toBe("first");
  });

  test(`${name}: of two who replace the same reading only one succeeds`, async () => {
    const table = openTable();
    await table.insert("p", "k", { text: "zero" });
    const etag = (await table.get("p", "k"))?.etag ?? "";
    await table.replace("p", "k", { text: "one" }, etag);

    await expect(table.replace("p", "k", { text: "two" }, etag)).rejects.toThrow(
      RecordChangedError,
    );
    expect((await table.get("p", "k"))?.value.text).toBe("one");
  });

  test(`${name}: replacing a removed record fails, removing it twice does not`, async () => {
    const table = openTable();
    await table.insert("p", "k", { text: "zero" });
    const etag = (await table.get("p", "k"))?.etag ?? "";
    await table.remove("p", "k");
    await table.remove("p", "k");

    await expect(table.replace("p", "k", { text: "one" }, etag)).rejects.toThrow(
      RecordChangedError,
    );
  });

  test(`${name}: many records come back page by page in the order of their keys`, async () => {
    const table = openTable();
    const keys = Array.from({ length: 250 }, (_, index) => `k${String(index).padStart(4, "0")}`);
    await table.putMany(
      "p",
      keys.map((key) => ({ key, value: { text: key } })),
    );
    await table.put("other", "k0000", { text: "elsewhere" });

    const first = await table.list("p", { top: 100 });
    expect(first.records).toHaveLength(100);
    expect(first.continuationToken).not.toBeNull();
    expect(await keysOf(listAll(table, "p", { top: 100 }))).toEqual(keys);
  });

  test(`${name}: a list can begin behind a key, keep to a prefix and to an indexed field`, async () => {
    const table = openTable();
    await table.putMany(
      "p",
      ["a1", "a2", "b1", "b2"].map((key) => ({
        key,
        value: { text: key, kind: key.endsWith("1") ? "it's odd" : "even" },
      })),
    );

    expect(await keysOf(listAll(table, "p", { after: "a2" }))).toEqual(["b1", "b2"]);
    expect(await keysOf(listAll(table, "p", { prefix: "a" }))).toEqual(["a1", "a2"]);
    expect(await keysOf(listAll(table, "p", { where: { kind: "it's odd" } }))).toEqual([
      "a1",
      "b1",
    ]);
  });

  test(`${name}: a cleared partition is empty and its neighbours are not`, async () => {
    const table = openTable();
    const records = Array.from({ length: 120 }, (_, index) => ({
      key: `k${index}`,
      value: { text: "x" },
    }));
    await table.putMany("p", records);
    await table.put("q", "k", { text: "y" });
    await table.clear("p");
    await table.clear("never");

    expect(await keysOf(listAll(table, "p"))).toEqual([]);
    expect(await keysOf(listAll(table, "q"))).toEqual(["k"]);
  });

  test(`${name}: any printable key survives`, async () => {
    const table = openTable();
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 30 }),
        async (key) => {
          await table.put("p", key, { text: key });
          expect((await table.get("p", key))?.value.text).toBe(key);
        },
      ),
      { numRuns: 20 },
    );
  });
}
