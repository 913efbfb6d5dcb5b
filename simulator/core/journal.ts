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
}

const MAX_ROWS_WITHOUT_EFFECTS = 100_000;

/** Rows in memory for the control API: all rows with effects, and the newest of the others. */
export class Journal {
  #effects: JournalRow[] = [];
  #reads: JournalRow[] = [];

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
  list({ after = 0, tenantId, effectsOnly = false, limit = 1_000 }: JournalQuery): JournalRow[] {
    const wanted = (row: JournalRow) =>
      row.sequence > after &&
      (tenantId === undefined ||
        row.tenantId === tenantId ||
        row.effects.some((effect) => effect.tenantId === tenantId));
    const rows = this.#effects.filter(wanted);
    if (!effectsOnly) rows.push(...this.#reads.filter(wanted));
    return rows.sort((left, right) => left.sequence - right.sequence).slice(0, limit);
  }
}
