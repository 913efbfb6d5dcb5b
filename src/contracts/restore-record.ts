import type { OutcomeCounts } from "../domain/restore-outcome.ts";
import type { Actor } from "./identifiers.ts";
import type { RestoreRun, RestoreUnit, RestoreWave, RequestRestore } from "./restore.ts";

/** A run as stored: what its waves and its orchestration know is added when it is answered. */
export type RestoreRecord = Omit<RestoreRun, "waves" | "waiting" | "isSuspended"> & {
  /** ISO instant after which nobody can approve any more; null until it is planned. */
  readonly approvalDeadline: string | null;
  /** The hash that the approver named; compared with the plan before every activation. */
  readonly approvedHash: string | null;
  readonly cancelledAt: string | null;
  /** Set while an operator has suspended it, so that no session is activated by a wave that was about to start. */
  readonly isHeld: boolean;
};

/** A unit as stored, under its key. */
export type RestoreUnitRecord = RestoreUnit & {
  /** How often it could not be asked about while it was planned. */
  readonly lookUps: number;
};

/** A wave as stored. */
export type RestoreWaveRecord = RestoreWave & {
  /** SHA-256 of its document. */
  readonly sha256: string;
  /** Set before Graph is asked for a session. */
  readonly intent: { readonly at: string; readonly knownDraftIds: readonly string[] } | null;
  /** ISO instant at which its session was seen activated by us; null before. */
  readonly activatedAt: string | null;
  readonly counts: OutcomeCounts | null;
};

/** What was asked for, as a document, so that a long list is accepted at once. */
export interface RestoreRequestDocument {
  readonly units: RequestRestore["units"];
}

/** One row of the ledger of sessions: who owns a session of a tenant and service. */
export interface LedgerRecord {
  readonly sessionId: string;
  readonly runId: string;
  readonly wave: number;
  readonly state: "draft" | "activating" | "active" | "ended" | "deleted";
  readonly recordedAt: string;
}

/** Who may create a session in a tenant and service now. */
export interface CreationLock {
  readonly owner: { readonly runId: string; readonly wave: number } | null;
  /** The owner's intent, which who takes over inherits. */
  readonly intent: { readonly at: string; readonly knownDraftIds: readonly string[] } | null;
}

/** An Idempotency-Key that was used, and for what. */
export interface UsedRequestKey {
  readonly runId: string;
  /** SHA-256 of the request's canonical form. */
  readonly request: string;
  readonly by: Actor;
}
