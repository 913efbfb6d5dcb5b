import { z } from "zod";

import { GraphError, itemNotFound } from "../core/graph-error.ts";
import { parseInstant } from "../core/iso.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { directoryState } from "../directory/directory.ts";
import { appendVersions } from "./content.ts";
import { authorOf, checkMatch, requireSharable, writableDrive } from "./drive-items.ts";
import {
  changeGovernance,
  type Governance,
  type Grantee,
  type ItemPermission,
} from "./governance.ts";
import { modificationOf, type ItemVersion } from "./item.ts";
import {
  effectivePermissions,
  permissionJson,
  type EffectivePermission,
} from "./permission-json.ts";
import type { Site } from "./site.ts";
import { DRIVE_PATHS, driveOf } from "./site-routes.ts";

const READ = ["Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All", "Sites.ReadWrite.All"];
const WRITE = ["Files.ReadWrite.All", "Sites.ReadWrite.All"];

const Instant = z
  .string()
  .refine((text) => parseInstant(text) !== null, "Not a date and time.")
  .transform((text) => parseInstant(text) ?? 0);
/** Passwords are for OneDrive of private persons only, which is not simulated. */
const NoPassword = z.undefined("A password is only supported in OneDrive Personal.").optional();

const Invitation = z.strictObject({
  recipients: z
    .array(
      z
        .strictObject({
          email: z.email().optional(),
          objectId: z.guid().optional(),
          alias: z.string().optional(),
        })
        .refine(({ email, objectId }) => email !== undefined || objectId !== undefined, {
          message: "A recipient has an email or an objectId.",
        }),
    )
    .min(1),
  roles: z.array(z.enum(["read", "write"])).length(1),
  message: z.string().max(2_000).optional(),
  requireSignIn: z.boolean().default(true),
  sendInvitation: z.boolean().default(false),
  retainInheritedPermissions: z.boolean().default(true),
  // Only links expire in OneDrive for Business and SharePoint.
  expirationDateTime: Instant.optional(),
  password: NoPassword,
});
const Link = z.strictObject({
  type: z.enum(["view", "edit"]),
  scope: z.enum(["anonymous", "organization", "users"]).default("organization"),
  expirationDateTime: Instant.optional(),
  retainInheritedPermissions: z.boolean().default(true),
  password: NoPassword,
  message: z.string().optional(),
  sendNotification: z.boolean().optional(),
});
const Change = z.strictObject({
  roles: z
    .array(z.enum(["read", "write"]))
    .length(1)
    .optional(),
  expirationDateTime: Instant.optional(),
});

/** The same routes below each way to name a drive. */
export const sharingRoutes: readonly Route[] = DRIVE_PATHS.flatMap(routesOf);

function routesOf(drive: string): readonly Route[] {
  const item = `${drive}/items/{itemId}`;
  const permission = { definition: "permission" } as const;
  const write = { permissions: { application: WRITE }, ...permission };
  return [
    ...[`${item}/permissions`, `${drive}/root:/{path}:/permissions`].map((path) =>
      defineRoute({
        method: "GET",
        path,
        permissions: { application: READ },
        ...permission,
        source: "driveitem-list-permissions",
        query: ["$select"],
        handle: listPermissions,
      }),
    ),
    defineRoute({
      method: "GET",
      path: `${item}/permissions/{permissionId}`,
      permissions: { application: READ },
      ...permission,
      source: "permission-get",
      handle: (request) => {
        const site = driveOf(request);
        const shared = requireSharable(request, site);
        return answer(request, site, shared, requirePermission(request, site, shared).permission);
      },
    }),
    defineRoute({
      ...write,
      method: "PATCH",
      path: `${item}/permissions/{permissionId}`,
      source: "permission-update",
      handle: changePermission,
    }),
    defineRoute({
      method: "DELETE",
      path: `${item}/permissions/{permissionId}`,
      permissions: write.permissions,
      source: "permission-delete",
      handle: deletePermission,
    }),
    defineRoute({
      ...write,
      method: "POST",
      path: `${item}/invite`,
      source: "driveitem-invite",
      handle: invite,
    }),
    defineRoute({
      ...write,
      method: "POST",
      path: `${item}/createLink`,
      source: "driveitem-createlink",
      handle: createLink,
    }),
  ];
}

