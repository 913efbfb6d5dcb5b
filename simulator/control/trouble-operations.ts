import { z } from "zod";

import { sowFaults } from "../faults/fault-file.ts";
import { faultState, SeededFaults } from "../faults/seeded-faults.ts";
import { THROTTLING_LIMITS } from "../throttling/limits.ts";
import { THROTTLING_MODES } from "../throttling/throttle.ts";
import { defineOperation, type Operation } from "./operation.ts";

const Sown = z.strictObject({ seeded: SeededFaults.nullable() });

const readSeededFaults = defineOperation({
  method: "GET",
  path: "/faults/seeded",
  id: "readSeededFaults",
  summary: "The faults that a seed draws, or null.",
  answer: Sown,
  run: (_input, { engine }) => ({ seeded: faultState.of(engine).seeded }),
});

const sowSeededFaults = defineOperation({
  method: "PUT",
  path: "/faults/seeded",
  id: "sowSeededFaults",
  summary:
    "Lets a seed draw faults from now on, at a rate for each kind; requests are numbered anew.",
  body: SeededFaults,
  answer: Sown,
  run({ body }, { engine }) {
    sowFaults(engine, body);
    return { seeded: faultState.of(engine).seeded };
  },
});

const stopSeededFaults = defineOperation({
  method: "DELETE",
  path: "/faults/seeded",
  id: "stopSeededFaults",
  summary: "Lets no more faults be drawn.",
  run(_input, { engine }) {
    sowFaults(engine, null);
    return undefined;
  },
});

const Mode = z.enum(THROTTLING_MODES);

const readThrottling = defineOperation({
  method: "GET",
  path: "/throttling",
  id: "readThrottling",
  summary: "Whether requests are throttled, by which limits, and how much of each is used.",
  answer: z.strictObject({
    mode: Mode,
    usage: z.array(
      z.strictObject({
        bucket: z.string().describe("Name of the limit and who shares it."),
        usage: z.number().describe("Share of the quota: from 1 on requests are refused."),
      }),
    ),
    limits: z.array(
      z.strictObject({
        name: z.string(),
        workload: z.string(),
        scope: z.string(),
        measure: z.string(),
        quota: z
          .union([z.int(), z.array(z.strictObject({ users: z.int().nullable(), quota: z.int() }))])
          .nullable()
          .describe("Per window; by the tenant's size (null: any); null: none is published."),
        windowMs: z.int(),
        source: z.string(),
        date: z.string(),
      }),
    ),
  }),
  run: (_input, { engine, throttle }) => ({
    mode: throttle.mode,
    usage: [...throttle.usage(engine.now())],
    limits: THROTTLING_LIMITS.map((limit) => ({
      ...limit,
      quota: Array.isArray(limit.quota)
        ? limit.quota.map(({ users, quota }) => ({
            users: Number.isFinite(users) ? users : null,
            quota,
          }))
        : (limit.quota as number | null),
    })),
  }),
});

const setThrottling = defineOperation({
  method: "PUT",
  path: "/throttling",
  id: "setThrottling",
  summary: "Throttles requests as documented, or not at all; all quotas are full again.",
  body: z.strictObject({ mode: Mode }),
  answer: z.strictObject({ mode: Mode }),
  run({ body }, { throttle }) {
    throttle.setMode(body.mode);
    return { mode: throttle.mode };
  },
});

/** Seeded faults and throttling. */
export const troubleOperations: readonly Operation[] = [
  readSeededFaults,
  sowSeededFaults,
  stopSeededFaults,
  readThrottling,
  setThrottling,
];
