import { z } from "zod";

import { jsonAnswer, type HttpAnswer, type HttpCall } from "./message.ts";

/** A scripted fault: which requests it meets, how often, and what happens to them. */
export const Fault = z.strictObject({
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).optional(),
  /** Regular expression over path and query, such as `/activate$`. */
  path: z.string().min(1),
  /** Only requests whose token is of this tenant. */
  tenantId: z.guid().optional(),
  /** How many matching requests are hit. */
  times: z.int().positive().default(1),
  /** How many matching requests pass first. */
  after: z.int().nonnegative().default(0),
  behaviour: z.enum(["status", "resetBefore", "resetAfterCommit"]),
  status: z.int().min(400).max(599).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
});
export type Fault = z.infer<typeof Fault>;

interface ScriptedFault extends Fault {
  readonly id: number;
  readonly pattern: RegExp;
  seen: number;
  hits: number;
}

/** Faults in the order they were added; the first that matches and is not used up decides. Kept in memory only. */
export class Faults {
  #faults: ScriptedFault[] = [];
  #count = 0;

  add(fault: Fault): number {
    this.#count += 1;
    this.#faults.push({
      ...fault,
      id: this.#count,
      pattern: new RegExp(fault.path),
      seen: 0,
      hits: 0,
    });
    return this.#count;
  }

  list(): readonly (Fault & { readonly id: number; readonly hits: number })[] {
    return this.#faults.map(({ pattern: _pattern, seen: _seen, ...fault }) => fault);
  }

  clear(): void {
    this.#faults = [];
  }

  /** The fault that this request meets, counted, or null. */
  meet(call: HttpCall): Fault | null {
    for (const fault of this.#faults) {
      const matches =
        (fault.method === undefined || fault.method === call.method) &&
        (fault.tenantId === undefined || fault.tenantId === claimedTenant(call)) &&
        fault.pattern.test(call.target);
      if (!matches || fault.hits >= fault.times) continue;
      fault.seen += 1;
      if (fault.seen <= fault.after) continue;
      fault.hits += 1;
      return fault;
    }
    return null;
  }
}

/** The answer of a "status" fault: its own body, or Graph's envelope with a fitting code. */
export function faultAnswer(fault: Fault): HttpAnswer {
  const status = fault.status ?? 503;
  const code =
    status === 429 ? "TooManyRequests" : status >= 500 ? "ServiceUnavailable" : "UnknownError";
  return jsonAnswer(
    status,
    fault.body ?? { error: { code, message: "Scripted fault of the simulator." } },
    Object.fromEntries(
      Object.entries(fault.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    ),
  );
}

/** The tenant that a token claims, without checking the token. */
export function claimedTenant(call: HttpCall): string | null {
  const body = call.headers["authorization"]?.split(".")[1];
  if (body === undefined) return null;
  try {
    const claims = JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as { tid?: string };
    return claims.tid ?? null;
  } catch {
    return null;
  }
}
