import type { BlobStore } from "../content/blob-store.ts";
import { faultArea, noteDraw } from "../faults/seeded-faults.ts";
import type { Estate } from "../seed/estate.ts";
import type { Area, EventDefinition, TransitionDefinition } from "./area.ts";
import type { Context } from "./context.ts";
import { iso } from "./iso.ts";
import { Journal, type Effect, type JournalRow, type SavedJournal } from "./journal.ts";
import { fraction, guidFrom } from "./random.ts";
import { coreArea, dropped, scheduled, scheduleState } from "./schedule.ts";
import type { TransactionLog } from "./transaction-log.ts";
import { World } from "./world.ts";

/** Everything of a journal row that is not known from the transaction itself. */
export type Entry = Omit<
  JournalRow,
  "sequence" | "at" | "effects" | "status" | "code" | "fault" | "draw"
>;

export interface Outcome {
  readonly status: number;
  readonly code: string | null;
  /** Set when a fault hit the request. */
  readonly fault?: string;
}

interface StoredEvent {
  readonly type: string;
  readonly tenantId: string;
  readonly payload: unknown;
}

interface StoredTransaction {
  readonly at: number;
  readonly row: Omit<JournalRow, "at" | "effects">;
  readonly events: readonly StoredEvent[];
}

/** What a checkpoint keeps: everything that comes from the log, as it was after a transaction. */
export interface SavedEngine {
  readonly sequence: number;
  readonly reached: number;
  readonly journal: SavedJournal;
  readonly states: ReadonlyMap<string, unknown>;
}

/**
 * The world and its only way to change.
 *
 * E1. State is what the records of the log give; reducers see nothing else.
 * E2. One request is one transaction: its events and its journal row are one record of the log.
 * E3. Before a request, everything that was due by then has happened, in order of time, each at its own time.
 * E4. Time never goes back, not even when the clock of a restarted simulator stands earlier.
 */
export class Engine {
  readonly world: World;
  readonly journal = new Journal();
  readonly blobs: BlobStore;
  readonly #log: TransactionLog;
  readonly #clock: { now(): number };
  readonly #events = new Map<string, EventDefinition<unknown>>();
  readonly #transitions = new Map<string, TransitionDefinition<unknown>>();
  #sequence = 0;
  #reached: number;
  #isSeeded = false;
  #draw: number | null = null;
  #afterTransaction: () => void = () => undefined;

  constructor(options: {
    readonly estate: Estate;
    readonly areas: readonly Area[];
    readonly log: TransactionLog;
    readonly blobs: BlobStore;
    readonly clock: { now(): number };
  }) {
    const areas = [coreArea, faultArea, ...options.areas];
    this.world = new World(
      options.estate,
      areas.flatMap((area) => area.states),
    );
    this.blobs = options.blobs;
    this.#log = options.log;
    this.#clock = options.clock;
    this.#reached = options.estate.startsAt;
    for (const event of areas.flatMap((area) => area.events)) {
      this.#define(this.#events, event.type, event);
    }
    for (const transition of areas.flatMap((area) => area.transitions)) {
      this.#define(this.#transitions, transition.type, transition);
    }
  }

  /** Whether anything has ever happened. */
  get hasHistory(): boolean {
    return this.#sequence > 0;
  }

  /** Whether the first start has come to its end. */
  get isSeeded(): boolean {
    return this.#isSeeded;
  }

  /** Number of the newest transaction; 0 before the first. */
  get sequence(): number {
    return this.#sequence;
  }

