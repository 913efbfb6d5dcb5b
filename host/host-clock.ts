import type { WorkClock } from "../clock/clock.ts";
import { ClockSpecError } from "../clock/clock-spec.ts";
import { createClock, type ClockMemory } from "../clock/create-clock.ts";
import { crashPoint } from "./crash-points.ts";
import { HostError } from "./host-error.ts";
import type { HostStore } from "./store/store.ts";

const NAMESPACE = "clock";
const KEY = "memory";

const readMemory = (store: HostStore): ClockMemory | null =>
  (store.readRecord(NAMESPACE, KEY) as ClockMemory | undefined) ?? null;

/**
 * The host's clock. What it must not forget is in the host's store, so a restart goes on from there.
 * @throws HostError for an unreadable specification or an owner that does not answer
 */
export async function openHostClock(
  spec: string,
  store: HostStore,
  requires: readonly string[],
): Promise<WorkClock> {
  const memory: ClockMemory | null = readMemory(store);
  try {
    return await createClock(spec, {
      name: `host-${process.pid}`,
      memory,
      requires,
      async persist(changed) {
        await store.writeRecord(NAMESPACE, KEY, { ...memory, ...changed });
        crashPoint("clock-instant-stored");
      },
    });
  } catch (error) {
    if (error instanceof ClockSpecError || spec.startsWith("http")) {
      throw new HostError("clock", error instanceof Error ? error.message : String(error), error);
    }
    throw error;
  }
}
