import { z } from "zod";
import type { Actor } from "../contracts/identifiers.ts";
import { type Role, ROLES } from "../contracts/operation.ts";

/** Who calls, as the platform's authentication vouches for it. */
export interface Principal extends Actor {
  /** Roles that hold for every tenant. */
  readonly roles: ReadonlySet<Role>;
  /** Roles that hold for one tenant only, by tenant id in lower case. */
  readonly scopedRoles: ReadonlyMap<string, ReadonlySet<Role>>;
}

/** Header that Azure's authentication (and the embedded host) sets, and that no outside request can. */
export const PRINCIPAL_HEADER = "x-ms-client-principal";

const ClientPrincipal = z.object({
  name_typ: z.string().optional(),
  role_typ: z.string().optional(),
  claims: z.array(z.object({ typ: z.string(), val: z.string() })),
});

const OBJECT_ID_CLAIMS = [
  "http://schemas.microsoft.com/identity/claims/objectidentifier",
  "oid",
] as const;
const NAME_CLAIMS = ["name", "preferred_username"] as const;
const ROLE_CLAIMS = ["roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"];

/**
 * Reads the principal; null when there is none or it names nobody. A role claim is `Operator`, or
 * `Operator/<tenant id>` for one tenant only.
 */
export function parsePrincipal(header: string | null): Principal | null {
  if (header === null) {
    return null;
  }
  let claims: z.infer<typeof ClientPrincipal>;
  try {
    claims = ClientPrincipal.parse(JSON.parse(Buffer.from(header, "base64").toString("utf8")));
  } catch {
    return null;
  }
  const first = (types: readonly string[]) =>
    claims.claims.find(({ typ }) => types.includes(typ))?.val;
  const objectId = first(OBJECT_ID_CLAIMS);
  if (objectId === undefined) {
    return null;
  }
  const roleTypes = [...ROLE_CLAIMS, claims.role_typ ?? "roles"];
  const roles = new Set<Role>();
  const scopedRoles = new Map<string, Set<Role>>();
  for (const { typ, val } of claims.claims) {
    const [role, tenantId] = val.split("/");
    if (!roleTypes.includes(typ) || !isRole(role)) {
      continue;
    }
    if (tenantId === undefined) {
      roles.add(role);
    } else {
      const scoped = scopedRoles.get(tenantId.toLowerCase()) ?? new Set();
      scopedRoles.set(tenantId.toLowerCase(), scoped.add(role));
    }
  }
  const name = first([claims.name_typ ?? "name", ...NAME_CLAIMS]) ?? objectId;
  return { objectId, name, roles, scopedRoles };
}

const isRole = (text: string | undefined): text is Role =>
  (ROLES as readonly unknown[]).includes(text);

/** Whether the caller holds any of the roles for this tenant (or for every tenant). */
export const holdsRole = (
  principal: Principal,
  roles: readonly Role[],
  tenantId: string,
): boolean =>
  roles.some(
    (role) =>
      principal.roles.has(role) || principal.scopedRoles.get(tenantId.toLowerCase())?.has(role),
  );

/** Whether the caller holds any of the roles for at least one tenant. */
export const holdsRoleAnywhere = (principal: Principal, roles: readonly Role[]): boolean =>
  roles.some(
    (role) =>
      principal.roles.has(role) ||
      [...principal.scopedRoles.values()].some((scoped) => scoped.has(role)),
  );
