import { siteCollectionId } from "./site-id.ts";
import type { Workload } from "./workload.ts";

/** What a caller's name for a unit is, by its form alone. */
export type RequestedName =
  | { readonly kind: "directoryObject"; readonly id: string }
  | { readonly kind: "email"; readonly email: string }
  | { readonly kind: "siteId"; readonly id: string }
  | { readonly kind: "siteUrl"; readonly hostname: string; readonly path: string }
  | { readonly kind: "unreadable" };

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu;
const COMPOSITE_SITE_ID = /^[^,/\s]+,[0-9a-f-]{36},[0-9a-f-]{36}$/iu;
const EMAIL = /^[^\s@/]+@[^\s@/]+$/u;

/** Mailboxes and drives by directory object id or e-mail; sites by composite id, site collection's GUID or URL. */
export function parseRequestedName(workload: Workload, text: string): RequestedName {
  const name = text.trim();
  if (workload !== "sharePoint") {
    if (GUID.test(name)) {
      return { kind: "directoryObject", id: name.toLowerCase() };
    }
    return EMAIL.test(name) ? { kind: "email", email: name } : { kind: "unreadable" };
  }
  if (GUID.test(name) || COMPOSITE_SITE_ID.test(name)) {
    return { kind: "siteId", id: name.toLowerCase() };
  }
  if (!/^https:\/\//iu.test(name) || !URL.canParse(name)) {
    return { kind: "unreadable" };
  }
  const { hostname, pathname } = new URL(name);
  return { kind: "siteUrl", hostname, path: pathname.replace(/\/+$/u, "") };
}

/** Two texts with one key mean the same unit, whatever their case and ending. */
export function requestedKey(workload: Workload, text: string): string {
  const name = parseRequestedName(workload, text);
  switch (name.kind) {
    case "siteId":
      return siteCollectionId(name.id);
    case "siteUrl":
      return `https://${name.hostname}${name.path}`.toLowerCase();
    case "directoryObject":
    case "email":
    case "unreadable":
      return text.trim().toLowerCase();
  }
}

/** What was expected where a requested unit is not known, for the caller. */
export const EXPECTED_UNIT: Readonly<Record<Workload, string>> = {
  exchange: "a mailbox that Microsoft 365 Backup protects in this tenant",
  oneDriveForBusiness: "a OneDrive that Microsoft 365 Backup protects in this tenant",
  sharePoint: "a site that Microsoft 365 Backup protects in this tenant",
};
