import type { World } from "../core/world.ts";
import type { Container } from "../content/item.ts";
import { findDriveOfUser, findSite, type Site } from "../content/site.ts";
import { directoryState } from "../directory/directory.ts";
import { hasPlan } from "../directory/user.ts";
import type { EstateTenant } from "../seed/estate.ts";
import type { UnitNamesShape } from "./graph-shapes.ts";
import type { Service } from "./service-kind.ts";

/** Things that can be protected: sites, and the drives and mailboxes of users. The seed numbers them. */
export function protectableCount(tenant: EstateTenant, service: Service): number {
  return service === "sharePoint" ? tenant.sites : tenant.users;
}

/** Id of thing number `index` of the seed, in the form of the unit's `siteId` or `directoryObjectId`. */
export function protectableResourceId(
  tenant: EstateTenant,
  service: Service,
  index: number,
): string {
  return service === "sharePoint"
    ? `${tenant.siteHost},${tenant.ids.guid("site", index)},${tenant.ids.guid("site-web", index)}`
    : tenant.ids.guid("user", index);
}

/** Number of a thing of the seed, or null for any other id. */
export function protectableIndex(
  tenant: EstateTenant,
  service: Service,
  resourceId: string,
): number | null {
  if (service !== "sharePoint") return tenant.ids.indexOf("user", resourceId);
  const index = tenant.ids.indexOf("site", resourceId.split(",")[1] ?? "");
  return index !== null &&
    protectableResourceId(tenant, service, index).toLowerCase() === resourceId.toLowerCase()
    ? index
    : null;
}

interface Source {
  readonly world: World;
  readonly tenantId: string;
  readonly now: number;
}

/** A thing by id, e-mail address or web address, as the id that units carry; null when there is none of that kind. */
export function findProtectable(
  source: Source,
  service: Service,
  reference: string,
): string | null {
  if (service === "sharePoint") {
    const site = findSite(source, source.tenantId, reference);
    return site === null || site.isPersonalSite ? null : site.id;
  }
  const user = directoryState.of(source).tenant(source.tenantId).findUser(reference);
  if (user === null) return null;
  return hasPlan(user, service === "exchange" ? "exchange" : "SharePoint") ? user.id : null;
}

/** The site of a site or drive unit, or null when it is gone. */
export function siteOf(
  source: Source,
  unit: { readonly service: Service; readonly resourceId: string },
): Site | null {
  return unit.service === "sharePoint"
    ? findSite(source, source.tenantId, unit.resourceId)
    : findDriveOfUser(source, source.tenantId, unit.resourceId);
}

/** Where the content of a unit lives, or null when its owner is gone. */
export function containerOf(
  source: Source,
  unit: { readonly service: Service; readonly resourceId: string },
): Container | null {
  if (unit.service !== "exchange") return siteOf(source, unit)?.container ?? null;
  const user = directoryState.of(source).tenant(source.tenantId).findAnyUser(unit.resourceId);
  return user === null ? null : { tenantId: source.tenantId, kind: "mailbox", id: user.id };
}

/** Name and address of what a unit protects; blank when the user or site is gone. */
export function describeProtectable(
  source: Source,
  unit: { readonly service: Service; readonly resourceId: string },
): UnitNamesShape {
  if (unit.service === "sharePoint") {
    const site = siteOf(source, unit);
    return { siteName: site?.displayName ?? "", siteWebUrl: site?.webUrl ?? "" };
  }
  const user = directoryState.of(source).tenant(source.tenantId).findUser(unit.resourceId);
  return { displayName: user?.displayName ?? "", email: user?.mail ?? "" };
}
