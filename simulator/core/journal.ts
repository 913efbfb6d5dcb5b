/** One thing the journal shows as an effect: an event and the id of what changed. */
export interface Effect {
  readonly type: string;
  readonly tenantId: string;
  readonly subject: string | null;
}

/** Who asked for what, and what came of it. */
export interface JournalRow {
  /** Rises by one with each row. */
  readonly sequence: number;
  readonly at: string;
  readonly kind: "request" | "transition" | "scenario" | "control";
  readonly tenantId: string;
  readonly method: string;
  /** Path and query of a request; the type of a transition; the name of a scenario. */
  readonly path: string;
  readonly status: number;
  readonly code: string | null;
  /** What a fault did to the request or its answer; `status` is then still Graph's own. */
  readonly fault?: string;
  /** While faults are sown: the number under which this request drew its own, counted from zero. */
  readonly draw?: number;
  readonly appId: string | null;
  readonly userId: string | null;
  readonly requestId: string | null;
  readonly clientRequestId: string | null;
  readonly effects: readonly Effect[];
}

export interface JournalQuery {
  readonly after?: number;
  readonly tenantId?: string;
  readonly effectsOnly?: boolean;
  readonly limit?: number;
  /** Of all rows that fit the newest ones instead of the oldest ones; they come oldest first all the same. */
  readonly newest?: boolean;
}

const MAX_ROWS_WITHOUT_EFFECTS = 100_000;

/** So many of the newest rows of each kind stay in memory when the older ones can be read from the log. */
const RECENT_ROWS = 10_000;

/** What a checkpoint keeps: the newest rows with effects, the newest without, and up to where each kind is missing. */
export interface SavedJournal {
  readonly effects: readonly JournalRow[];
  readonly reads: readonly JournalRow[];
  readonly missing: Missing;
}

/** Numbers up to which rows with effects, and rows of any kind, may no longer be in memory. */
interface Missing {
  readonly effects: number;
  readonly any: number;
}

/** Gives the rows of the log, oldest first, at least up to where they are missing in memory. */
type ReadRows = () => Iterable<JournalRow>;

/**
 * Rows for the control API. Without a log on disk all rows with effects stay in memory and the newest of the others;
 * with one, the newest of each, and older ones are read when somebody asks for them.
 */
export class Journal {
  #effects: JournalRow[] = [];
  #reads: JournalRow[] = [];
  #missing: Missing = { effects: 0, any: 0 };
  #readLog: ReadRows = () => [];

  add(row: JournalRow): void {
    if (row.effects.length > 0) {
      this.#effects.push(row);
      return;
    }
    this.#reads.push(row);
    if (this.#reads.length > 2 * MAX_ROWS_WITHOUT_EFFECTS) {
      this.#reads = this.#reads.slice(-MAX_ROWS_WITHOUT_EFFECTS);
    }
  }

  /** Rows after a sequence number, oldest first. */
  list(query: JournalQuery): JournalRow[] {
    const { after = 0, effectsOnly = false, limit = 1_000, newest = false } = query;
    const isWanted = wantedBy(query);
    const missing = effectsOnly ? this.#missing.effects : this.#missing.any;
    const recent = this.#effects
      .concat(effectsOnly ? [] : this.#reads)
      .filter((row) => row.sequence > missing && isWanted(row))
      .sort((left, right) => left.sequence - right.sequence);
    if (after >= missing || (newest && recent.length >= limit)) {
      return newest ? recent.slice(-limit) : recent.slice(0, limit);
    }
    const rows: JournalRow[] = [];
    for (const row of this.#readLog()) {
      if (row.sequence > missing) break;
      if (isWanted(row)) rows.push(row);
      if (!newest && rows.length >= limit) return rows;
    }
    rows.push(...recent);
    return newest ? rows.slice(-limit) : rows.slice(0, limit);
  }

  save(): SavedJournal {
    const effects = this.#effects.slice(-RECENT_ROWS);
    const reads = this.#reads.slice(-RECENT_ROWS);
    const missing =
      effects.length === this.#effects.length ? this.#missing.effects : firstOf(effects) - 1;
    const missingReads =
      reads.length === this.#reads.length ? this.#missing.any : firstOf(reads) - 1;
    const any = Math.max(missing, missingReads);
    return { effects, reads, missing: { effects: missing, any } };
  }

  /** Goes on from what was saved. */
  load({ effects, reads, missing }: SavedJournal, readLog: ReadRows): void {
    this.#effects = [...effects];
    this.#reads = [...reads];
    this.#missing = missing;
    this.#readLog = readLog;
  }

  /** Lets go of the rows that were not saved: `readLog` gives them from now on when somebody asks for them. */
  forget({ effects, reads, missing }: SavedJournal, readLog: ReadRows): void {
    this.#effects = this.#effects.filter(({ sequence }) => sequence >= firstOf(effects));
    this.#reads = this.#reads.filter(({ sequence }) => sequence >= firstOf(reads));
    this.#missing = missing;
    this.#readLog = readLog;
  }
}

/** Number of the first of some rows; 0 when there are none. */
function firstOf(rows: readonly JournalRow[]): number {
  return rows[0]?.sequence ?? 0;
}

function wantedBy({ after = 0, tenantId, effectsOnly = false }: JournalQuery) {
  return (row: JournalRow): boolean =>
    row.sequence > after &&
    (!effectsOnly || row.effects.length > 0) &&
    (tenantId === undefined ||
      row.tenantId === tenantId ||
      row.effects.some((effect) => effect.tenantId === tenantId));
}
