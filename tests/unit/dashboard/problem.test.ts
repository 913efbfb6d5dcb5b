import { expect, test } from "@jest/globals";
import { continuationTokenOf } from "../../../dashboard/src/api/page.ts";
import {
  ApiProblem,
  fieldErrorsAt,
  parseProblem,
  problemOf,
} from "../../../dashboard/src/api/problem.ts";

test("problem details are shown as the API gave them", () => {
  const given = { type: "about:blank", title: "Conflict", status: 409, detail: "Another plan." };

  expect(parseProblem(409, JSON.stringify(given))).toEqual(given);
  expect(problemOf(new ApiProblem(parseProblem(409, JSON.stringify(given))))).toEqual(given);
});

test.each(["<html>Bad gateway</html>", "null", ""])(
  "an answer that is no problem details still says its status: %p",
  (text) => {
    expect(parseProblem(502, text)).toMatchObject({ title: "HTTP 502", status: 502 });
  },
);

const error = (field: string) => ({ field, expected: "x", given: "y" });

test("errors of entries belong to the field that holds them, and not to one with a similar name", () => {
  const problem = {
    ...parseProblem(400, ""),
    errors: ["units.sites", "units.sites[2]", "units.sitesOther", "units", ""].map(error),
  };

  expect(fieldErrorsAt(problem, "units.sites").map(({ field }) => field)).toEqual([
    "units.sites",
    "units.sites[2]",
  ]);
  expect(fieldErrorsAt(problem, "").map(({ field }) => field)).toEqual([""]);
  expect(fieldErrorsAt(null, "units")).toEqual([]);
});

test("of the next page's link only the token is used", () => {
  expect(continuationTokenOf("http://internal:9/api/x?top=1&continuationToken=a%2Fb")).toBe("a/b");
  expect(continuationTokenOf("/api/x?top=1")).toBeNull();
  expect(continuationTokenOf(null)).toBeNull();
});
