import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { parseJsonWithComments } from "../../../../host/settings/json-with-comments.ts";

test("a bracket in a comment after a comma does not take the comma away", () => {
  const text = '{ "a": 1, // [{"b": 2}]\n "c": [3, /* ] */ 4,], }';
  expect(parseJsonWithComments(text)).toEqual({ a: 1, c: [3, 4] });
});

test("the settings that people are told to copy can be read", async () => {
  const sample = await readFile(
    new URL("../../../../local.settings.sample.json", import.meta.url),
    "utf8",
  );
  expect(parseJsonWithComments(sample)).toHaveProperty("Values.Tenants", "[]");
});
