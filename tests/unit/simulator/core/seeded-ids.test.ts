import { expect, test } from "@jest/globals";
import * as fc from "fast-check";

import { SeededIds } from "../../../../simulator/core/seeded-ids.ts";

const ids = new SeededIds(42, "tenant");

test("turns a number into a GUID and back", () => {
  fc.assert(
    fc.property(fc.nat({ max: 0xffff_ffff }), fc.constantFrom("user", "site"), (index, kind) => {
      const guid = ids.guid(kind, index);
      expect(guid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(ids.indexOf(kind, guid.toUpperCase())).toBe(index);
    }),
  );
});

test("knows no number behind ids of another kind or tenant, or behind other texts", () => {
  expect(ids.indexOf("site", ids.guid("user", 7))).toBeNull();
  expect(new SeededIds(42, "other").indexOf("user", ids.guid("user", 7))).toBeNull();
  fc.assert(
    fc.property(fc.oneof(fc.uuid(), fc.string()), (text) => {
      expect(ids.indexOf("user", text)).toBeNull();
    }),
  );
});
