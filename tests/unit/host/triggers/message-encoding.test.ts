import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { decodeMessage, encodeMessage } from "../../../../host/triggers/message-encoding.ts";

test("what was encoded is decoded again, whatever the text", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("base64" as const, "none" as const),
      (text, encoding) => {
        expect(decodeMessage(encodeMessage(text, encoding), encoding)).toBe(text);
      },
    ),
  );
});

test.each(["{}", "abc", "a=bc", "not base64!", "YQ=", "===="])(
  "%p is no base64 and cannot be decoded",
  (text) => {
    expect(decodeMessage(text, "base64")).toBeNull();
  },
);

test("line breaks within base64 are allowed, and broken UTF-8 becomes replacement characters", () => {
  expect(decodeMessage("YWJj\r\nZGVm\n", "base64")).toBe("abcdef");
  expect(decodeMessage("/w==", "base64")).toBe("\uFFFD");
});
