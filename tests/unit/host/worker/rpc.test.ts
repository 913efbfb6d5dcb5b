import { expect, test } from "@jest/globals";
import { outputMessages } from "../../../../host/triggers/queue-output.ts";
import { rpcToText, toRpc } from "../../../../host/worker/rpc.ts";

test.each([
  ["text", { string: "text" }],
  [7, { int: 7 }],
  [7.5, { double: 7.5 }],
  [true, { json: "true" }],
  [null, { json: "null" }],
  [undefined, { json: "null" }],
  [{ a: 1 }, { json: '{"a":1}' }],
])("hands %p to the worker", (value, rpc) => {
  expect(toRpc(value)).toEqual(rpc);
});

test("hands bytes to the worker as they are", () => {
  const bytes = new Uint8Array([0, 255]);
  expect(toRpc(bytes)).toEqual({ bytes });
});

test.each([
  [{ string: "text" }, ["text"]],
  [{ json: '{"a":1}' }, ['{\n  "a": 1\n}']],
  [{ json: '"text"' }, ["text"]],
  [{ json: '["one",{"a":1}]' }, ["one", '{\n  "a": 1\n}']],
  [{ json: "[]" }, []],
  [{ int: 7 }, ["7"]],
  [{ bytes: Buffer.from("ä") }, ["ä"]],
])("a queue output %p is the messages %p", (data, messages) => {
  expect(outputMessages(data)).toEqual(messages);
});

test("nothing stays nothing", () => {
  expect([rpcToText(null), rpcToText(undefined)]).toEqual([null, null]);
});
