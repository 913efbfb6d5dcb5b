import { defineEvent, defineState } from "../core/area.ts";
import { LIMITS } from "./limits.ts";
import type { SynchronizationSchema } from "./synchronization-schema.ts";
import {
  createJob,
  type Execution,
  lastIdleExecution,
  type Quarantine,
  type SynchronizationJob,
  type SynchronizedEntry,
} from "./synchronization-job.ts";

/** A user or group in the scope of a configuration; provisioning on demand honours it from `effectiveAt` on. */
export interface Assignment {
  readonly id: string;
  readonly principalId: string;
  readonly principalType: "User" | "Group";
  readonly principalDisplayName: string;
  readonly appRoleId: string;
  readonly createdAt: number;
  readonly effectiveAt: number;
}

export interface Secret {
  readonly key: string;
  readonly value: string | null;
}

/** One instance of the gallery application for cross-tenant synchronization, with what was configured in it. */
export interface Configuration {
  readonly tenantId: string;
  readonly applicationId: string;
  readonly servicePrincipalId: string;
  readonly appId: string;
  readonly appRoleId: string;
  readonly scopeId: string;
  readonly displayName: string;
  readonly serviceManagementReference: string | null;
  readonly createdAt: number;
  /** Other requests find it from here on. */
  readonly visibleAt: number;
}

interface ConfigurationState extends Configuration {
  secrets: readonly Secret[];
  readonly assignments: Map<string, Assignment>;
  readonly jobs: Map<string, SynchronizationJob>;
}

/** One row of the provisioning logs, in a form small enough for hundreds of thousands of them. */
export interface ProvisioningRow {
  readonly at: number;
  readonly durationMs: number;
  readonly servicePrincipalId: string;
  readonly jobId: string;
  readonly cycleId: string;
  readonly action: "create" | "update" | "disable" | "delete" | "stagedDelete" | "other";
  readonly status: "success" | "failure" | "skipped";
  /** Error code or skip reason. */
  readonly reason: string | null;
  readonly sourceId: string;
  readonly targetId: string | null;
  readonly changes: readonly string[];
}

interface SynchronizationState {
  readonly configurations: Map<string, ConfigurationState>;
  /** Provisioning log of each source tenant, oldest first. */
  readonly logs: Map<string, ProvisioningRow[]>;
  /** When each source tenant last provisioned on demand; only the newest few. */
  readonly onDemand: Map<string, number[]>;
}

/** Configurations, jobs and provisioning logs of all tenants; instants are epoch milliseconds. */
export const synchronizationState = defineState<SynchronizationState>("synchronization", () => ({
  configurations: new Map(),
  logs: new Map(),
  onDemand: new Map(),
}));

type Source = Parameters<typeof synchronizationState.of>[0];

export type ReadonlyConfiguration = Readonly<ConfigurationState>;

export function listConfigurations(source: Source): ReadonlyConfiguration[] {
  return [...synchronizationState.of(source).configurations.values()];
}

export function findConfiguration(
  source: Source,
  servicePrincipalId: string,
): ReadonlyConfiguration | null {
  return (
    synchronizationState.of(source).configurations.get(servicePrincipalId.toLowerCase()) ?? null
  );
}

/** The tenant that the saved secrets name as target, or null while there are none. */
export function targetOf(configuration: ReadonlyConfiguration): string | null {
  const isPolicy = configuration.secrets.some(
    ({ key, value }) => key === "AuthenticationType" && value === "SyncPolicy",
  );
  const company = configuration.secrets.find(({ key }) => key === "CompanyId")?.value;
  return isPolicy && company ? company.toLowerCase() : null;
}

export const configurationCreated = defineEvent(
  synchronizationState,
  "synchronization.configurationCreated",
  (state, payload: Configuration) => {
    state.configurations.set(payload.servicePrincipalId, {
      ...payload,
      secrets: [],
      assignments: new Map(),
      jobs: new Map(),
    });
  },
  ({ servicePrincipalId }) => servicePrincipalId,
);

interface ConfigurationKey {
  readonly servicePrincipalId: string;
}

const configurationSubject = ({ servicePrincipalId }: ConfigurationKey) => servicePrincipalId;

