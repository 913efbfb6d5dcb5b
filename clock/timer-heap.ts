interface Entry {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
  index: number;
}

const isBefore = (a: Entry, b: Entry): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);

/**
 * Timers ordered by instant and, within one instant, by creation. Entries know their place, so a cancelled timer leaves at
 * once: every invocation sets a timeout of many minutes and cancels it after some microseconds.
 */
export class TimerHeap {
  readonly #entries: Entry[] = [];
  #order = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** The earliest instant that a timer waits for, or null. */
  nextDue(): number | null {
    return this.#entries[0]?.at ?? null;
  }

  /** Adds a timer; disposing of the result removes it, also after it fired (then without effect). */
  add(at: number, callback: () => void): Disposable {
    const entry: Entry = { at, order: this.#order++, callback, index: this.#entries.length };
    this.#entries.push(entry);
    this.#rise(entry);
    return { [Symbol.dispose]: () => this.#remove(entry) };
  }

  /** Removes the first timer due at `now` and returns its callback, or null when none is due. */
  takeDue(now: number): (() => void) | null {
    const first = this.#entries[0];
    if (first === undefined || first.at > now) {
      return null;
    }
    this.#remove(first);
    return first.callback;
  }

  clear(): void {
    for (const entry of this.#entries) {
      entry.index = -1;
    }
    this.#entries.length = 0;
  }

  #remove(entry: Entry): void {
    const index = entry.index;
    if (index < 0) {
      return;
    }
    entry.index = -1;
    const last = this.#entries.pop();
    if (last === undefined || last === entry) {
      return;
    }
    this.#place(last, index);
    this.#rise(last);
    this.#sink(last);
  }

  #place(entry: Entry, index: number): void {
    this.#entries[index] = entry;
    entry.index = index;
  }

  #rise(entry: Entry): void {
    while (entry.index > 0) {
      const index = entry.index;
      const parent = this.#entries[(index - 1) >> 1];
      if (parent === undefined || !isBefore(entry, parent)) {
        return;
      }
      this.#place(entry, parent.index);
      this.#place(parent, index);
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const index = entry.index;
      const left = this.#entries[2 * index + 1];
      const right = this.#entries[2 * index + 2];
      const child =
        right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || !isBefore(child, entry)) {
        return;
      }
      this.#place(entry, child.index);
      this.#place(child, index);
    }
  }
}

/** Runs every timer due at `now`, in order; one that throws does not keep the others from running. */
export function fireDue(heap: TimerHeap, now: () => number): void {
  for (;;) {
    const callback = heap.takeDue(now());
    if (callback === null) {
      return;
    }
    try {
      callback();
    } catch (error) {
      process.nextTick(() => {
        throw error;
      });
    }
  }
}
