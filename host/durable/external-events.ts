import { HistoryEventType, type HistoryEvent } from "./history-event.ts";
import type { CarriedEvent } from "./instance-record.ts";
import type { LeafTask } from "./task-node.ts";

interface EarlyEvent {
  /** Its place among all events that came early. */
  readonly arrival: number;
  readonly event: HistoryEvent;
}

/** Who waits for which external event, and which events came before anybody waited. */
export class ExternalEvents {
  /** The latest to wait is served first, as in the extension. */
  readonly #waiters = new Map<string, LeafTask[]>();
  /** By name, oldest first. */
  readonly #early = new Map<string, EarlyEvent[]>();
  #arrivals = 0;

  /** Whether anybody waits. */
  get isAwaited(): boolean {
    return this.#waiters.size > 0;
  }

  /** Says that an event which nobody waits for would be awaited if its name were written otherwise. */
  remarksOnEvent(name: string): string[] {
    if (/^\d+$/u.test(name)) {
      return [
        `event '${name}' has the name of a sequence id: durable-functions takes it for the answer of operation ${name}. Give events names that are no numbers.`,
      ];
    }
    const awaited = otherSpelling(this.#waiters.keys(), name);
    return awaited === null ? [] : [caseRemark(name, awaited)];
  }

  /** The same for an event that came before somebody waits for this name. */
  remarksOnWait(name: string): string[] {
    const kept = this.#early.has(name) ? null : otherSpelling(this.#early.keys(), name);
    return kept === null ? [] : [caseRemark(kept, name)];
  }

  /** Adds a waiter, and gives back the event that is to be raised now because it was there before. */
  wait(name: string, task: LeafTask): HistoryEvent | null {
    const stack = this.#waiters.get(name) ?? [];
    stack.push(task);
    this.#waiters.set(name, stack);
    const early = this.#early.get(name);
    const first = early?.shift();
    if (early?.length === 0) {
      this.#early.delete(name);
    }
    return first?.event ?? null;
  }

  /** Who takes an event of this name; null when nobody waits. */
  take(name: string): LeafTask | null {
    const stack = this.#waiters.get(name);
    const task = stack?.pop();
    if (stack?.length === 0) {
      this.#waiters.delete(name);
    }
    return task ?? null;
  }

  /** Keeps an event until somebody waits for it. */
  keep(name: string, event: HistoryEvent): void {
    const early = this.#early.get(name) ?? [];
    early.push({ arrival: this.#arrivals++, event });
    this.#early.set(name, early);
  }

  /** What nobody took, oldest first: what continue-as-new carries over. */
  get left(): CarriedEvent[] {
    return [...this.#early.values()]
      .flat()
      .toSorted((a, b) => a.arrival - b.arrival)
      .flatMap(({ event }) =>
        event.EventType === HistoryEventType.EventRaised
          ? [{ name: event.Name, input: event.Input }]
          : [],
      );
  }
}

function otherSpelling(names: Iterable<string>, name: string): string | null {
  const lower = name.toLowerCase();
  for (const other of names) {
    if (other !== name && other.toLowerCase() === lower) {
      return other;
    }
  }
  return null;
}

// The extension takes names without regard to case, the SDK does not: such an event reaches nobody.
const caseRemark = (raised: string, awaited: string): string =>
  `event '${raised}' reaches nobody: the orchestrator waits for '${awaited}', and durable-functions takes upper and lower case for different names.`;
