import { defineEvent, defineState } from "../core/area.ts";
import { guidFrom } from "../core/random.ts";
import type { World } from "../core/world.ts";

/** Template ids of the built-in roles that something here asks for or that people assign beside them. */
export const DIRECTORY_ROLES = {
  "Global Administrator": "62e90394-69f5-4237-9190-012177145e10",
  "SharePoint Administrator": "f28a1f50-f6e7-4571-818b-6a12f2af6b6c",
  "Exchange Administrator": "29232cdf-9323-42fd-ade2-1d097af3e4de",
  "SharePoint Backup Administrator": "9d3e04ba-3ee4-4d1b-a3a7-9aef423a09be",
} as const;
export type DirectoryRole = keyof typeof DIRECTORY_ROLES;

/** A role that a user holds in the whole tenant. */
export interface RoleAssignment {
  readonly id: string;
  readonly principalId: string;
  readonly roleDefinitionId: string;
}

/** Assignments of each tenant by id. The seed gives its administrator the role Global Administrator and no other. */
export const roleState = defineState(
  "directory.roles",
  (estate) =>
    new Map(
      estate.tenants.map(({ tenantId, ids }) => {
        const first: RoleAssignment = {
          id: guidFrom("roleAssignment", tenantId),
          principalId: ids.guid("user", 0),
          roleDefinitionId: DIRECTORY_ROLES["Global Administrator"],
        };
        return [tenantId, new Map([[first.id, first]])];
      }),
    ),
);

const roleAssigned = defineEvent(
  roleState,
  "directory.roleAssigned",
  (tenants, { assignment }: { readonly assignment: RoleAssignment }, { tenantId }) => {
    tenants.get(tenantId)?.set(assignment.id, assignment);
  },
  ({ assignment }) => assignment.id,
);

const roleUnassigned = defineEvent(
  roleState,
  "directory.roleUnassigned",
  (tenants, { id }: { readonly id: string }, { tenantId }) => {
    tenants.get(tenantId)?.delete(id);
  },
  ({ id }) => id,
);

export const roleEvents = { roleAssigned, roleUnassigned };

interface Source {
  readonly world: World;
  readonly tenantId: string;
}

export function listRoleAssignments(source: Source): readonly RoleAssignment[] {
  return [...(roleState.of(source).get(source.tenantId)?.values() ?? [])];
}

/** Whether a user holds a role directly. */
export function hasRole(source: Source, userId: string, role: DirectoryRole): boolean {
  return listRoleAssignments(source).some(
    ({ principalId, roleDefinitionId }) =>
      principalId === userId && roleDefinitionId === DIRECTORY_ROLES[role],
  );
}
