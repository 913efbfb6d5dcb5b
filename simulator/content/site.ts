import { defineEvent, defineState } from "../core/area.ts";
import type { Context } from "../core/context.ts";
import { iso } from "../core/iso.ts";
import type { World } from "../core/world.ts";
import { directoryState } from "../directory/directory.ts";
import { hasPlan, type User } from "../directory/user.ts";
import type { Sequence } from "../odata/page.ts";
import type { EstateTenant } from "../seed/estate.ts";
import type { Container } from "./item.ts";

/** A SharePoint site or the site of a OneDrive, with its one document library. */
export interface Site {
  /** `host,siteCollectionGuid,webGuid` */
  readonly id: string;
  readonly siteId: string;
  readonly webId: string;
  readonly name: string;
  readonly displayName: string;
  readonly webUrl: string;
  readonly createdDateTime: string;
  readonly isPersonalSite: boolean;
  /** The user of a OneDrive. */
  readonly ownerId: string | null;
  readonly driveId: string;
  /** A copy made by a restore is locked against writing. */
  readonly isReadOnly: boolean;
  /** Before this instant (Unix milliseconds) lists and look-ups by address do not show it. */
  readonly visibleAt: number;
  readonly container: Container;
}

const TOPICS =
  "Accounting,Brand,Customer Success,Engineering,Facilities,Field Operations,Finance,Human Resources,Information Security,Legal,Logistics,Marketing,Mergers,People Operations,Procurement,Product,Quality,Research,Sales,Treasury".split(
    ",",
  );

type SavedSites = ReadonlyMap<string, Map<string, Site>>;

class Sites {
  readonly #created = new Map<string, Map<string, Site>>();

  created(tenantId: string): ReadonlyMap<string, Site> {
    return this.#created.get(tenantId) ?? new Map();
  }

  save(): SavedSites {
    return this.#created;
  }

  load(saved: SavedSites): this {
    for (const sites of saved) this.#created.set(...sites);
    return this;
  }

  add(tenantId: string, site: Site): void {
    const sites = this.#created.get(tenantId) ?? new Map<string, Site>();
    sites.set(site.siteId, site);
    this.#created.set(tenantId, sites);
  }
}

export const sitesState = defineState("sites", () => new Sites(), {
  save: (sites) => sites.save(),
  load: (saved: SavedSites, initial) => initial.load(saved),
});

const siteCreated = defineEvent(
  sitesState,
  "content.siteCreated",
  (sites, { site }: { readonly site: Site }, { tenantId }) => {
    sites.add(tenantId, site);
  },
  ({ site }) => site.id,
);

export const siteEvents = [siteCreated];

interface Source {
  readonly world: World;
  readonly now: number;
}

/** Every visible site of a tenant but the OneDrives; generated ones first. */
export function listSites(source: Source, tenantId: string): Sequence<Site> {
  const tenant = tenantOf(source, tenantId);
  const created = [...sitesState.of(source).created(tenant.tenantId).values()];
  return {
    length: tenant.sites + created.length,
    at: (index) => {
      if (index < tenant.sites) return generateSite(source, tenant, index);
      const site = created[index - tenant.sites];
      return site === undefined || site.visibleAt > source.now ? undefined : site;
    },
  };
}

