import { z } from "zod";

import { backupOf } from "../backup/backup-state.ts";
import { ERROR_CATALOGUE } from "../backup/error-catalogue.ts";
import { resourceHeld, unitFailed, unitStalled } from "../backup/protection-events.ts";
import { unitStatusAt, type ProtectionUnit } from "../backup/protection-unit.ts";
import { SERVICES } from "../backup/service-kind.ts";
import type { Context } from "../core/context.ts";
import { fraction } from "../core/random.ts";
import { At, atOf, defineScenario, ScenarioRefusal, Seed, TenantId } from "./scenario.ts";
import { rankBySeed } from "./strike.ts";

const CHOICE = {
  tenantId: TenantId,
  service: z.enum(SERVICES).optional().describe("Only units of this service."),
  units: z.int().positive().optional().describe("How many protected units."),
  share: z.number().gt(0).max(1).optional().describe("Or which share of them."),
  unitIds: z.array(z.string().min(1)).min(1).optional().describe("Or which: protection unit ids."),
  seed: Seed,
};
interface Choice {
  readonly service?: ProtectionUnit["service"] | undefined;
  readonly units?: number | undefined;
  readonly share?: number | undefined;
  readonly unitIds?: readonly string[] | undefined;
  readonly seed: number;
}
const isOneChoice = ({ units, share, unitIds }: Choice) =>
  [units, share, unitIds].filter((given) => given !== undefined).length === 1;
const ONE_CHOICE = { message: "Give one of units, share and unitIds." };

const Answer = z.strictObject({
  units: z.array(
    z.strictObject({ id: z.string(), service: z.enum(SERVICES), resourceId: z.string() }),
  ),
  at: At,
});

export const unitStall = defineScenario({
  name: "unit-stalled",
  summary: "Units get no more restore points, and nothing reports it: they only grow stale.",
  input: z.strictObject(CHOICE).refine(isOneChoice, ONE_CHOICE),
  answer: Answer,
  run: (context, input) =>
    troubleUnits(context, input, ({ id }) => {
      context.emit(unitStalled, { unitId: id });
    }),
});

export const unitFailure = defineScenario({
  name: "unit-failed",
  summary:
    "Backup of units goes wrong: they are unprotected with an error until their policy is activated again.",
  input: z
    .strictObject({
      ...CHOICE,
      code: z
        .string()
        .min(1)
        .optional()
        .describe("Code of the error (default: by service); the documented ones have a message."),
      message: z.string().min(1).optional(),
    })
    .refine(isOneChoice, ONE_CHOICE),
  answer: Answer,
  run: (context, input) =>
    troubleUnits(context, input, ({ id, service }) => {
      const code = input.code ?? (service === "exchange" ? "QuotaExceeded" : "UnknownError");
      const documented = Object.values(ERROR_CATALOGUE.unitItem).find((row) => row.code === code);
      const error = { code, message: input.message ?? documented?.message ?? code };
      context.emit(unitFailed, { unitId: id, error });
    }),
});

export const resourceHold = defineScenario({
  name: "resource-held",
  summary:
    "A preservation lock is put on what units protect, or taken off: it cannot be restored in place meanwhile.",
  input: z
    .strictObject({
      ...CHOICE,
      isHeld: z.boolean().default(true).describe("False takes the lock off."),
    })
    .refine(isOneChoice, ONE_CHOICE),
  answer: Answer,
  run: (context, input) =>
    troubleUnits(context, input, ({ resourceId }) => {
      context.emit(resourceHeld, { resourceId, isHeld: input.isHeld });
    }),
});

function troubleUnits(
  context: Context,
  choice: Choice,
  trouble: (unit: ProtectionUnit) => void,
): z.infer<typeof Answer> {
  const chosen = chooseProtectionUnits(context, choice);
  for (const unit of chosen) trouble(unit);
  return {
    units: chosen.map(({ id, service, resourceId }) => ({ id, service, resourceId })),
    ...atOf(context),
  };
}

function chooseProtectionUnits(context: Context, choice: Choice): readonly ProtectionUnit[] {
  const { units } = backupOf(context);
  if (choice.unitIds !== undefined) {
    return choice.unitIds.map((id) => {
      const unit = units.get(id);
      if (unit === undefined) throw new ScenarioRefusal(`There is no protection unit ${id}.`);
      return unit;
    });
  }
  const list = choice.service === undefined ? units.all() : units.ofService(choice.service);
  const candidates: ProtectionUnit[] = [];
  for (let index = 0; index < list.length; index += 1) {
    const unit = list.at(index);
    if (unit !== undefined && unitStatusAt(unit, context.now) === "protected") {
      candidates.push(unit);
    }
  }
  if (candidates.length === 0) throw new ScenarioRefusal("The tenant has no protected units.");
  const wanted = choice.units ?? Math.ceil((choice.share ?? 0) * candidates.length);
  return rankBySeed(candidates, ({ id }) => fraction("scenario", choice.seed, "unit", id)).slice(
    0,
    wanted,
  );
}
