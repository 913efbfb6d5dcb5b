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

/** So many of the newest rows stay in memory when the older ones can be read from the log. */
const RECENT_ROWS = 10_000;

/** What a checkpoint keeps. */
export interface SavedJournal {
  readonly recent: readonly JournalRow[];
}

/** Where rows are that are no longer in memory. */
interface OlderRows {
  /** Number of the newest of them. */
  readonly until: number;
  /** Reads them, oldest first. */
  read(): Iterable<JournalRow>;
}

/**
 * Rows for the control API. Without a log on disk all rows with effects stay in memory and the newest of the others;
 * with one, the newest of all, and older ones are read when somebody asks for them.
 */
export class Journal {
  #effects: JournalRow[] = [];
  #reads: JournalRow[] = [];
  #older: OlderRows | null = null;

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
    const recent = this.#effects.concat(effectsOnly ? [] : this.#reads).filter(isWanted);
    recent.sort((left, right) => left.sequence - right.sequence);
    const isEnough = newest && recent.length >= limit;
    if (this.#older === null || after >= this.#older.until || isEnough) {
      return newest ? recent.slice(-limit) : recent.slice(0, limit);
    }
    const rows: JournalRow[] = [];
    for (const row of this.#older.read()) {
      if (isWanted(row)) rows.push(row);
      if (!newest && rows.length >= limit) return rows;
    }
    rows.push(...recent);
    return newest ? rows.slice(-limit) : rows.slice(0, limit);
  }

  save(): SavedJournal {
    return { recent: this.list({ newest: true, limit: RECENT_ROWS }) };
  }

  /** Goes on from what was saved; rows before those are read by `read`, which gives all up to the newest of them. */
  load({ recent }: SavedJournal, read: OlderRows["read"]): void {
    this.#effects = [];
    this.#reads = [];
    for (const row of recent) this.add(row);
    this.forget(recent, read);
  }

  /** Lets go of every row before the recent ones, which `read` gives from now on when somebody asks for them. */
  forget(recent: readonly JournalRow[], read: OlderRows["read"]): void {
    const until = (recent[0]?.sequence ?? 1) - 1;
    if (until === 0) return;
    const isRecent = (row: JournalRow) => row.sequence > until;
    this.#effects = this.#effects.filter(isRecent);
    this.#reads = this.#reads.filter(isRecent);
    this.#older = {
      until,
      *read() {
        for (const row of read()) {
          if (row.sequence > until) return;
          yield row;
        }
      },
    };
  }
}

function wantedBy({ after = 0, tenantId, effectsOnly = false }: JournalQuery) {
  return (row: JournalRow): boolean =>
    row.sequence > after &&
    (!effectsOnly || row.effects.length > 0) &&
    (tenantId === undefined ||
      row.tenantId === tenantId ||
      row.effects.some((effect) => effect.tenantId === tenantId));
}