function listPermissions(request: GraphRequest): GraphResponse {
  const site = driveOf(request);
  const item = requireSharable(request, site);
  return request.page<EffectivePermission>({
    items: effectivePermissions(request, site, item),
    toJson: ({ permission }) => permissionJson(site, item, permission),
    context: "permissions",
  });
}

/** People get a permission of the item; who has one already gets the new role in it. */
function invite(request: GraphRequest): GraphResponse {
  const site = writableDrive(request);
  const item = requireSharable(request, site);
  const input = request.parse(Invitation, "invalidRequest");
  const [role = "read"] = input.roles;
  let permissions = [...(item.governance?.permissions ?? [])];
  const invited = input.recipients.map(({ email, objectId }): ItemPermission => {
    const grantee = granteeOf(request, email ?? objectId ?? "");
    const existing = permissions.find(
      ({ link, grantees }) => link === null && isSameGrantee(grantees[0], grantee),
    );
    const isInvited = input.sendInvitation || grantee.id === null;
    const address = grantee.email ?? email ?? null;
    const permission: ItemPermission = {
      id: existing?.id ?? permissionIdOf(request),
      role,
      grantees: [grantee],
      link: null,
      invitation:
        isInvited && address !== null
          ? { email: address, isSignInRequired: input.requireSignIn }
          : null,
      expiresAt: null,
    };
    permissions = [...permissions.filter(({ id }) => id !== permission.id), permission];
    return permission;
  });
  share(request, site, item, {
    permissions,
    ...breaking(item, input.retainInheritedPermissions),
  });
  return {
    status: 200,
    body: {
      "@odata.context": request.odataContext("Collection(permission)"),
      value: invited.map((permission) => permissionJson(site, item, permission)),
    },
  };
}

/** An application that asks for the same kind of link again gets the one that is there. */
function createLink(request: GraphRequest): GraphResponse {
  const site = writableDrive(request);
  const item = requireSharable(request, site);
  const { type, scope, expirationDateTime, retainInheritedPermissions } = request.parse(
    Link,
    "invalidRequest",
  );
  refusePast(request, expirationDateTime);
  const { appId, appDisplayName } = request.principal;
  const permissions = item.governance?.permissions ?? [];
  const existing = permissions.find(
    ({ link, expiresAt }) =>
      link?.type === type &&
      link.scope === scope &&
      link.application?.id === appId &&
      (expiresAt === null || expiresAt > request.now),
  );
  if (existing !== undefined) return answer(request, site, item, existing);
  const permission: ItemPermission = {
    id: permissionIdOf(request),
    role: type === "edit" ? "write" : "read",
    grantees: [],
    link: { type, scope, application: { id: appId, displayName: appDisplayName } },
    invitation: null,
    expiresAt: expirationDateTime ?? null,
  };
  share(request, site, item, {
    permissions: [...permissions, permission],
    ...breaking(item, retainInheritedPermissions),
  });
  return answer(request, site, item, permission, 201);
}

function changePermission(request: GraphRequest): GraphResponse {
  const site = writableDrive(request);
  const item = requireSharable(request, site);
  checkMatch(request, site, item);
  const { roles, expirationDateTime } = request.parse(Change, "invalidRequest");
  refusePast(request, expirationDateTime);
  const permission = requireOwn(requirePermission(request, site, item));
  const isGrant = permission.link === null;
  const isAnonymous = permission.link?.scope === "anonymous";
  if ((roles !== undefined && !isGrant) || (expirationDateTime !== undefined && !isAnonymous)) {
    throw new GraphError(
      400,
      "invalidRequest",
      "Only the roles of a person and the expiration of an anonymous link can be changed.",
    );
  }
  const changed: ItemPermission = {
    ...permission,
    role: roles?.[0] ?? permission.role,
    expiresAt: expirationDateTime ?? permission.expiresAt,
  };
  const permissions = (item.governance?.permissions ?? []).map((each) =>
    each.id === changed.id ? changed : each,
  );
  share(request, site, item, { permissions });
  return answer(request, site, item, changed);
}

