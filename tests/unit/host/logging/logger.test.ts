import { expect, test } from "@jest/globals";
import { createLogger, minimumLevel, type LogEntry } from "../../../../host/logging/logger.ts";

test.each([
  ["Function.one.User", "warning"],
  ["Function.two", "error"],
  ["Functional", "critical"],
  ["Host.Startup", "critical"],
  ["function.ONE", "warning"],
])("the longest prefix that fits decides: %s from %s on", (category, level) => {
  const levels = { default: "critical", Function: "error", "Function.one": "warning" } as const;
  expect(minimumLevel(levels, category)).toBe(level);
});

test("writes what is at or above the minimum, and never what has the level none", () => {
  const written: LogEntry[] = [];
  const logger = createLogger({ Function: "warning" }, (entry) => written.push(entry));
  logger.log("information", "Function.one", "dropped");
  logger.log("warning", "Function.one", "kept");
  logger.log("none", "Function.one", "dropped");
  logger.log("information", "Host", "kept");
  logger.log("debug", "Host", "dropped");
  expect(written.map(({ message }) => message)).toEqual(["kept", "kept"]);
});