export const configurationDeleted = defineEvent(
  synchronizationState,
  "synchronization.configurationDeleted",
  (state, { servicePrincipalId }: ConfigurationKey) => {
    state.configurations.delete(servicePrincipalId);
  },
  configurationSubject,
);

export const secretsSaved = defineEvent(
  synchronizationState,
  "synchronization.secretsSaved",
  (state, payload: ConfigurationKey & { readonly secrets: readonly Secret[] }) => {
    const configuration = state.configurations.get(payload.servicePrincipalId);
    if (configuration !== undefined) {
      configuration.secrets = payload.secrets;
    }
  },
  configurationSubject,
);

export const assignmentCreated = defineEvent(
  synchronizationState,
  "synchronization.assignmentCreated",
  (state, payload: ConfigurationKey & { readonly assignment: Assignment }) => {
    state.configurations
      .get(payload.servicePrincipalId)
      ?.assignments.set(payload.assignment.id, payload.assignment);
  },
  ({ assignment }) => assignment.id,
);

export const assignmentDeleted = defineEvent(
  synchronizationState,
  "synchronization.assignmentDeleted",
  (state, payload: ConfigurationKey & { readonly assignmentId: string }) => {
    state.configurations.get(payload.servicePrincipalId)?.assignments.delete(payload.assignmentId);
  },
  ({ assignmentId }) => assignmentId,
);

interface JobKey extends ConfigurationKey {
  readonly jobId: string;
}

const jobSubject = ({ jobId }: JobKey) => jobId;

function jobOf(state: SynchronizationState, { servicePrincipalId, jobId }: JobKey) {
  return state.configurations.get(servicePrincipalId)?.jobs.get(jobId);
}

export const jobCreated = defineEvent(
  synchronizationState,
  "synchronization.jobCreated",
  (state, payload: JobKey & { readonly emptyCycleMs: number }, { at }) => {
    state.configurations
      .get(payload.servicePrincipalId)
      ?.jobs.set(payload.jobId, createJob(payload.jobId, at, payload.emptyCycleMs));
  },
  jobSubject,
);

export const jobDeleted = defineEvent(
  synchronizationState,
  "synchronization.jobDeleted",
  (state, payload: JobKey) => {
    state.configurations.get(payload.servicePrincipalId)?.jobs.delete(payload.jobId);
  },
  jobSubject,
);

export const schemaSaved = defineEvent(
  synchronizationState,
  "synchronization.schemaSaved",
  (state, payload: JobKey & { readonly schema: SynchronizationSchema | null }) => {
    const job = jobOf(state, payload);
    if (job !== undefined) {
      job.schema = payload.schema;
    }
  },
  jobSubject,
);

/** Keeps what the idle cycles have reached before the grid is left. */
function foldIdleCycles(job: SynchronizationJob, at: number): void {
  const idle = lastIdleExecution(job, at);
  if (idle !== null) {
    job.last = idle;
    job.lastSuccessful = idle;
  }
}

export const jobStarted = defineEvent(
  synchronizationState,
  "synchronization.jobStarted",
  (
    state,
    payload: JobKey & {
      readonly nextCycleAt: number;
      /** What a restart throws away; a plain start keeps everything. */
      readonly reset: { readonly entries: boolean; readonly deletionsApproved: boolean };
    },
    { at },
  ) => {
    const job = jobOf(state, payload);
    if (job === undefined) {
      return;
    }
    foldIdleCycles(job, at);
    job.generation += 1;
    job.schedule = "Active";
    job.gridAt = null;
    job.plannedAt = payload.nextCycleAt;
    job.quarantine = null;
    job.failuresInRow = 0;
    job.areDeletionsApproved ||= payload.reset.deletionsApproved;
    if (payload.reset.entries) {
      for (const [id, entry] of job.entries) {
        if (entry.targetId === null) {
          job.entries.delete(id);
        } else {
          job.entries.set(id, { ...entry, fingerprint: "" });
        }
      }
    }
  },
  jobSubject,
);

