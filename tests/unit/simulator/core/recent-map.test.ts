import { expect, test } from "@jest/globals";

import { RecentMap } from "../../../../simulator/core/recent-map.ts";

test("remembers its last entries and never more than twice as many", () => {
  const map = new RecentMap<number, number | null>(10);
  const made: number[] = [];
  const read = (key: number) =>
    map.get(key, () => {
      made.push(key);
      return key;
    });
  for (let key = 0; key < 100; key += 1) read(key);
  made.length = 0;
  for (let key = 90; key < 100; key += 1) expect(read(key)).toBe(key);
  expect(made).toEqual([]);
  for (let key = 0; key < 80; key += 1) read(key);
  expect(made).toHaveLength(80);
});

test("makes an entry anew after it was deleted", () => {
  const map = new RecentMap<string, string>(2);
  expect(map.get("a", () => "one")).toBe("one");
  map.delete("a");
  expect(map.get("a", () => "two")).toBe("two");
});

test("looks at an entry without making it or a recent one", () => {
  const map = new RecentMap<string, string>(1);
  expect(map.peek("a")).toBeUndefined();
  map.get("a", () => "one");
  map.get("b", () => "two");
  expect(map.peek("a")).toBe("one");
  map.get("c", () => "three");
  expect(map.peek("a")).toBeUndefined();
  expect(map.peek("b")).toBe("two");
});
