import { uniqueDigits } from "../unique-id.ts";
import type { InstanceRecord } from "./instance-record.ts";

export const newExecutionId = uniqueDigits;

/** A new instance before its first turn. Input is JSON text. */
export function newInstance(start: {
  readonly instanceId: string;
  readonly name: string;
  readonly version: string | null;
  readonly input: string | null;
  readonly now: number;
}): InstanceRecord {
  const { now, ...given } = start;
  return {
    ...given,
    executionId: newExecutionId(),
    execution: 0,
    status: "Pending",
    createdAt: now,
    updatedAt: now,
    output: null,
    customStatus: null,
    parent: null,
    turns: 0,
    openActivities: 0,
  };
}
