import type { Role } from "../../../src/contracts/operation.ts";

/** Who is signed in. The server decides what is allowed; the page only leaves out what would be refused. */
export interface Person {
  readonly name: string;
  /** Null when the platform does not tell. */
  readonly objectId: string | null;
  /** Null when the platform does not tell: then nothing is left out. */
  readonly roles: readonly Role[] | null;
  /** The tenants that the roles hold for; null is every tenant. */
  readonly tenants: readonly string[] | null;
}

export const OPERATORS: readonly Role[] = ["Operator", "Admin"];
export const APPROVERS: readonly Role[] = ["Approver", "Admin"];

/** Whether the person holds one of the roles, for this tenant or (without one) for any. */
export function isAllowed(person: Person, roles: readonly Role[], tenantId?: string): boolean {
  const holdsRole = person.roles === null || person.roles.some((role) => roles.includes(role));
  const coversTenant =
    tenantId === undefined ||
    person.tenants === null ||
    person.tenants.some((id) => id.toLowerCase() === tenantId.toLowerCase());
  return holdsRole && coversTenant;
}

/** Why the person may not approve the run; null when they may. */
export function whyNotApprove(
  person: Person,
  run: { readonly tenantId: string; readonly requestedBy: { readonly objectId: string } },
): string | null {
  if (!isAllowed(person, APPROVERS, run.tenantId)) {
    return "Approving needs the role Approver or Admin for this tenant.";
  }
  if (person.objectId === run.requestedBy.objectId) {
    return "You asked for this run, so another person has to approve it.";
  }
  return null;
}

/** Easy Auth's `/.auth/me`: one entry for each identity provider, with its claims. */
interface PlatformIdentity {
  readonly user_id?: string;
  readonly user_claims?: readonly { readonly typ: string; readonly val: string }[];
}

const ALL_ROLES: readonly Role[] = ["Reader", "Operator", "Approver", "Admin"];

/** Reads either form of `/.auth/me`: the embedded host's object or the platform's list; null when it names nobody. */
export function parsePerson(given: unknown): Person | null {
  if (Array.isArray(given)) {
    return parsePlatformPerson(given[0] as PlatformIdentity | undefined);
  }
  if (typeof given !== "object" || given === null || !("name" in given)) {
    return null;
  }
  const { name, objectId, roles, tenants } = given as Person;
  return { name, objectId, roles, tenants: tenants ?? null };
}

function parsePlatformPerson(identity: PlatformIdentity | undefined): Person | null {
  if (identity === undefined) {
    return null;
  }
  const claims = identity.user_claims ?? [];
  const values = (suffixes: readonly string[]) =>
    claims
      .filter(({ typ }) => suffixes.some((suffix) => typ === suffix || typ.endsWith(`/${suffix}`)))
      .map(({ val }) => val);
  const roleClaims = values(["roles", "role"]).map((value) => value.split("/"));
  const roles = ALL_ROLES.filter((role) => roleClaims.some(([name]) => name === role));
  const scopes = roleClaims.map(([, tenantId]) => tenantId);
  return {
    name: values(["name"])[0] ?? identity.user_id ?? "Signed in",
    objectId: values(["objectidentifier", "oid"])[0] ?? null,
    roles,
    tenants: scopes.includes(undefined)
      ? null
      : [...new Set(scopes.filter((id) => id !== undefined))],
  };
}
