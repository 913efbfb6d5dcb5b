import { expect, test } from "@jest/globals";

import { cutPage, type PageOptions } from "../../../../simulator/odata/page.ts";
import { parseQuery } from "../../../../simulator/odata/query.ts";

const ITEMS = Array.from({ length: 7 }, (_, index) => ({
  id: `${index}`,
  name: index % 2 === 0 ? "even" : "odd",
  parts: { size: index },
}));

const ALL = ["$select", "$filter", "$top", "$skiptoken", "$expand", "$count"] as const;

function page(search: string, options: Partial<PageOptions<(typeof ITEMS)[number]>> = {}) {
  const { body } = cutPage(
    {
      items: ITEMS,
      toJson: (item) => ({ ...item }),
      context: "things",
      filterable: ["name", "parts/size"],
      pageSize: 3,
      ...options,
    },
    {
      query: parseQuery(search, ALL),
      baseUrl: "http://graph.test",
      path: "/things",
      version: "v1.0",
      isEventual: false,
    },
  );
  return body as {
    "@odata.count"?: number;
    "@odata.nextLink"?: string;
    value: readonly { id: string }[];
  };
}

function follow(search: string, options: Parameters<typeof page>[1] = {}): string[] {
  const ids: string[] = [];
  for (let next: string | undefined = search; next !== undefined;) {
    const { value, "@odata.nextLink": link } = page(next, options);
    ids.push(...value.map(({ id }) => id));
    next = link?.slice(link.indexOf("?"));
  }
  return ids;
}

test("pages put one after another are the list, filtered and cut as asked", () => {
  expect(follow("")).toEqual(["0", "1", "2", "3", "4", "5", "6"]);
  expect(follow("?$filter=name eq 'odd'&$top=2")).toEqual(["1", "3", "5"]);
  expect(follow("?$filter=Parts/Size ge 5")).toEqual(["5", "6"]);
});

test("a next link is absolute, or begins below the version, and keeps what was asked", () => {
  const absolute = page("?$top=2&$select=name")["@odata.nextLink"];
  expect(absolute).toMatch(/^http:\/\/graph\.test\/v1\.0\/things\?.*\$skiptoken=[\w-]+$/);
  expect(absolute).toContain("$top=2");
  const relative = page("?$top=2&$select=name", { isLinkRelative: true })["@odata.nextLink"];
  expect(relative).toBe(absolute?.replace("http://graph.test/v1.0", ""));
  expect(follow("?$top=2", { isLinkRelative: true })).toHaveLength(ITEMS.length);
});

test("a skip token belongs to its query and cannot be made up", () => {
  const token = /\$skiptoken=([\w-]+)/.exec(page("")["@odata.nextLink"] ?? "")?.[1] ?? "";
  expect(page(`?$skiptoken=${token}`).value[0]?.id).toBe("3");
  expect(() => page(`?$filter=name eq 'odd'&$skiptoken=${token}`)).toThrow("skip token");
  expect(() => page("?$skiptoken=3")).toThrow("skip token");
});

test("$select keeps the id, and what $expand adds whatever it says in parentheses", () => {
  expect(page("?$top=1&$select=NAME").value).toEqual([{ id: "0", name: "even" }]);
  const expanded = page("?$top=1&$select=id&$expand=parts($select=size,weight;$top=2)");
  expect(expanded.value).toEqual([{ id: "0", parts: { size: 0 } }]);
});

test("a property that cannot be filtered is refused by name", () => {
  expect(() => page("?$filter=id eq '1'")).toThrow("property 'id'");
});

test("the directory counts only for who accepts what lags behind; others always count", () => {
  expect(page("?$count=true")["@odata.count"]).toBe(7);
  expect(page("?$count=true", { isDirectory: true })["@odata.count"]).toBeUndefined();
});
