import { z } from "zod";

import { Fault } from "../protocol/faults.ts";
import { defineOperation, type Operation } from "./operation.ts";

const FaultRow = z.strictObject({ ...Fault.shape, id: z.int(), hits: z.int() });

/** Scripted faults. */
export const faultOperations: readonly Operation[] = [
  defineOperation({
    method: "GET",
    path: "/faults",
    id: "listFaults",
    summary: "The scripted faults and how often each was met.",
    answer: z.strictObject({ value: z.array(FaultRow) }),
    run: (_input, { faults }) => ({ value: [...faults.list()] }),
  }),
  defineOperation({
    method: "POST",
    path: "/faults",
    id: "addFault",
    summary: "Scripts a fault: which requests it meets, how often, and what happens to them.",
    body: Fault,
    status: 201,
    answer: z.strictObject({ id: z.int() }),
    run: ({ body }, { faults }) => ({ id: faults.add(body) }),
  }),
  defineOperation({
    method: "DELETE",
    path: "/faults",
    id: "clearFaults",
    summary: "Takes all scripted faults away; what a seed draws goes on.",
    run(_input, { faults }) {
      faults.clear();
      return undefined;
    },
  }),
];