  /** The current instant: the clock's, but never before what has already happened. */
  now(): number {
    return Math.max(this.#clock.now(), this.#reached);
  }

  /** Applies one record of the log, as read at a start. */
  replay(record: unknown): void {
    const { at, row, events } = record as StoredTransaction;
    for (const event of events) this.#apply(event, at, row.sequence);
    this.#finish(at, row, events);
  }

  /** Everything that a checkpoint keeps. It shares the living state: to be written out before anything else happens. */
  save(): SavedEngine {
    return {
      sequence: this.#sequence,
      reached: this.#reached,
      journal: this.journal.save(),
      states: this.world.save(),
    };
  }

  /** Takes over what `save` gave; `read` gives the records of the log up to there, for the journal. */
  load(saved: SavedEngine, read: () => Iterable<unknown>): void {
    this.#sequence = saved.sequence;
    this.#reached = saved.reached;
    // Only a world that has been seeded as a whole is ever saved.
    this.#isSeeded = true;
    this.world.load(saved.states);
    this.journal.load(saved.journal, () => this.#rowsOf(read));
  }

  /** Leaves rows of the journal before those of a checkpoint to the log. */
  forgetBefore({ journal }: SavedEngine, read: () => Iterable<unknown>): void {
    this.journal.forget(journal, () => this.#rowsOf(read));
  }

  /** Called after each transaction from now on; not for those that are replayed. */
  onTransaction(listener: () => void): void {
    this.#afterTransaction = listener;
  }

  /** Journals a request that `run` executes with the number under which it drew its fault. */
  withDraw<T>(number: number, run: () => T): T {
    const outer = this.#draw;
    this.#draw = number;
    try {
      return run();
    } finally {
      this.#draw = outer;
    }
  }

  /** Lets the areas set their timers for each tenant, at the seed's start instant. Only for a new data directory. */
  seed(areas: readonly Area[]): void {
    for (const area of areas.filter((candidate) => candidate.seed !== undefined)) {
      for (const tenant of this.world.estate.tenants) {
        this.#transact(
          this.world.estate.startsAt,
          { ...entryOf("seed"), tenantId: tenant.tenantId, path: area.name },
          (context) => {
            area.seed?.(context);
            return { status: 200, code: null };
          },
        );
      }
    }
    this.#transact(this.world.estate.startsAt, entryOf("seeded"), () => ({
      status: 200,
      code: null,
    }));
  }

  /** Lets everything happen that is due by now. */
  advance(now = this.now()): void {
    const timers = scheduleState.of(this);
    for (;;) {
      const next = timers.peek();
      if (next === null || next.at > now) break;
      const transition = this.#transitions.get(next.type);
      this.#transact(
        Math.max(next.at, this.#reached),
        { ...entryOf("transition"), tenantId: next.tenantId, path: next.type },
        (context) => {
          context.emit(dropped, { id: next.id });
          try {
            transition?.run(context, next.payload);
          } catch (error) {
            // A defect in one transition must not stop time for everybody; the journal shows it.
            process.stderr.write(`${next.type}: ${String((error as Error).stack)}\n`);
            return { status: 500, code: "TransitionFailed" };
          }
          return { status: transition === undefined ? 404 : 200, code: null };
        },
      );
    }
  }

  /** Runs one request at the current instant, after everything that was due, and journals it. */
  execute<T extends Outcome>(entry: Entry, run: (context: Context) => T): T {
    const now = this.now();
    this.advance(now);
    return this.#transact(now, entry, run, this.#draw);
  }

  /** Settles when everything that happened so far is on disk. */
  durable(): Promise<void> {
    return this.#log.durable();
  }

  #transact<T extends Outcome>(
    at: number,
    entry: Entry,
    run: (context: Context) => T,
    draw: number | null = null,
  ): T {
    const sequence = this.#sequence + 1;
    const events: StoredEvent[] = [];
    const outcome = run(
      this.#context({ at, sequence, tenantId: entry.tenantId, events, ids: { next: 0 } }),
    );
    const row = {
      sequence,
      ...entry,
      status: outcome.status,
      code: outcome.code,
      ...(outcome.fault === undefined ? {} : { fault: outcome.fault }),
      ...(draw === null ? {} : { draw }),
    };
    this.#finish(at, row, events);
    this.#log.append(
      { at, row, events } satisfies StoredTransaction,
      events.length > 0 || row.method === SEEDED,
    );
    this.#afterTransaction();
    return outcome;
  }

  #context(transaction: {
    readonly at: number;
    readonly sequence: number;
    readonly tenantId: string;
    readonly events: StoredEvent[];
    readonly ids: { next: number };
  }): Context {
    const { at, sequence, tenantId, events, ids } = transaction;
    const seed = this.world.estate.seed;
    const record = (type: string, payload: unknown) => {
      // Through JSON, so that the state now is the state after a restart.
      const event = JSON.parse(JSON.stringify({ type, tenantId, payload })) as StoredEvent;
      this.#apply(event, at, sequence);
      events.push(event);
    };
    const newId = () => {
      ids.next += 1;
      return guidFrom(seed, "created", sequence, ids.next);
    };
    return {
      world: this.world,
      blobs: this.blobs,
      tenantId,
      now: at,
      inTenant: (other) => this.#context({ ...transaction, tenantId: other }),
      emit: (event, payload) => {
        record(event.type, payload);
      },
      schedule: (due, transition, payload) => {
        record(scheduled.type, { id: newId(), at: due, type: transition.type, payload });
      },
      newId,
      random: (...parts) => fraction(seed, tenantId, ...parts),
    };
  }

  #apply(event: StoredEvent, at: number, transaction: number): void {
    const definition = this.#events.get(event.type);
    if (definition === undefined) throw new Error(`No area defines the event "${event.type}".`);
    definition.apply(this.world, event.payload, { at, tenantId: event.tenantId, transaction });
  }

  #finish(at: number, row: StoredTransaction["row"], events: readonly StoredEvent[]): void {
    this.#sequence = row.sequence;
    if (row.method === SEEDED) this.#isSeeded = true;
    this.#reached = Math.max(this.#reached, at);
    if (row.draw !== undefined) noteDraw(this, row.draw);
    this.journal.add(this.#rowOf({ at, row, events }));
  }

  #rowOf({ at, row, events }: StoredTransaction): JournalRow {
    if (events.length === 0) return { ...row, at: iso(at), effects: NO_EFFECTS };
    const effects: Effect[] = events
      .filter((event) => event.type !== scheduled.type && event.type !== dropped.type)
      .map(({ type, tenantId, payload }) => ({
        type,
        tenantId,
        subject: this.#events.get(type)?.subject(payload) ?? null,
      }));
    return { ...row, at: iso(at), effects };
  }

  *#rowsOf(read: () => Iterable<unknown>): Generator<JournalRow> {
    for (const record of read()) yield this.#rowOf(record as StoredTransaction);
  }

  #define<T>(map: Map<string, T>, type: string, value: T): void {
    if (map.has(type)) throw new Error(`"${type}" is defined twice.`);
    map.set(type, value);
  }
}

const NO_EFFECTS: readonly Effect[] = [];
const SEEDED = "SEEDED";
const METHODS = { seed: "SEED", seeded: SEEDED, transition: "DUE" } as const;

function entryOf(kind: keyof typeof METHODS): Entry {
  return {
    kind: "transition",
    tenantId: "",
    method: METHODS[kind],
    path: "",
    appId: null,
    userId: null,
    requestId: null,
    clientRequestId: null,
  };
}
