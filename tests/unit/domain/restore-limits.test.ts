import { expect, test } from "@jest/globals";
import { RESTORE_LIMITS } from "../../../src/domain/restore-limits.ts";
import { WORKLOADS } from "../../../src/domain/workload.ts";

test("one run leaves some of the service's active sessions to others", () => {
  const own = RESTORE_LIMITS.parallelWavesPerWorkload * WORKLOADS.length;
  expect(own).toBeLessThan(RESTORE_LIMITS.activeSessionsPerTenant);
});
