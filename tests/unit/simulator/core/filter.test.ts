import { expect, test } from "@jest/globals";

import { GraphError } from "../../../../simulator/core/graph-error.ts";
import { equalTo, evaluate, parseFilter } from "../../../../simulator/odata/filter.ts";

const item = {
  name: "Ada O'Hara",
  count: 3,
  isOn: true,
  none: null,
  at: "2026-03-02T06:00:00Z",
  from: { address: "ada@contoso.com" },
};

test.each([
  ["name eq 'ADA o''hara'", true],
  ["name ne 'x'", true],
  ["count gt 2 and count le 3", true],
  ["count lt 3 or isOn eq true", true],
  ["not (count ge 3)", false],
  ["isOn eq false or (count eq 3 and name eq 'nobody')", false],
  ["none eq null", true],
  ["missing eq null", true],
  ["missing eq 'x'", false],
  ["missing ne 'x'", true],
  ["at ge 2026-03-02T05:59:59.5Z", true],
  ["at lt 2026-03-02T07:00:00+01:00", false],
  ["startsWith(name,'ada')", true],
  ["endsWith(from/address, 'contoso.com')", true],
  ["contains(name,'zz')", false],
  ["count in (1, 2, 3)", true],
])("%s is %s", (text, wanted) => {
  expect(evaluate(parseFilter(text), item, true)).toBe(wanted);
});

test.each(["name eq", "eq 'x'", "name is 'x'", "(name eq 'x'", "name eq 'x' extra", "name eq 'x"])(
  "refuses %s",
  (text) => {
    expect(() => parseFilter(text)).toThrow(GraphError);
  },
);

test("refuses more clauses than Graph takes", () => {
  const long = Array.from({ length: 101 }, (_, index) => `id eq '${index}'`).join(" or ");
  expect(() => parseFilter(long)).toThrow("too many clauses");
});

test("recognizes a plain look-up", () => {
  expect(equalTo(parseFilter("id eq '7'"), "id")).toBe("7");
  expect(equalTo(parseFilter("id eq '7' or id eq '8'"), "id")).toBeNull();
});
