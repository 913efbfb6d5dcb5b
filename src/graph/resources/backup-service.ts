import { z } from "zod";
import type { TenantGraph } from "../graph-client.ts";
import { readAll } from "../paging.ts";

const ServiceStatus = z.object({
  status: z.string().nullish(),
  disableReason: z.string().nullish(),
  backupServiceConsumer: z.string().nullish(),
  gracePeriodDateTime: z.string().nullish(),
  restoreAllowedTillDateTime: z.string().nullish(),
});

const RootAnswer = z.object({ serviceStatus: ServiceStatus.nullish() });

/** `backupRestoreRoot.serviceStatus` of a tenant; words as Graph gave them. */
export type BackupServiceStatus = z.infer<typeof ServiceStatus>;

/**
 * Reads the state of a tenant's backup service.
 *
 * @throws PermissionError also when the tenant never set up Microsoft 365 Backup: Graph answers both alike.
 */
export async function readBackupService(graph: TenantGraph): Promise<BackupServiceStatus> {
  const root = await graph.read({ method: "GET", path: "/solutions/backupRestore" }, RootAnswer);
  return root.serviceStatus ?? {};
}

const ServiceAppAnswer = z.object({
  id: z.string(),
  status: z.string().nullish(),
  effectiveDateTime: z.string().nullish(),
  application: z.object({ id: z.string().nullish() }).nullish(),
});
export type ServiceApp = z.infer<typeof ServiceAppAnswer>;

/** The applications that are or want to be controller of the tenant's backup service. A service app's id is its application's. */
export const readServiceApps = (graph: TenantGraph): Promise<ServiceApp[]> =>
  readAll(graph, "/solutions/backupRestore/serviceApps", ServiceAppAnswer);

/**
 * Registers the calling application as a candidate for controller; it starts inactive.
 *
 * @throws ConflictError when it is registered already.
 */
export async function registerServiceApp(graph: TenantGraph): Promise<void> {
  await graph.send({ method: "POST", path: "/solutions/backupRestore/serviceApps", body: {} });
}

/**
 * Turns the backup service on and binds it to its billing; doing it again changes nothing.
 *
 * @param appOwnerTenantId The tenant where the calling application is registered.
 * @throws TerminalError with code `InvalidBillingProfile` (402) or `InvalidAppOwnerTenantId` (400), PermissionError with code
 * `UnableToReadBillingProfile`.
 */
export async function enableBackupService(
  graph: TenantGraph,
  appOwnerTenantId: string,
): Promise<void> {
  await graph.send({
    method: "POST",
    path: "/solutions/backupRestore/enable",
    body: { appOwnerTenantId },
  });
}
