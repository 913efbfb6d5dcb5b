import { expect, test } from "@jest/globals";
import { refuse, REFUSALS, type RefusalName } from "../../../../simulator/multitenant/refusals.ts";

const names = Object.keys(REFUSALS) as RefusalName[];

test.each(names)("the refusal %s names its origin and fills in what it is about", (name) => {
  const { source, date, status } = REFUSALS[name];
  expect(source).not.toBe("");
  expect(date).toMatch(/^20\d\d-\d\d$/u);
  const error = refuse(name, "some-id");
  expect(error.status).toBe(status);
  expect(error.message).not.toContain("{id}");
});

test("too many requests say when to come back", () => {
  expect(refuse("tooManyOnDemand").headers).toEqual({ "Retry-After": "10" });
});
