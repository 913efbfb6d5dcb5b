import type {
  IdentitySet,
  Permission,
  SharePointIdentitySet,
} from "@microsoft/microsoft-graph-types";

import { iso } from "../core/iso.ts";
import { digest } from "../core/random.ts";
import type { World } from "../core/world.ts";
import { directoryState } from "../directory/directory.ts";
import { generateUser } from "../directory/user.ts";
import { contentState } from "./content.ts";
import type { Grantee, ItemPermission, ShareRole } from "./governance.ts";
import type { ItemVersion } from "./item.ts";
import type { Site } from "./site.ts";

interface Source {
  readonly world: World;
  /** Unix milliseconds. */
  readonly now: number;
}

/** A permission together with where it comes from. */
export interface EffectivePermission {
  readonly permission: ItemPermission;
  /** Given by the item itself, so that it can be changed and taken away there. */
  readonly isOwn: boolean;
}

/**
 * All permissions of an item: what the drive gives from the beginning, what its folders give unless the inheritance is
 * broken, and its own. Document libraries do not tell where a permission is inherited from.
 * https://learn.microsoft.com/graph/api/resources/permission
 */
export function effectivePermissions(
  source: Source,
  site: Site,
  item: ItemVersion,
): readonly EffectivePermission[] {
  const content = contentState.of(source);
  const isValid = ({ expiresAt }: ItemPermission) => expiresAt === null || expiresAt > source.now;
  const ownOf = (version: ItemVersion | null) =>
    (version?.governance?.permissions ?? []).filter(isValid).filter(isSharing);
  const inherited: ItemPermission[] = [];
  let current: ItemVersion | null = item;
  while (current !== null && current.kind !== "root") {
    if (current.governance?.isInheritanceBroken === true) break;
    current =
      current.parentId === null
        ? content.root(site.container)
        : content.read(site.container, current.parentId);
    inherited.unshift(...ownOf(current));
  }
  const isCut = current !== null && current.kind !== "root";
  const given = isCut
    ? defaultPermissions(source, site).filter(({ role }) => role === "owner")
    : defaultPermissions(source, site);
  return [
    ...[...given, ...inherited].map((permission) => ({ permission, isOwn: false })),
    ...ownOf(item).map((permission) => ({ permission, isOwn: true })),
  ];
}

/** Permissions of applications belong to the site and are listed there. */
function isSharing({ grantees }: ItemPermission): boolean {
  return grantees[0]?.kind !== "application";
}

/** What applications may do with a whole site. https://learn.microsoft.com/graph/api/site-list-permissions */
export function sitePermissions(root: ItemVersion): readonly ItemPermission[] {
  return (root.governance?.permissions ?? []).filter((permission) => !isSharing(permission));
}

/** What a drive gives from the beginning: to the owner, to the site's three groups, or to the administrator alone. */
function defaultPermissions(source: Source, site: Site): readonly ItemPermission[] {
  const of = (role: ShareRole, grantee: Grantee): ItemPermission => ({
    id: digest("permission", site.siteId, role).toString("base64url"),
    role,
    grantees: [grantee],
    link: null,
    invitation: null,
    expiresAt: null,
  });
  if (site.ownerId !== null) {
    const { tenantId } = site.container;
    const user = directoryState.of(source).tenant(tenantId).findAnyUser(site.ownerId);
    const email = user?.mail ?? null;
    const displayName = user?.displayName ?? site.displayName;
    return [of("owner", { kind: "user", id: site.ownerId, displayName, email })];
  }
  const tenant = source.world.estate.tenant(site.container.tenantId);
  if (tenant !== null && tenant.ids.indexOf("site", site.siteId) === null) {
    // Only a restore makes sites: people have no access to a restored one.
    const admin = generateUser(tenant, 0, source.world.estate.startsAt);
    const { id, displayName, mail } = admin;
    return [of("owner", { kind: "user", id, displayName, email: mail })];
  }
  return (
    [
      ["owner", "Owners", "3"],
      ["read", "Visitors", "4"],
      ["write", "Members", "5"],
    ] as const
  ).map(([role, name, id]) =>
    of(role, { kind: "siteGroup", id, displayName: `${site.displayName} ${name}`, email: null }),
  );
}

export function permissionJson(
  site: Site,
  item: ItemVersion,
  permission: ItemPermission,
): Record<string, unknown> {
  const { id, role, grantees, link, invitation, expiresAt } = permission;
  const [grantee] = grantees;
  const isUserType = link === null && grantee !== undefined && grantee.kind !== "application";
  return {
    id,
    roles: [role],
    ...(isUserType && (grantee.id !== null || invitation === null)
      ? { grantedToV2: identityV2(grantee), grantedTo: identity(grantee) }
      : {}),
    ...(isUserType
      ? {}
      : {
          grantedToIdentitiesV2: grantees.map(identityV2),
          grantedToIdentities: grantees.map(identity),
        }),
    ...(link === null
      ? {}
      : {
          hasPassword: false,
          shareId: shareIdOf(site, item, permission),
          link: {
            type: link.type,
            scope: link.scope,
            webUrl: linkUrl(site, item, permission),
            preventsDownload: false,
            ...(link.application === null ? {} : { application: link.application }),
          },
        }),
    ...(invitation === null
      ? {}
      : {
          invitation: { email: invitation.email, signInRequired: invitation.isSignInRequired },
          shareId: shareIdOf(site, item, permission),
        }),
    ...(expiresAt === null ? {} : { expirationDateTime: iso(expiresAt) }),
  } satisfies Permission;
}

function identity({ kind, id, displayName }: Grantee): IdentitySet {
  const known = { ...(id === null ? {} : { id }), displayName };
  return kind === "application" ? { application: known } : { user: known };
}

function identityV2(grantee: Grantee): SharePointIdentitySet {
  const { kind, id, displayName, email } = grantee;
  const known = { ...(id === null ? {} : { id }), displayName };
  switch (kind) {
    case "application":
      return { application: known };
    case "siteGroup":
      return { siteGroup: { ...known, loginName: displayName } };
    case "group":
      return { group: known };
    case "user": {
      const loginName = `i:0#.f|membership|${email ?? displayName}`;
      return { user: known, siteUser: { id: siteUserId(grantee), displayName, loginName } };
    }
  }
}

/** Sites number the people that they know. */
function siteUserId({ id, email }: Grantee): string {
  return String(10 + (digest("siteUser", id ?? email ?? "").readUInt16LE(0) % 10_000));
}

function linkUrl(site: Site, item: ItemVersion, permission: ItemPermission): string {
  const { origin } = new URL(site.webUrl);
  const place = site.isPersonalSite ? `g/personal/${site.name}` : `s/${site.name}`;
  const token = digest("link", site.siteId, item.itemId, permission.id).toString("base64url");
  return `${origin}/:${item.kind === "file" ? "u" : "f"}:/${place}/E${token}`;
}

/** https://learn.microsoft.com/graph/api/shares-get */
function shareIdOf(site: Site, item: ItemVersion, permission: ItemPermission): string {
  return `u!${Buffer.from(linkUrl(site, item, permission)).toString("base64url")}`;
}
