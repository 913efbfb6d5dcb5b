import { defineEvent, defineState, type Area } from "./area.ts";

export interface ScheduledTransition {
  readonly id: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly type: string;
  readonly tenantId: string;
  readonly payload: unknown;
}

interface Entry {
  readonly item: ScheduledTransition;
  readonly order: number;
}

/** What a checkpoint keeps: the heap in its order, and what of it is dropped when its turn comes. */
interface SavedSchedule {
  readonly heap: readonly Entry[];
  readonly dropped: ReadonlySet<string>;
  readonly order: number;
}

/** What will happen by itself, in order of time and, for one time, in order of scheduling (a binary heap). */
class Schedule {
  readonly #heap: Entry[] = [];
  readonly #dropped = new Set<string>();
  #order = 0;

  add(item: ScheduledTransition): void {
    this.#order += 1;
    this.#heap.push({ item, order: this.#order });
    this.#rise(this.#heap.length - 1);
  }

  drop(id: string): void {
    this.#dropped.add(id);
    this.peek();
  }

  /** The next transition, or null. */
  peek(): ScheduledTransition | null {
    for (;;) {
      const head = this.#heap[0];
      if (head === undefined) return null;
      if (!this.#dropped.delete(head.item.id)) return head.item;
      this.#removeHead();
    }
  }

  save(): SavedSchedule {
    return { heap: this.#heap, dropped: this.#dropped, order: this.#order };
  }

  load({ heap, dropped: ids, order }: SavedSchedule): this {
    for (const entry of heap) this.#heap.push(entry);
    for (const id of ids) this.#dropped.add(id);
    this.#order = order;
    return this;
  }

  #removeHead(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      let first = index;
      if (this.#isBefore(left, first)) first = left;
      if (this.#isBefore(left + 1, first)) first = left + 1;
      if (first === index) return;
      this.#swap(index, first);
      index = first;
    }
  }

  #rise(start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #isBefore(left: number, right: number): boolean {
    const first = this.#heap[left];
    const second = this.#heap[right];
    if (first === undefined || second === undefined) return false;
    return first.item.at === second.item.at
      ? first.order < second.order
      : first.item.at < second.item.at;
  }

  #swap(left: number, right: number): void {
    const first = this.#heap[left];
    const second = this.#heap[right];
    if (first === undefined || second === undefined) return;
    this.#heap[left] = second;
    this.#heap[right] = first;
  }
}

export const scheduleState = defineState("core.schedule", () => new Schedule(), {
  save: (schedule) => schedule.save(),
  load: (saved: SavedSchedule, initial) => initial.load(saved),
});

export const scheduled = defineEvent(
  scheduleState,
  "core.scheduled",
  (schedule, item: Omit<ScheduledTransition, "tenantId">, { tenantId }) => {
    schedule.add({ ...item, tenantId });
  },
);

export const dropped = defineEvent(
  scheduleState,
  "core.scheduleDone",
  (schedule, { id }: { readonly id: string }) => {
    schedule.drop(id);
  },
);

export const coreArea: Area = {
  name: "core",
  states: [scheduleState],
  events: [scheduled, dropped],
  transitions: [],
  routes: [],
};
