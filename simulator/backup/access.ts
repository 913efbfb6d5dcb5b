import type { GraphRequest } from "../core/route.ts";
import { backupOf, type TenantBackup } from "./backup-state.ts";
import { refusal } from "./error-catalogue.ts";
import { lockAgainst, mayAct, type Purpose } from "./service-control.ts";

/** Permissions by their short names in the reference; a `ReadWrite` scope includes its `Read`. */
const scope = (area: string) => {
  const read = `BackupRestore-${area}.Read.All`;
  const write = `BackupRestore-${area}.ReadWrite.All`;
  return { read: { application: [read, write] }, write: { application: [write] } };
};

export const CONFIGURATION = scope("Configuration");
export const CONTROL = scope("Control");
export const RESTORE = scope("Restore");
export const SEARCH = { read: { application: ["BackupRestore-Search.Read.All"] } };

/** The same permissions, but only for a signed-in person. */
export function delegatedOnly(permissions: { readonly application: readonly string[] }): {
  readonly application: null;
  readonly delegated: readonly string[];
} {
  return { application: null, delegated: permissions.application };
}

/** Application id of the Microsoft Graph PowerShell client, which may not touch the service's root by design. */
export const POWERSHELL_CLIENT_ID = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

export function refusePowerShell(request: GraphRequest): void {
  if (request.principal.appId === POWERSHELL_CLIENT_ID) throw refusal("access", "Forbidden");
}

/** The tenant's backup, if the product was ever touched there. */
export function openProvisioned(request: GraphRequest): TenantBackup {
  const tenant = backupOf(request);
  if (!tenant.control.isProvisioned) throw refusal("access", "UnknownError");
  return tenant;
}

/** The tenant's backup, if the caller may do such a thing there now. */
export function openBackup(request: GraphRequest, purpose: Purpose): TenantBackup {
  const tenant = openProvisioned(request);
  if (!mayAct(tenant.control, request.principal.appId, purpose)) {
    throw refusal("access", "UnknownError");
  }
  const lock = lockAgainst(tenant.control.status, purpose);
  if (lock !== null) throw refusal("access", lock);
  return tenant;
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isGuid(text: string): boolean {
  return GUID.test(text);
}
