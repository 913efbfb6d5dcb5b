import { z } from "zod";
import type { TenantGraph } from "../graph-client.ts";
import { readAll } from "../paging.ts";

/** The synchronization template for users of one tenant as members of another. Source: E-XTS configure with Graph, 2024-10. */
export const TEMPLATE_ID = "Azure2Azure";

const Execution = z.object({ state: z.string().nullish(), timeEnded: z.string().nullish() });

const JobAnswer = z.object({
  id: z.string(),
  templateId: z.string().nullish(),
  schedule: z.object({ state: z.string().nullish() }).nullish(),
  status: z
    .object({
      code: z.string().nullish(),
      steadyStateFirstAchievedTime: z.string().nullish(),
      lastSuccessfulExecution: Execution.nullish(),
      quarantine: z
        .object({
          reason: z.string().nullish(),
          error: z.object({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
        })
        .nullish(),
    })
    .nullish(),
});
export type SynchronizationJob = z.infer<typeof JobAnswer>;

const synchronizationPath = (servicePrincipalId: string): string =>
  `/servicePrincipals/${servicePrincipalId}/synchronization`;

/**
 * Asks whether the source may write into the target. Nothing is stored.
 *
 * @throws ConflictError with code `AzureDirectoryB2BManagementPolicyCheckFailure` until the settings of both tenants have
 * taken effect.
 */
export async function validateCredentials(
  graph: TenantGraph,
  servicePrincipalId: string,
  targetTenantId: string,
): Promise<void> {
  await graph.send({
    method: "POST",
    path: `${synchronizationPath(servicePrincipalId)}/jobs/validateCredentials`,
    body: {
      useSavedCredentials: false,
      templateId: TEMPLATE_ID,
      credentials: [
        { key: "CompanyId", value: targetTenantId },
        { key: "AuthenticationType", value: "SyncPolicy" },
      ],
    },
  });
}

/** The jobs of a configuration; one for each direction of synchronization. */
export const readJobs = (
  graph: TenantGraph,
  servicePrincipalId: string,
): Promise<SynchronizationJob[]> =>
  readAll(graph, `${synchronizationPath(servicePrincipalId)}/jobs`, JobAnswer);

export const readJob = (
  graph: TenantGraph,
  servicePrincipalId: string,
  jobId: string,
): Promise<SynchronizationJob> =>
  graph.read(
    {
      method: "GET",
      path: `${synchronizationPath(servicePrincipalId)}/jobs/${encodeURIComponent(jobId)}`,
    },
    JobAnswer,
  );

/** Creates a job; it does not run until it is started. */
export const createJob = (
  graph: TenantGraph,
  servicePrincipalId: string,
): Promise<SynchronizationJob> =>
  graph.read(
    {
      method: "POST",
      path: `${synchronizationPath(servicePrincipalId)}/jobs`,
      body: { templateId: TEMPLATE_ID },
    },
    JobAnswer,
  );

/**
 * Saves where the configuration writes to and how. Nothing of it is secret: with `SyncPolicy` the target's settings are
 * the permission. Replaces what was saved.
 */
export async function saveSecrets(
  graph: TenantGraph,
  servicePrincipalId: string,
  targetTenantId: string,
): Promise<void> {
  const notification = { Enabled: false, DeleteThresholdEnabled: true, DeleteThresholdValue: 500 };
  await graph.send({
    method: "PUT",
    path: `${synchronizationPath(servicePrincipalId)}/secrets`,
    body: {
      value: [
        { key: "AuthenticationType", value: "SyncPolicy" },
        { key: "CompanyId", value: targetTenantId },
        { key: "SyncNotificationSettings", value: JSON.stringify(notification) },
        { key: "SyncAll", value: "false" },
      ],
    },
  });
}

/** Starts a job. Microsoft warns against calling it for a job that runs. */
export async function startJob(
  graph: TenantGraph,
  servicePrincipalId: string,
  jobId: string,
): Promise<void> {
  await graph.send({
    method: "POST",
    path: `${synchronizationPath(servicePrincipalId)}/jobs/${encodeURIComponent(jobId)}/start`,
  });
}
