import { z } from "zod";

import { itemNotFound } from "../core/graph-error.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { rootOf } from "./drive-items.ts";
import type { ItemPermission } from "./governance.ts";
import type { ItemVersion } from "./item.ts";
import { permissionJson, sitePermissions } from "./permission-json.ts";
import { permissionIdOf, share } from "./sharing-routes.ts";
import type { Site } from "./site.ts";
import { requireSite } from "./site-routes.ts";

const FULL = ["Sites.FullControl.All"];
const Role = z.enum(["read", "write", "owner", "fullcontrol"]);
const Grant = z.strictObject({
  application: z.strictObject({ id: z.guid(), displayName: z.string().min(1) }),
});
const NewPermission = z
  .strictObject({
    roles: z.array(Role).length(1),
    grantedToIdentities: z.array(Grant).length(1).optional(),
    grantedToIdentitiesV2: z.array(Grant).length(1).optional(),
  })
  .refine((body) => body.grantedToIdentities ?? body.grantedToIdentitiesV2, {
    message: "Say which application gets the permission.",
  });
const Change = z.strictObject({ roles: z.array(Role).length(1) });

/** What single applications may do with a site; people's permissions are those of its library. */
export const sitePermissionRoutes: readonly Route[] = (
  [
    ["GET", "", "site-list-permissions", listPermissions],
    ["POST", "", "site-post-permissions", createPermission],
    ["GET", "/{permissionId}", "site-get-permission", readPermission],
    ["PATCH", "/{permissionId}", "permission-update", changePermission],
    ["DELETE", "/{permissionId}", "permission-delete", deletePermission],
  ] as const
).map(([method, path, source, handle]) =>
  defineRoute({
    method,
    path: `/sites/{siteId}/permissions${path}`,
    permissions: { application: FULL, delegated: source === "site-list-permissions" ? FULL : null },
    source,
    ...(method === "DELETE" ? {} : { definition: "permission" }),
    handle,
  }),
);

interface Opened {
  readonly site: Site;
  readonly root: ItemVersion;
  readonly permissions: readonly ItemPermission[];
}

function open(request: GraphRequest): Opened {
  const site = requireSite(request, request.param("siteId"));
  const root = rootOf(request, site);
  return { site, root, permissions: sitePermissions(root) };
}

function listPermissions(request: GraphRequest): GraphResponse {
  const { site, root, permissions } = open(request);
  return request.page<ItemPermission>({
    items: permissions,
    toJson: (permission) => permissionJson(site, root, permission),
    context: "permissions",
  });
}

function createPermission(request: GraphRequest): GraphResponse {
  const { site, root } = open(request);
  const input = request.parse(NewPermission, "invalidRequest");
  const [grant] = input.grantedToIdentitiesV2 ?? input.grantedToIdentities ?? [];
  const [role = "read"] = input.roles;
  const permission: ItemPermission = {
    id: permissionIdOf(request),
    role,
    grantees: [
      {
        kind: "application",
        id: grant?.application.id ?? null,
        displayName: grant?.application.displayName ?? "",
        email: null,
      },
    ],
    link: null,
    invitation: null,
    expiresAt: null,
  };
  share(request, site, root, {
    permissions: [...(root.governance?.permissions ?? []), permission],
  });
  return answer(request, { site, root }, permission, 201);
}

function readPermission(request: GraphRequest): GraphResponse {
  const opened = open(request);
  return answer(request, opened, requirePermission(request, opened));
}

function changePermission(request: GraphRequest): GraphResponse {
  const opened = open(request);
  const permission = requirePermission(request, opened);
  const { roles } = request.parse(Change, "invalidRequest");
  const changed: ItemPermission = { ...permission, role: roles[0] ?? permission.role };
  replace(request, opened, permission.id, [changed]);
  return answer(request, opened, changed);
}

function deletePermission(request: GraphRequest): GraphResponse {
  const opened = open(request);
  replace(request, opened, requirePermission(request, opened).id, []);
  return { status: 204 };
}

function replace(
  request: GraphRequest,
  { site, root }: Opened,
  id: string,
  by: readonly ItemPermission[],
): void {
  share(request, site, root, {
    permissions: (root.governance?.permissions ?? []).flatMap((each) =>
      each.id === id ? by : [each],
    ),
  });
}

function requirePermission(request: GraphRequest, { permissions }: Opened): ItemPermission {
  const found = permissions.find(({ id }) => id === request.param("permissionId"));
  if (found === undefined) throw itemNotFound();
  return found;
}

function answer(
  request: GraphRequest,
  { site, root }: Pick<Opened, "site" | "root">,
  permission: ItemPermission,
  status = 200,
): GraphResponse {
  return {
    status,
    body: {
      "@odata.context": request.odataContext("permission"),
      ...permissionJson(site, root, permission),
    },
  };
}
