import type { Role } from "../contracts/operation.ts";
import type { RowRule } from "./onboarding-list.ts";
import { holdsRole, type Principal } from "./principal.ts";

const OPERATORS: readonly Role[] = ["Operator", "Admin"];

/**
 * Lets a caller hand in only tenants that it may act on. Onboarding a member also writes to the owner, so that has to be
 * within the caller's roles too.
 */
export function scopeRule(
  principal: Principal,
  known: readonly { readonly tenantId: string; readonly role: "owner" | "member" | null }[],
): RowRule {
  const mayActOn = (tenantId: string) => holdsRole(principal, OPERATORS, tenantId);
  const mayActOnAll = OPERATORS.some((role) => principal.roles.has(role));
  return (row, list) => {
    if (!mayActOn(row.tenantId)) {
      return {
        field: "tenantId",
        expected: "a tenant for which you have the role Operator",
        given: row.tenantId,
      };
    }
    if (mayActOnAll || row.role === "owner") {
      return null;
    }
    const owners = [...known, ...list]
      .filter(({ role, tenantId }) => role === "owner" && tenantId !== row.tenantId)
      .map(({ tenantId }) => tenantId);
    return owners.length > 0 && owners.every(mayActOn)
      ? null
      : {
          field: "role",
          expected: "a member whose owner is a tenant for which you have the role Operator",
          given: row.role,
        };
  };
}