/** A site by composite id, bare site collection GUID or web address (ends of paths and case do not matter), or null. */
export function findSite(source: Source, tenantId: string, idOrUrl: string): Site | null {
  const tenant = tenantOf(source, tenantId);
  if (/^https?:\/\//i.test(idOrUrl)) return findSiteByUrl(source, tenant, idOrUrl);
  const parts = idOrUrl.toLowerCase().split(",");
  const siteId = parts.length === 3 ? parts[1] : parts[0];
  if (siteId === undefined) return null;
  const site = findBySiteId(source, tenant, siteId);
  if (site === null || parts.length === 1) return site;
  return site.id.toLowerCase() === idOrUrl.toLowerCase() ? site : null;
}

/** The OneDrive of a licensed user (deleted users keep theirs), or null. */
export function findDriveOfUser(source: Source, tenantId: string, userId: string): Site | null {
  const tenant = tenantOf(source, tenantId);
  const user = directoryState.of(source).tenant(tenant.tenantId).findAnyUser(userId);
  return user === null || !hasPlan(user, "SharePoint") ? null : personalSite(tenant, user);
}

/** The site whose document library has this drive id, or null. */
export function findSiteOfDrive(source: Source, tenantId: string, driveId: string): Site | null {
  const tenant = tenantOf(source, tenantId);
  const bytes = Buffer.from(driveId.slice(2), "base64url");
  if (!driveId.startsWith("b!") || bytes.length !== 48) return null;
  const hex = bytes.toString("hex", 0, 16);
  const siteId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  const site = findBySiteId(source, tenant, siteId);
  return site?.driveId === driveId ? site : null;
}

/** Makes an empty site, for example as the destination of a restore. */
export function createSite(
  context: Context,
  options: {
    readonly displayName: string;
    readonly webUrl: string;
    readonly ownerId: string | null;
    readonly isReadOnly: boolean;
    readonly visibleAt: number;
  },
): Site {
  const siteId = context.newId();
  const webId = context.newId();
  const url = new URL(options.webUrl);
  const site: Site = {
    ...options,
    id: `${url.host},${siteId},${webId}`,
    siteId,
    webId,
    name: url.pathname.split("/").at(-1) ?? "",
    createdDateTime: iso(context.now),
    isPersonalSite: options.ownerId !== null,
    driveId: driveIdOf(siteId, webId, context.newId()),
    container: { tenantId: context.tenantId, kind: "site", id: siteId },
  };
  context.emit(siteCreated, { site });
  return site;
}

/** Site number `index` of the seed. */
function generateSite(source: Source, tenant: EstateTenant, index: number): Site {
  const topic = TOPICS[index % TOPICS.length] ?? "";
  const round = Math.floor(index / TOPICS.length);
  const displayName = round === 0 ? topic : `${topic} ${round + 1}`;
  const name = displayName.replaceAll(" ", "");
  const siteId = tenant.ids.guid("site", index);
  const webId = tenant.ids.guid("site-web", index);
  const created = source.world.estate.startsAt - (380 + (index % 900)) * 86_400_000;
  return {
    id: `${tenant.siteHost},${siteId},${webId}`,
    siteId,
    webId,
    name,
    displayName,
    webUrl: `https://${tenant.siteHost}/sites/${name}`,
    createdDateTime: iso(created),
    isPersonalSite: false,
    ownerId: null,
    driveId: driveIdOf(siteId, webId, tenant.ids.guid("site-list", index)),
    isReadOnly: false,
    visibleAt: 0,
    container: { tenantId: tenant.tenantId, kind: "site", id: siteId },
  };
}

function personalSite(tenant: EstateTenant, user: User): Site {
  const index = tenant.ids.indexOf("user", user.id) ?? 0;
  const siteId = tenant.ids.guid("personal", index);
  const webId = tenant.ids.guid("personal-web", index);
  const name = user.userPrincipalName.toLowerCase().replaceAll(/[^a-z0-9]/g, "_");
  return {
    id: `${tenant.personalHost},${siteId},${webId}`,
    siteId,
    webId,
    name,
    displayName: user.displayName,
    webUrl: `https://${tenant.personalHost}/personal/${name}`,
    createdDateTime: user.createdDateTime,
    isPersonalSite: true,
    ownerId: user.id,
    driveId: driveIdOf(siteId, webId, tenant.ids.guid("personal-list", index)),
    isReadOnly: false,
    visibleAt: 0,
    container: { tenantId: tenant.tenantId, kind: "drive", id: user.id },
  };
}

function findBySiteId(source: Source, tenant: EstateTenant, siteId: string): Site | null {
  const created = sitesState.of(source).created(tenant.tenantId).get(siteId);
  if (created !== undefined) return created;
  const index = tenant.ids.indexOf("site", siteId);
  if (index !== null) return index < tenant.sites ? generateSite(source, tenant, index) : null;
  const owner = tenant.ids.indexOf("personal", siteId);
  if (owner === null || owner >= tenant.users) return null;
  return findDriveOfUser(source, tenant.tenantId, tenant.ids.guid("user", owner));
}

function findSiteByUrl(source: Source, tenant: EstateTenant, text: string): Site | null {
  const wanted = text.replace(/\/+$/, "").toLowerCase();
  for (const site of sitesState.of(source).created(tenant.tenantId).values()) {
    if (site.webUrl.toLowerCase() === wanted && site.visibleAt <= source.now) return site;
  }
  const index = indexOfUrl(tenant, wanted);
  if (index !== null) return generateSite(source, tenant, index);
  const personal = /^https?:\/\/[^/]+\/personal\/([^/]+)/.exec(wanted)?.[1];
  if (personal === undefined || !wanted.includes(`//${tenant.personalHost}/`)) return null;
  const names = tenant.domain.toLowerCase().replaceAll(/[^a-z0-9]/g, "_");
  const local = personal.slice(0, -names.length - 1).replace("_", ".");
  const user = directoryState
    .of(source)
    .tenant(tenant.tenantId)
    .findUser(`${local}@${tenant.domain}`);
  return user === null ? null : findDriveOfUser(source, tenant.tenantId, user.id);
}

function indexOfUrl(tenant: EstateTenant, url: string): number | null {
  const match = new RegExp(`^https?://${tenant.siteHost}/sites/([a-z]+?)(\\d*)$`, "i").exec(url);
  if (match === null) return null;
  const topic = TOPICS.findIndex(
    (name) => name.replaceAll(" ", "").toLowerCase() === (match[1] ?? "").toLowerCase(),
  );
  if (topic === -1) return null;
  const round = match[2] === "" ? 0 : Number(match[2]) - 1;
  const index = round * TOPICS.length + topic;
  return index < tenant.sites && (match[2] === "" || round > 0) ? index : null;
}

function driveIdOf(siteId: string, webId: string, listId: string): string {
  const bytes = Buffer.from(`${siteId}${webId}${listId}`.replaceAll("-", ""), "hex");
  return `b!${bytes.toString("base64url")}`;
}

function tenantOf(source: Source, tenantId: string): EstateTenant {
  const tenant = source.world.estate.tenant(tenantId);
  if (tenant === null) throw new Error(`There is no tenant ${tenantId}.`);
  return tenant;
}
