import { z } from "zod";

import { iso } from "../core/iso.ts";
import { ControlRefusal, defineOperation, type ControlContext } from "./operation.ts";
import { Snapshot, type SnapshotStore } from "./snapshot-store.ts";

const IN_MEMORY = "This simulator keeps everything in memory: start it with --data.";

const createSnapshot = defineOperation({
  method: "POST",
  path: "/snapshots",
  id: "createSnapshot",
  summary:
    "Copies the data as it is now; continuity simulate --data starts from the copy's directory.",
  body: z.strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "Small letters, digits and hyphens.")
      .optional()
      .describe("Default: the number of the last transaction."),
  }),
  status: 201,
  answer: Snapshot,
  refusals: { 409: "The name is taken, or everything is in memory." },
  async run({ body }, context) {
    const { engine } = context;
    const snapshots = storeOf(context);
    engine.advance();
    const state = { at: iso(engine.now()), sequence: engine.sequence };
    // What was answered before this request is on disk already; what this request let happen is afterwards.
    await engine.durable();
    const name = body.name ?? `transaction-${state.sequence}`;
    const snapshot = await snapshots.create(name, state);
    if (snapshot === null) throw new ControlRefusal(409, `There is a snapshot ${name} already.`);
    return snapshot;
  },
});

const listSnapshots = defineOperation({
  method: "GET",
  path: "/snapshots",
  id: "listSnapshots",
  summary: "The snapshots that were made, oldest first.",
  answer: z.strictObject({ value: z.array(Snapshot) }),
  run: async (_input, { snapshots }) => ({
    value: snapshots === null ? [] : await snapshots.list(),
  }),
});

export const snapshotOperations = [createSnapshot, listSnapshots];

function storeOf({ snapshots }: ControlContext): SnapshotStore {
  if (snapshots === null) throw new ControlRefusal(409, IN_MEMORY);
  return snapshots;
}
