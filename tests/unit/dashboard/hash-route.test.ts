import { expect, test } from "@jest/globals";
import { formatRoute, parseRoute } from "../../../dashboard/src/routing/hash-route.ts";

test("an empty address is the overview", () => {
  for (const hash of ["", "#", "#/"]) {
    expect(parseRoute(hash)).toEqual({ path: [], query: {} });
  }
});

test("an address keeps ids and filters with any characters through a reload", () => {
  const path = ["restores", "run/1 ä?#"];
  const query = { state: "failed", workload: "a&b=c" };

  expect(parseRoute(formatRoute(path, query))).toEqual({ path, query });
});

test("filters without a value are not in the address", () => {
  expect(formatRoute(["verifications", "v1"], { tenantId: "", verdict: "stale" })).toBe(
    "#/verifications/v1?verdict=stale",
  );
});

test("a part that is not well encoded is taken as it is", () => {
  expect(parseRoute("#/restores/%E0%A4%A").path).toEqual(["restores", "%E0%A4%A"]);
});
