import { fraction } from "../core/random.ts";
import { claimedTenant } from "../protocol/faults.ts";
import type { HttpCall } from "../protocol/message.ts";
import type { FaultKind, SeededFaults } from "./seeded-faults.ts";

/** Kinds that hit single requests, in the order in which their shares of the draw are laid out. */
const DRAWN: readonly FaultKind[] = [
  "serverError",
  "errorAfterCommit",
  "slow",
  "resetBefore",
  "resetAfterCommit",
  "truncated",
  "expiredToken",
  "staleRead",
  "missingResults",
  "wrongResults",
];

/** The fault that request `number` draws, or null. Depends on the seed, the number and the filters only. */
export function drawFault(faults: SeededFaults, number: number, call: HttpCall): FaultKind | null {
  if (!isMeant(faults, call)) return null;
  const storm = Math.floor(number / faults.stormRequests);
  if (fraction(faults.seed, "storm", storm) < (faults.rates.throttled ?? 0)) return "throttled";
  let rest = fraction(faults.seed, "request", number);
  for (const kind of DRAWN) {
    rest -= faults.rates[kind] ?? 0;
    if (rest < 0) return kind;
  }
  return null;
}

function isMeant({ path, methods, tenantId }: SeededFaults, call: HttpCall): boolean {
  return (
    (path === undefined || new RegExp(path).test(call.target)) &&
    (methods === undefined || methods.some((method) => method === call.method)) &&
    (tenantId === undefined || claimedTenant(call)?.toLowerCase() === tenantId.toLowerCase())
  );
}
