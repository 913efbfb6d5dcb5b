import type { OperatorAction } from "../contracts/onboarding.ts";
import type { backupServiceActivities } from "../contracts/onboarding-orchestration.ts";
import {
  type BackupControlReading,
  type BackupServiceNeed,
  decideBackupService,
} from "../domain/onboarding-backup.ts";
import type { Implementations } from "../durable/activity.ts";
import { ConflictError, PermissionError } from "../graph/errors.ts";
import type { GraphClient, TenantGraph } from "../graph/graph-client.ts";
import {
  enableBackupService,
  readBackupService,
  readServiceApps,
  registerServiceApp,
} from "../graph/resources/backup-service.ts";
import { readMissingPermissions } from "../graph/resources/preflight.ts";

export interface BackupServiceDependencies {
  readonly graph: GraphClient;
  readonly clientId: string;
  readonly graphBaseUrl: string;
  /** Tenant where our application is registered; null when it is registered in each tenant itself. */
  readonly appOwnerTenantId: string | null;
  readonly isWriteAllowed: (tenantId: string) => boolean;
}

const WRITES_ARE_OFF =
  "Writes to this tenant are off: add it to the setting AllowWrites to allow them.";

/** The activities that make a tenant's backup service ready. Each reads before it writes. */
export function createBackupServiceActivities(
  dependencies: BackupServiceDependencies,
): Implementations<typeof backupServiceActivities> {
  const { graph, isWriteAllowed, appOwnerTenantId } = dependencies;

  const decide = async (tenantId: string): Promise<BackupServiceNeed> =>
    decideBackupService(await readControl(graph.forTenant(tenantId), dependencies.clientId));

  async function controls(tenantId: string): Promise<boolean> {
    try {
      const { kind } = await decide(tenantId);
      return kind === "ready" || kind === "enable";
    } catch (error) {
      // What is missing to read it is named by the probes.
      if (error instanceof PermissionError) {
        return false;
      }
      throw error;
    }
  }

  return {
    async preflight({ tenantId, owner }) {
      if (!isWriteAllowed(tenantId)) {
        return { problems: [WRITES_ARE_OFF] };
      }
      // The owner lists the member and synchronizes with it: that is written there.
      if (owner !== null && !isWriteAllowed(owner.tenantId)) {
        return {
          problems: [
            `Writes to ${owner.displayName}, the owner of the multitenant organization, are off: add ${owner.tenantId} to the setting AllowWrites to allow them.`,
          ],
        };
      }
      const isController = await controls(tenantId);
      return { problems: await readMissingPermissions(graph.forTenant(tenantId), isController) };
    },
    async readNeed({ tenantId }) {
      const need = await decide(tenantId);
      return {
        need,
        operatorAction: need.kind === "activate" ? activation(dependencies, tenantId) : null,
      };
    },
    async register({ tenantId }) {
      if ((await decide(tenantId)).kind === "register") {
        try {
          await registerServiceApp(graph.forTenant(tenantId));
        } catch (error) {
          // Registered meanwhile: the next read shows it.
          if (!(error instanceof ConflictError)) {
            throw error;
          }
        }
      }
      return null;
    },
    async enable({ tenantId }) {
      if ((await decide(tenantId)).kind === "enable") {
        await enableBackupService(graph.forTenant(tenantId), appOwnerTenantId ?? tenantId);
      }
      return null;
    },
  };
}

async function readControl(graph: TenantGraph, clientId: string): Promise<BackupControlReading> {
  const service = await readBackupService(graph);
  const apps = await readServiceApps(graph);
  const isOurs = ({ id, application }: (typeof apps)[number]) =>
    [id, application?.id].some((known) => known?.toLowerCase() === clientId.toLowerCase());
  const own = apps.find(isOurs);
  const other = apps.find(
    (app) => app !== own && (app.status === "active" || app.status === "pendingInactive"),
  );
  return {
    status: service.status ?? "unknownFutureValue",
    disableReason: service.disableReason ?? null,
    consumer: service.backupServiceConsumer ?? null,
    ownAppStatus: own === undefined ? null : (own.status ?? "inactive"),
    effectiveDateTime: own?.effectiveDateTime ?? null,
    otherController: other?.id ?? null,
  };
}

/** Microsoft allows the activation to a signed-in person only. Source: permissions of serviceApp: activate, 2026-08. */
function activation(
  { clientId, graphBaseUrl }: BackupServiceDependencies,
  tenantId: string,
): OperatorAction {
  return {
    instruction: `Sign in to tenant ${tenantId} as an administrator and activate the application ${clientId} as controller of Microsoft 365 Backup.`,
    request: `POST ${graphBaseUrl}/v1.0/solutions/backupRestore/serviceApps/${clientId}/activate with the body {}`,
    permission:
      "BackupRestore-Control.ReadWrite.All, delegated; role Global Administrator or SharePoint Administrator",
  };
}
