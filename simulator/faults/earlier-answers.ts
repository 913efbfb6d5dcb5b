import { bytesOfAnswer, type HttpAnswer } from "../protocol/message.ts";

interface Earlier {
  /** Unix milliseconds. */
  readonly at: number;
  readonly answer: HttpAnswer;
}

const MAX_ADDRESSES = 1_000;
const MAX_ANSWERS = 4;
const MAX_BYTES = 256 * 1024;

/** The newest differing answers to each read, from which stale ones are served. Bounded and in memory only. */
export class EarlierAnswers {
  readonly #byAddress = new Map<string, Earlier[]>();

  remember(address: string, answer: HttpAnswer, at: number): void {
    if (answer.status !== 200 || answer.body.length > MAX_BYTES) return;
    const earlier = this.#byAddress.get(address) ?? [];
    const last = earlier.at(-1);
    const isSame = last !== undefined && isSameBody(last.answer, answer);
    const kept = (isSame ? earlier.slice(0, -1) : earlier).slice(1 - MAX_ANSWERS);
    // Deleted first, so that the map's order is that of use.
    this.#byAddress.delete(address);
    this.#byAddress.set(address, [...kept, { at, answer }]);
    const oldest = this.#byAddress.keys().next().value;
    if (this.#byAddress.size > MAX_ADDRESSES && oldest !== undefined) {
      this.#byAddress.delete(oldest);
    }
  }

  /** The oldest answer since `since` that differs from the current one, under the current one's request ids. */
  staleInsteadOf(current: HttpAnswer, address: string, since: number): HttpAnswer | null {
    if (current.status !== 200) return null;
    const stale = (this.#byAddress.get(address) ?? []).find(
      ({ at, answer }) => at >= since && !isSameBody(answer, current),
    );
    if (stale === undefined) return null;
    return { ...stale.answer, headers: { ...stale.answer.headers, ...current.headers } };
  }

  clear(): void {
    this.#byAddress.clear();
  }
}

function isSameBody(left: HttpAnswer, right: HttpAnswer): boolean {
  return typeof left.body === "string" && typeof right.body === "string"
    ? left.body === right.body
    : Buffer.compare(bytesOfAnswer(left), bytesOfAnswer(right)) === 0;
}
