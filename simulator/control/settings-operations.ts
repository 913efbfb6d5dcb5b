import { z } from "zod";

import { backupState } from "../backup/backup-state.ts";
import { settingsChanged } from "../backup/control-events.ts";
import { BackupOptions, DurationChanges, LimitChanges } from "../backup/settings.ts";
import type { Engine } from "../core/engine.ts";
import {
  inMinutes,
  TimingChanges,
  timingsChanged,
  timingState,
} from "../multitenant/timing-settings.ts";
import { defineOperation, type Operation } from "./operation.ts";

const Changes = z.strictObject({
  durations: z
    .strictObject({ backup: DurationChanges.optional(), multitenant: TimingChanges.optional() })
    .optional(),
  limits: z.strictObject({ backup: LimitChanges.optional() }).optional(),
  options: z.strictObject({ backup: BackupOptions.optional() }).optional(),
});

const Settings = z.strictObject({
  durations: z.strictObject({
    backup: z
      .record(z.string(), z.unknown())
      .describe("Minutes, or days where the name says so; min and max where the seed draws."),
    multitenant: z
      .record(z.string(), z.strictObject({ min: z.number(), max: z.number() }))
      .describe("Minutes."),
  }),
  limits: z.strictObject({
    backup: z
      .record(z.string(), z.number().nullable())
      .describe("null: a cap that is not enforced."),
  }),
  options: z.strictObject({ backup: BackupOptions }),
});

function read(engine: Engine): z.infer<typeof Settings> {
  const [tenant] = backupState.of(engine).values();
  if (tenant === undefined) throw new Error("An estate has at least one tenant.");
  const { durations, limits, options } = tenant;
  return {
    durations: { backup: { ...durations }, multitenant: inMinutes(timingState.of(engine)) },
    limits: { backup: { ...limits } },
    options: { backup: options },
  };
}

const readSettings = defineOperation({
  method: "GET",
  path: "/settings",
  id: "readSettings",
  summary: "Durations, limits and choices that are in force.",
  answer: Settings,
  run: (_input, { engine }) => read(engine),
});

const changeSettings = defineOperation({
  method: "PUT",
  path: "/settings",
  id: "changeSettings",
  summary:
    "Other durations, limits and choices for what begins from now on, in all tenants; what is left out is as documented.",
  body: Changes,
  answer: Settings,
  run({ body }, { engine }) {
    engine.execute(
      {
        kind: "control",
        tenantId: "",
        method: "PUT",
        path: "/simulator/settings",
        appId: null,
        userId: null,
        requestId: null,
        clientRequestId: null,
      },
      (context) => {
        context.emit(settingsChanged, {
          durations: body.durations?.backup,
          limits: body.limits?.backup,
          options: body.options?.backup,
        });
        context.emit(timingsChanged, { durations: body.durations?.multitenant });
        return { status: 200, code: null };
      },
    );
    return read(engine);
  },
});

/** How the simulated services behave, as a seed says it or as it was changed since. */
export const settingsOperations: readonly Operation[] = [readSettings, changeSettings];