function deletePermission(request: GraphRequest): GraphResponse {
  const site = writableDrive(request);
  const item = requireSharable(request, site);
  checkMatch(request, site, item);
  const { id } = requireOwn(requirePermission(request, site, item));
  const permissions = (item.governance?.permissions ?? []).filter((each) => each.id !== id);
  share(request, site, item, { permissions });
  return { status: 204 };
}

/** Sharing is no modification: the item keeps its times and tags. */
export function share(
  request: GraphRequest,
  site: Site,
  item: ItemVersion,
  changes: Pick<Governance, "permissions" | "isInheritanceBroken">,
): void {
  const { at, by } = modificationOf(item);
  appendVersions(request, site.container, [
    {
      ...item,
      governance: changeGovernance(item.governance, changes),
      at: request.now,
      by: authorOf(request),
      as: { kind: "sharing", at, by },
    },
  ]);
}

export function permissionIdOf(request: GraphRequest): string {
  return Buffer.from(request.newId().replaceAll("-", ""), "hex").toString("base64url");
}

function refusePast(request: GraphRequest, expiresAt: number | undefined): void {
  if (expiresAt !== undefined && expiresAt <= request.now) {
    throw new GraphError(400, "invalidRequest", "The expiration must lie in the future.");
  }
}

/** "All existing permissions are removed when sharing for the first time if it is false." */
function breaking(item: ItemVersion, retains: boolean): Pick<Governance, "isInheritanceBroken"> {
  const isFirst = (item.governance?.permissions ?? []).length === 0;
  return !retains && isFirst && item.kind !== "root" ? { isInheritanceBroken: true } : {};
}

function answer(
  request: GraphRequest,
  site: Site,
  item: ItemVersion,
  permission: ItemPermission,
  status = 200,
): GraphResponse {
  return {
    status,
    body: {
      "@odata.context": request.odataContext("permission"),
      ...permissionJson(site, item, permission),
    },
  };
}

function requirePermission(
  request: GraphRequest,
  site: Site,
  item: ItemVersion,
): EffectivePermission {
  const id = request.param("permissionId");
  const found = effectivePermissions(request, site, item).find(
    ({ permission }) => permission.id === id,
  );
  if (found === undefined) throw itemNotFound();
  return found;
}

function requireOwn({ permission, isOwn }: EffectivePermission): ItemPermission {
  if (isOwn) return permission;
  throw new GraphError(
    403,
    "accessDenied",
    "An inherited permission can only be changed where it is given.",
  );
}

/** Whom an address or id means. Applications can only invite those whom the directory knows. */
function granteeOf(request: GraphRequest, reference: string): Grantee {
  const directory = directoryState.of(request).tenant(request.tenantId);
  const user = directory.findUser(reference);
  if (user !== null) {
    const { id, displayName, mail, userPrincipalName } = user;
    return { kind: "user", id, displayName, email: mail ?? userPrincipalName };
  }
  const group = directory.findGroup(reference);
  if (group !== null) {
    return { kind: "group", id: group.id, displayName: group.displayName, email: null };
  }
  if (!reference.includes("@") || request.principal.kind === "application") {
    throw new GraphError(400, "invalidRequest", `The recipient '${reference}' was not found.`);
  }
  return { kind: "user", id: null, displayName: reference, email: reference };
}

function isSameGrantee(left: Grantee | undefined, right: Grantee): boolean {
  if (left === undefined || left.kind !== right.kind) return false;
  return right.id === null ? left.email === right.email : left.id === right.id;
}
