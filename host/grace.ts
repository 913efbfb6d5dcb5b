/** Time in which open work may end, real milliseconds, shared by all steps of one stop. */
export class Grace {
  #endsAt: number | null = null;

  begin(ms: number): void {
    this.#endsAt ??= Date.now() + ms;
  }

  /** What is left of it. */
  leftMs(): number {
    return this.#endsAt === null ? 0 : Math.max(0, this.#endsAt - Date.now());
  }

  /** Waits for the work, but no longer than what is left. */
  async within(work: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const end = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.leftMs());
    });
    try {
      await Promise.race([work, end]);
    } finally {
      clearTimeout(timer);
    }
  }
}
