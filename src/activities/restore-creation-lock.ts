import type { CreationLock } from "../contracts/restore-record.ts";
import type { WaveKey } from "../contracts/restore-orchestration.ts";
import { type DraftIntent, isOwnDraft } from "../domain/restore-draft.ts";
import { readSessions } from "../graph/resources/restore-sessions.ts";
import { changeRecord } from "../store/change-record.ts";
import { RESTORES_PARTITION, waveRecordKey } from "../store/restores.ts";
import { RecordChangedError, RecordExistsError } from "../store/table.ts";
import { AskAgainError } from "./ask-again.ts";
import { nowText, type RestoreDependencies } from "./restore-dependencies.ts";

/** Creating a session takes seconds; who finds the lock taken looks again after this long. */
const LOCK_WAIT_MS = 15_000;

/** Number under which a run's sweeper holds the lock; waves count from 1. */
export const SWEEPER = 0;

export interface HeldLock {
  readonly intent: DraftIntent;
  /** True when an intent was recorded before this call: a draft may have been created for it. */
  readonly isInherited: boolean;
}

/**
 * Takes the right to create sessions in a tenant and service. The intent stands in the lock before anything is created,
 * so that whoever holds it after a crash knows what to look for.
 *
 * @throws AskAgainError while another wave holds it.
 */
export async function acquireLock(
  dependencies: RestoreDependencies,
  key: WaveKey,
): Promise<HeldLock> {
  const { graph, tables } = dependencies;
  const record = await tables.locks.get(key.tenantId, key.workload);
  const owner = record?.value.owner ?? null;
  const known = record?.value.intent ?? null;
  if (owner !== null && known !== null && isOwner(owner, key)) {
    return { intent: known, isInherited: true };
  }
  if (owner !== null && !(await hasOwnerEnded(dependencies, owner))) {
    throw busy(owner.runId);
  }
  // A stale owner's intent is inherited: its draft, if there is one, has to be found and dealt with first.
  const inherited = owner === null ? null : known;
  const intent = inherited ?? {
    at: nowText(dependencies),
    knownDraftIds: (await readSessions(graph.forTenant(key.tenantId), key.workload))
      .filter((session) => isOwnDraft(session, dependencies.clientId))
      .map(({ id }) => id),
  };
  const taken: CreationLock = { owner: { runId: key.runId, wave: key.number }, intent };
  try {
    await (record === null
      ? tables.locks.insert(key.tenantId, key.workload, taken)
      : tables.locks.replace(key.tenantId, key.workload, taken, record.etag));
  } catch (error) {
    if (error instanceof RecordExistsError || error instanceof RecordChangedError) {
      throw busy("another run");
    }
    throw error;
  }
  return { intent, isInherited: inherited !== null };
}

/** Gives the right back; nothing happens when another wave has it. */
export async function releaseLock(dependencies: RestoreDependencies, key: WaveKey): Promise<void> {
  await changeRecord(dependencies.tables.locks, key.tenantId, key.workload, (lock) =>
    lock.owner !== null && isOwner(lock.owner, key) ? { owner: null, intent: null } : null,
  );
}

/** The intent under which this wave holds the lock; null when it does not. */
export async function heldIntent(
  { tables }: RestoreDependencies,
  key: WaveKey,
): Promise<DraftIntent | null> {
  const record = await tables.locks.get(key.tenantId, key.workload);
  const owner = record?.value.owner ?? null;
  return owner !== null && isOwner(owner, key) ? (record?.value.intent ?? null) : null;
}

const isOwner = (owner: NonNullable<CreationLock["owner"]>, key: WaveKey): boolean =>
  owner.runId === key.runId && owner.wave === key.number;

const busy = (holder: string): AskAgainError =>
  new AskAgainError(
    "sessionCreationBusy",
    `Sessions of a tenant and service are created one at a time; ${holder} is creating one.`,
    LOCK_WAIT_MS,
  );

/** Only a wave that has ended, or whose run has, cannot come back to its intent. */
async function hasOwnerEnded(
  { tables }: RestoreDependencies,
  owner: NonNullable<CreationLock["owner"]>,
): Promise<boolean> {
  const run = await tables.runs.get(RESTORES_PARTITION, owner.runId);
  if (run === null || run.value.finishedAt !== null) {
    return true;
  }
  const wave = await tables.waves.get(owner.runId, waveRecordKey(owner.wave));
  return wave !== null && (wave.value.state === "ended" || wave.value.state === "cancelled");
}
