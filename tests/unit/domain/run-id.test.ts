import { expect, test } from "@jest/globals";
import { createRunId } from "../../../src/domain/run-id.ts";

test("ids of later runs sort before those of earlier ones", () => {
  const earlier = createRunId(Date.parse("2026-03-02T06:00:00Z"), "ffff");
  const later = createRunId(Date.parse("2026-03-02T06:00:00.001Z"), "0000");

  expect(later < earlier).toBe(true);
  expect(later).toMatch(/^\d{14}-0000$/u);
});
