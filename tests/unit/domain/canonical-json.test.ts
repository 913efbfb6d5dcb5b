import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { canonicalJson } from "../../../src/domain/canonical-json.ts";

test("writes members in the order of their names, without white space", () => {
  expect(canonicalJson({ b: [1, { d: null, c: true }], a: 'x"y', 10: 0.5 })).toBe(
    '{"10":0.5,"a":"x\\"y","b":[1,{"c":true,"d":null}]}',
  );
});

test("writes the same text for a value whatever the order of its members", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(reversed)).toBe(canonicalJson(value));
    }),
  );
});

test("means what JSON means", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test.each([
  [undefined],
  [Number.NaN],
  [Number.POSITIVE_INFINITY],
  [() => 1],
  [{ a: undefined }],
  [[undefined]],
])("refuses %p, which JSON cannot say", (value) => {
  expect(() => canonicalJson(value)).toThrow(TypeError);
});