export const jobStopped = defineEvent(
  synchronizationState,
  "synchronization.jobStopped",
  (state, payload: JobKey & { readonly schedule: "Paused" | "Disabled" }, { at }) => {
    const job = jobOf(state, payload);
    if (job !== undefined) {
      foldIdleCycles(job, at);
      job.schedule = payload.schedule;
      job.gridAt = null;
      job.plannedAt = null;
      // The running cycle still finishes; only the following ones are void.
      job.generation += 1;
    }
  },
  jobSubject,
);

export const cyclePlanned = defineEvent(
  synchronizationState,
  "synchronization.cyclePlanned",
  (state, payload: JobKey & { readonly plannedAt: number | null }) => {
    const job = jobOf(state, payload);
    if (job !== undefined) {
      job.plannedAt = payload.plannedAt;
    }
  },
  jobSubject,
);

export const cycleBegan = defineEvent(
  synchronizationState,
  "synchronization.cycleBegan",
  (
    state,
    payload: JobKey & {
      readonly cycleId: string;
      readonly planned: number;
      readonly entitled: number;
      readonly perUserMs: number;
    },
    { at },
  ) => {
    const job = jobOf(state, payload);
    if (job !== undefined) {
      foldIdleCycles(job, at);
      const { cycleId, planned, entitled, perUserMs } = payload;
      job.gridAt = null;
      job.plannedAt = null;
      job.cycle = {
        cycleId,
        beganAt: at,
        planned,
        entitled,
        perUserMs,
        processed: 0,
        exported: 0,
        processedAt: at,
      };
    }
  },
  jobSubject,
);

/** One user after the other as they leave the cycle or an on-demand request. */
export interface ExportRecord {
  /** Null removes the user from what the job keeps. */
  readonly entry: SynchronizedEntry | null;
  /** Null where nothing new is to be said. */
  readonly row: Omit<
    ProvisioningRow,
    "servicePrincipalId" | "jobId" | "cycleId" | "sourceId"
  > | null;
  readonly sourceId: string;
}

export const usersExported = defineEvent(
  synchronizationState,
  "synchronization.usersExported",
  (
    state,
    payload: JobKey & {
      readonly cycleId: string;
      /** How far the cycle is now; null for an on-demand request. */
      readonly processed: number | null;
      readonly records: readonly ExportRecord[];
    },
    { at, tenantId },
  ) => {
    const job = jobOf(state, payload);
    if (job === undefined) {
      return;
    }
    const { servicePrincipalId, jobId, cycleId } = payload;
    const log = state.logs.get(tenantId) ?? [];
    state.logs.set(tenantId, log);
    let exported = 0;
    for (const { entry, row, sourceId } of payload.records) {
      if (entry === null) {
        job.entries.delete(sourceId);
      } else {
        job.entries.set(sourceId, entry);
      }
      if (row !== null) {
        log.push({ ...row, servicePrincipalId, jobId, cycleId, sourceId });
        exported += row.status === "success" ? 1 : 0;
      }
    }
    if (payload.processed === null) {
      const recent = [...(state.onDemand.get(tenantId) ?? []), at];
      state.onDemand.set(tenantId, recent.slice(-LIMITS.provisionOnDemandRequests.value));
    } else if (job.cycle !== null) {
      job.cycle.processed = payload.processed;
      job.cycle.exported += exported;
      job.cycle.processedAt = at;
    }
  },
  jobSubject,
);

export const cycleEnded = defineEvent(
  synchronizationState,
  "synchronization.cycleEnded",
  (
    state,
    payload: JobKey & {
      readonly execution: Execution;
      readonly quarantine: Quarantine | null;
      /** Begin of the next cycle; null when a quarantined or stopped job has none on the grid. */
      readonly gridAt: number | null;
    },
  ) => {
    const job = jobOf(state, payload);
    if (job === undefined) {
      return;
    }
    const { execution, quarantine, gridAt } = payload;
    job.cycle = null;
    job.plannedAt = null;
    job.last = execution;
    job.quarantine = quarantine;
    job.gridAt = gridAt;
    if (execution.error !== null) {
      job.failuresInRow += 1;
      return;
    }
    job.failuresInRow = 0;
    job.areDeletionsApproved = false;
    job.lastSuccessful = execution;
    job.steadySince ??= execution.endedAt;
    if (execution.exported > 0) {
      job.lastWithExports = execution;
    }
  },
  jobSubject,
);
