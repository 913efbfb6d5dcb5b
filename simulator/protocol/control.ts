import { z } from "zod";

import type { Engine } from "../core/engine.ts";
import { iso } from "../core/iso.ts";
import { runMassDeletion } from "../scenarios/mass-deletion.ts";
import { runRansomware } from "../scenarios/ransomware.ts";
import { Fault, type Faults } from "./faults.ts";
import { jsonAnswer, type HttpAnswer, type HttpCall } from "./message.ts";

interface ControlContext {
  readonly engine: Engine;
  readonly faults: Faults;
  readonly canAdvance: boolean;
}

const Advance = z.union([
  z.strictObject({ advanceTo: z.iso.datetime({ offset: true }) }),
  z.strictObject({ advanceBySeconds: z.number().positive() }),
]);

/** The instant (Unix milliseconds) that a valid `POST /simulator/clock` asks for; null for every other request. */
export function advanceTarget(call: HttpCall, engine: Engine): number | null {
  if (call.method !== "POST" || call.target !== "/simulator/clock") return null;
  const parsed = Advance.safeParse(jsonOrNull(call));
  if (!parsed.success) return null;
  return "advanceTo" in parsed.data
    ? Date.parse(parsed.data.advanceTo)
    : engine.now() + parsed.data.advanceBySeconds * 1_000;
}

function jsonOrNull(call: HttpCall): unknown {
  try {
    return bodyOf(call);
  } catch {
    return null;
  }
}

const JournalQuery = z.strictObject({
  after: z.coerce.number().int().nonnegative().optional(),
  tenantId: z.guid().optional(),
  effectsOnly: z.enum(["true", "false"]).optional(),
  limit: z.coerce.number().int().positive().max(10_000).optional(),
});

/** `/simulator/…`: what is not Graph. Health, clock, journal, faults and scenarios, for tests and demonstrations. */
export function answerControl(call: HttpCall, context: ControlContext): HttpAnswer {
  const url = new URL(call.target, "http://simulator");
  const name = `${call.method} ${url.pathname.slice("/simulator".length)}`;
  try {
    return dispatch(name, url, call, context);
  } catch (error) {
    if (error instanceof z.ZodError) {
      return problem(
        400,
        "The request is not valid.",
        error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
      );
    }
    if (error instanceof SyntaxError) return problem(400, error.message);
    throw error;
  }
}

function dispatch(
  name: string,
  url: URL,
  call: HttpCall,
  { engine, faults, canAdvance }: ControlContext,
): HttpAnswer {
  switch (name) {
    case "GET /health":
      return jsonAnswer(200, {
        status: "ok",
        now: iso(engine.now()),
        tenants: engine.world.estate.tenants.map(({ tenantId, displayName, domain }) => ({
          tenantId,
          displayName,
          domain,
        })),
      });
    case "GET /clock":
      return jsonAnswer(200, { now: new Date(engine.now()).toISOString() });
    case "POST /clock":
      if (!canAdvance) {
        return problem(409, "Only a simulator that owns a virtual clock can move it.");
      }
      Advance.parse(bodyOf(call));
      engine.advance();
      return jsonAnswer(200, { now: new Date(engine.now()).toISOString() });
    case "GET /journal": {
      engine.advance();
      const query = JournalQuery.parse(Object.fromEntries(url.searchParams));
      const value = engine.journal.list({
        ...(query.after === undefined ? {} : { after: query.after }),
        ...(query.tenantId === undefined ? {} : { tenantId: query.tenantId.toLowerCase() }),
        ...(query.limit === undefined ? {} : { limit: query.limit }),
        effectsOnly: query.effectsOnly === "true",
      });
      return jsonAnswer(200, { value, after: value.at(-1)?.sequence ?? query.after ?? 0 });
    }
    case "GET /faults":
      return jsonAnswer(200, { value: faults.list() });
    case "POST /faults":
      return jsonAnswer(201, { id: faults.add(Fault.parse(bodyOf(call))) });
    case "DELETE /faults":
      faults.clear();
      return { status: 204, headers: {}, bytes: new Uint8Array() };
    case "POST /scenarios/ransomware":
      return jsonAnswer(200, runRansomware(engine, bodyOf(call)));
    case "POST /scenarios/mass-deletion":
      return jsonAnswer(200, runMassDeletion(engine, bodyOf(call)));
    default:
      return problem(404, `The simulator's control API has no ${name}.`);
  }
}

function bodyOf(call: HttpCall): unknown {
  return call.bytes.length === 0 ? {} : JSON.parse(Buffer.from(call.bytes).toString("utf8"));
}

function problem(status: number, title: string, errors: readonly string[] = []): HttpAnswer {
  return jsonAnswer(
    status,
    { title, status, ...(errors.length === 0 ? {} : { errors }) },
    { "content-type": "application/problem+json" },
  );
}
