import { z } from "zod";

import type { Engine, Entry } from "../core/engine.ts";
import { Fault, type Faults } from "../protocol/faults.ts";
import { faultState, faultsSown, SeededFaults } from "./seeded-faults.ts";

/** What an option file holds: the same bodies that the control API takes. */
export const FaultFile = z.strictObject({
  seeded: SeededFaults.optional(),
  scripted: z.array(Fault).optional(),
});
export type FaultFile = z.infer<typeof FaultFile>;

/** Makes the faults of a file happen; those that are sown replace what was sown before. */
export function applyFaultFile(file: FaultFile, engine: Engine, faults: Faults): void {
  for (const fault of file.scripted ?? []) faults.add(fault);
  if (file.seeded !== undefined) sowFaults(engine, file.seeded);
}

/** Sows faults from now on, or with null no more; journaled like any change. */
export function sowFaults(engine: Engine, seeded: SeededFaults | null): void {
  if (seeded === null && faultState.of(engine).seeded === null) return;
  engine.execute(ENTRY, (context) => {
    context.emit(faultsSown, { seeded });
    return { status: 200, code: null };
  });
}

const ENTRY: Entry = {
  kind: "control",
  tenantId: "",
  method: "PUT",
  path: "/simulator/faults/seeded",
  appId: null,
  userId: null,
  requestId: null,
  clientRequestId: null,
};
