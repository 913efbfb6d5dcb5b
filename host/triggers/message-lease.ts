import type { QueueClient } from "@azure/storage-queue";
import { asHost } from "../outgoing-requests.ts";
import { remove, type HostStore } from "../store/store.ts";

/*
 * Azurite's clock is real time and ours may not be, so a message stays invisible by renewing a short real visibility for as
 * long as we need it, and comes back when we say so. What we hold is written down, so that the next start after a kill gives
 * it back at once instead of waiting for the visibility to end.
 *
 * Whoever takes a message is told its receipt only then, so it cannot be written down before. A message is therefore taken
 * for a few seconds, and for longer only once that stands in the book: a host that is killed in between leaves it invisible
 * for those few seconds. A function that is done by then costs no renewal at all.
 */

/** Seconds for which a message is taken at first. */
export const FIRST_LEASE_SECONDS = 5;
const FIRST_RENEW_MS = 2_000;
const LEASE_SECONDS = 60;
const RENEW_MS = 20_000;
const NAMESPACE = "queueLeases";

interface LeaseRecord {
  readonly messageId: string;
  readonly popReceipt: string;
  /** Instant of the host's clock at which a failed message comes back, Unix ms; null while it is processed. */
  readonly retryAt: number | null;
}

/** Leases of one queue, kept in the host's store. */
export class LeaseBook {
  readonly #store: HostStore;
  readonly #queue: string;

  constructor(store: HostStore, queue: string) {
    this.#store = store;
    this.#queue = queue;
  }

  write(record: LeaseRecord): Promise<void> {
    return this.#store.writeRecord(NAMESPACE, this.#keyOf(record.messageId), record);
  }

  remove(messageId: string): Promise<void> {
    return this.#store.commit([remove("records", [NAMESPACE, this.#keyOf(messageId)])]);
  }

  /** What an earlier run held when it ended. */
  list(): LeaseRecord[] {
    return this.#store
      .range("records", { prefix: [NAMESPACE] })
      .filter(({ key }) => String(key[1]).startsWith(`${this.#queue}/`))
      .map(({ value }) => JSON.parse(value) as LeaseRecord);
  }

  #keyOf(messageId: string): string {
    return `${this.#queue}/${messageId}`;
  }
}

/** One message that is ours until it is deleted or given back. */
export class MessageLease {
  readonly messageId: string;
  readonly #client: QueueClient;
  readonly #book: LeaseBook;
  #timer: NodeJS.Timeout;
  #popReceipt: string;
  #retryAt: number | null = null;
  #renewal: Promise<void> = Promise.resolve();
  #isEnding = false;

  constructor(client: QueueClient, book: LeaseBook, message: Omit<LeaseRecord, "retryAt">) {
    this.#client = client;
    this.#book = book;
    this.messageId = message.messageId;
    this.#popReceipt = message.popReceipt;
    this.#timer = setTimeout(() => {
      this.#renewInTurn();
      this.#timer = setInterval(() => this.#renewInTurn(), RENEW_MS).unref();
    }, FIRST_RENEW_MS).unref();
  }

  /**
   * Takes over the receipt of a message that came back although it is ours: renewing was late because nothing else could run
   * in this process.
   */
  takenAgain(popReceipt: string): void {
    this.#popReceipt = popReceipt;
    this.#renewInTurn();
  }

  #renewInTurn(): void {
    this.#renewal = this.#renewal.then(() => this.#renew(LEASE_SECONDS)).catch(() => undefined);
  }

  /** Whether the message is on its way out of our hands. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  record(): Promise<void> {
    return this.#book.write({
      messageId: this.messageId,
      popReceipt: this.#popReceipt,
      retryAt: this.#retryAt,
    });
  }

  /** Keeps a message of an earlier run invisible until `retryAt`. */
  async adopt(retryAt: number): Promise<void> {
    this.#retryAt = retryAt;
    await this.#renew(LEASE_SECONDS);
  }

  /** Notes when the message shall come back. */
  async postpone(retryAt: number): Promise<void> {
    this.#retryAt = retryAt;
    await this.record();
  }

  /** Deletes the message: its work is done. */
  async complete(): Promise<void> {
    await this.#end(() => this.#client.deleteMessage(this.messageId, this.#popReceipt));
  }

  /** Makes the message visible again. */
  async release(): Promise<void> {
    await this.#end(() => this.#renewAtStorage(0));
  }

  /** Stops renewing and leaves the message to whoever comes next. */
  abandon(): void {
    clearInterval(this.#timer);
  }

  async #end(operation: () => Promise<unknown>): Promise<void> {
    this.#isEnding = true;
    clearInterval(this.#timer);
    await this.#renewal;
    try {
      await asHost(operation);
    } catch (error) {
      if (!isGone(error)) {
        throw error;
      }
    }
    await this.#book.remove(this.messageId);
  }

  async #renew(seconds: number): Promise<void> {
    await asHost(() => this.#renewAtStorage(seconds));
    await this.record();
  }

  async #renewAtStorage(seconds: number): Promise<void> {
    const answer = await this.#client.updateMessage(
      this.messageId,
      this.#popReceipt,
      undefined,
      seconds,
    );
    this.#popReceipt = answer.popReceipt ?? this.#popReceipt;
  }
}

/** Somebody else has the message or it is deleted: both mean that it is no longer ours to end. */
const isGone = (error: unknown): boolean =>
  error instanceof Error && "statusCode" in error && [400, 404].includes(Number(error.statusCode));
