import type { DequeuedMessageItem, QueueClient } from "@azure/storage-queue";
import type { WorkClock } from "../../clock/clock.ts";
import { crashPoint } from "../crash-points.ts";
import { describeError, type FunctionRunner } from "../functions/function-runner.ts";
import type { Logger } from "../logging/logger.ts";
import { asHost } from "../outgoing-requests.ts";
import type { QueueSettings } from "../settings/host-json.ts";
import type { RpcTypedData } from "../worker/rpc.ts";
import { decodeMessage } from "./message-encoding.ts";
import { FIRST_LEASE_SECONDS, type LeaseBook, MessageLease } from "./message-lease.ts";
import { storageCodeOf } from "./storage-queues.ts";

export interface QueueListenerOptions {
  readonly functionName: string;
  readonly queueName: string;
  readonly client: QueueClient;
  readonly poison: QueueClient;
  readonly book: LeaseBook;
  readonly settings: QueueSettings;
  readonly clock: WorkClock;
  readonly runner: FunctionRunner;
  readonly logger: Logger;
}

const SHORTEST_POLL_MS = 100;
/** Pause between two questions whether an earlier host's message has come back, real milliseconds. */
const UNKNOWN_LOOK_MS = 250;

/** What a look into the queue came to; `full` means that enough messages are being processed already. */
type Found = "messages" | "nothing" | "failure" | "full";

/** Listens to one queue for one function, with the rules of the genuine storage queue trigger. */
export class QueueListener {
  readonly queueName: string;
  readonly #options: QueueListenerOptions;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #leases = new Set<MessageLease>();
  readonly #postponed = new Map<MessageLease, Disposable>();
  #pollMs = SHORTEST_POLL_MS;
  #poll: NodeJS.Timeout | null = null;
  #look: Promise<Found> | null = null;
  #isPaused = false;
  /**
   * Real instant until which a message may be invisible that an ended host took and had no time to write down; 0 when it is
   * known that there is none.
   */
  #unknownUntil = 0;
  /** Taken while the queue cannot be read: nobody knows then whether time may jump over a message. */
  #unreadable: Disposable | null = null;

  constructor(options: QueueListenerOptions) {
    this.#options = options;
    this.queueName = options.queueName;
  }

  /** Gives back what an earlier host held when it ended, then listens. */
  async start(): Promise<void> {
    const { book, clock } = this.#options;
    this.#unknownUntil = Date.now() + (FIRST_LEASE_SECONDS + 1) * 1000;
    for (const { messageId, popReceipt, retryAt } of book.list()) {
      const lease = this.#lease(messageId, popReceipt);
      if (retryAt === null || retryAt <= clock.now()) {
        await this.#giveBack(lease);
      } else {
        await lease.adopt(retryAt).then(
          () => this.#releaseAt(lease, retryAt),
          // The visibility has ended meanwhile: the message is back already, and no longer ours.
          () => this.#giveBack(lease),
        );
      }
    }
    this.lookSoon();
  }

  /** Looks into the queue soon: something was probably put there. */
  lookSoon(): void {
    this.#pollMs = SHORTEST_POLL_MS;
    this.#schedule(0);
  }

  /**
   * Looks into the queue now; true when it is empty and nothing of it is being processed. A look that was under way is not
   * enough: what was put there since may have missed it.
   */
  async isQuiet(): Promise<boolean> {
    await this.#look;
    const found = await this.#takeOnce();
    return found === "nothing" && this.#inFlight.size === 0 && !(await this.#hasUnknown());
  }

  /** Takes no more messages; what is being processed goes on. */
  pause(): void {
    this.#isPaused = true;
    clearTimeout(this.#poll ?? undefined);
    this.#unreadable?.[Symbol.dispose]();
    for (const timer of this.#postponed.values()) {
      timer[Symbol.dispose]();
    }
  }

  /** Lets what is being processed end. */
  async drained(): Promise<void> {
    await this.#look;
    await Promise.allSettled(this.#inFlight);
  }

  /** Leaves what is still ours to the next start, which finds it in the lease book. */
  abandon(): void {
    for (const lease of this.#leases) {
      lease.abandon();
    }
  }

  /** Whether a message of an earlier host may still be invisible; then time stands, and the clock asks again a little later. */
  async #hasUnknown(): Promise<boolean> {
    if (this.#isPaused || Date.now() >= this.#unknownUntil) {
      return false;
    }
    if ((await this.#storedCount()) <= this.#leases.size) {
      this.#unknownUntil = 0;
      return false;
    }
    const token = this.#options.clock.busy(
      `queue ${this.queueName} holds a message that an earlier host took`,
    );
    setTimeout(() => token[Symbol.dispose](), UNKNOWN_LOOK_MS);
    return true;
  }

  /** Messages in the queue, the invisible ones too. */
  async #storedCount(): Promise<number> {
    try {
      const { approximateMessagesCount } = await asHost(() => this.#options.client.getProperties());
      return approximateMessagesCount ?? 0;
    } catch (error) {
      return storageCodeOf(error) === "QueueNotFound" ? 0 : Number.POSITIVE_INFINITY;
    }
  }

  /** One look at a time: whoever asks meanwhile shares its answer. */
  #takeOnce(): Promise<Found> {
    this.#look ??= this.#take().finally(() => {
      this.#look = null;
    });
    return this.#look;
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#poll ?? undefined);
    if (this.#isPaused) {
      return;
    }
    this.#poll = setTimeout(() => {
      void this.#takeOnce().then((found) => {
        if (found === "full") {
          // The end of a message looks again.
          return;
        }
        const { maxPollingIntervalMs } = this.#options.settings;
        // Random back-off, as the genuine trigger has it, so that listeners do not march in step.
        this.#pollMs =
          found === "messages"
            ? SHORTEST_POLL_MS
            : Math.min(maxPollingIntervalMs, this.#pollMs * (1.5 + Math.random()));
        this.#schedule(found === "messages" ? 0 : this.#pollMs);
      });
    }, delayMs);
  }

  async #take(): Promise<Found> {
    const { settings, client } = this.#options;
    if (this.#isPaused) {
      return "nothing";
    }
    if (this.#inFlight.size > settings.newBatchThreshold) {
      return "full";
    }
    // No token is taken for a look: it is itself the question asked before a jump, which waits for its answer.
    try {
      const { receivedMessageItems } = await asHost(() =>
        client.receiveMessages({
          numberOfMessages: settings.batchSize,
          visibilityTimeout: FIRST_LEASE_SECONDS,
        }),
      );
      for (const message of receivedMessageItems) {
        const lease = [...this.#leases].find(
          ({ messageId, isEnding }) => messageId === message.messageId && !isEnding,
        );
        if (lease === undefined) {
          this.#begin(message);
        } else {
          lease.takenAgain(message.popReceipt);
        }
      }
      this.#readable();
      return receivedMessageItems.length === 0 ? "nothing" : "messages";
    } catch (error) {
      // A queue that does not exist is an empty one; it is never made by its listener.
      if (storageCodeOf(error) === "QueueNotFound") {
        this.#readable();
        return "nothing";
      }
      this.#onUnreadable(error);
      return "failure";
    }
  }

  #readable(): void {
    this.#unreadable?.[Symbol.dispose]();
    this.#unreadable = null;
  }

  #onUnreadable(error: unknown): void {
    const { clock, logger, functionName } = this.#options;
    if (this.#isPaused) {
      return;
    }
    this.#unreadable ??= clock.busy(`queue ${this.queueName} cannot be read`);
    const text = `The queue ${this.queueName} cannot be read: ${describeError(error)}`;
    logger.log("warning", `Function.${functionName}`, text);
  }

  #begin(message: DequeuedMessageItem): void {
    const token = this.#options.clock.busy(`message of queue ${this.queueName}`);
    const work = this.#processLeased(message)
      .catch((error: unknown) => {
        const text = `A message of the queue ${this.queueName} could not be ended: ${describeError(error)}`;
        this.#options.logger.log("error", `Function.${this.#options.functionName}`, text);
      })
      .finally(() => {
        this.#inFlight.delete(work);
        token[Symbol.dispose]();
        this.#schedule(0);
      });
    this.#inFlight.add(work);
  }

  async #processLeased(message: DequeuedMessageItem): Promise<void> {
    const lease = this.#lease(message.messageId, message.popReceipt);
    try {
      crashPoint("queue-message-unrecorded");
      await lease.record();
      crashPoint("queue-message-taken");
      await this.#process(message, lease);
    } catch (error) {
      // Not renewed any more, the message comes back by itself.
      lease.abandon();
      throw error;
    } finally {
      if (!this.#postponed.has(lease)) {
        this.#leases.delete(lease);
      }
    }
  }

  #lease(messageId: string, popReceipt: string): MessageLease {
    const { client, book } = this.#options;
    const lease = new MessageLease(client, book, { messageId, popReceipt });
    this.#leases.add(lease);
    return lease;
  }

  async #process(message: DequeuedMessageItem, lease: MessageLease): Promise<void> {
    const { settings, clock, runner, functionName } = this.#options;
    const { dequeueCount } = message;
    const text = decodeMessage(message.messageText, settings.messageEncoding);
    if (text === null) {
      const reason = `is not ${settings.messageEncoding}, as host.json says messages are`;
      return this.#poison(message, lease, reason);
    }
    if (dequeueCount > settings.maxDequeueCount) {
      return this.#poison(message, lease, `was taken ${dequeueCount} times`);
    }
    const outcome = await runner.run({
      functionName,
      trigger: { string: text },
      triggerMetadata: triggerMetadata(message, text),
      reason: `New queue message detected on '${this.queueName}'.`,
    });
    crashPoint("queue-message-processed");
    if (outcome.ok) {
      return lease.complete();
    }
    if (dequeueCount >= settings.maxDequeueCount) {
      return this.#poison(message, lease, `has failed ${dequeueCount} times`);
    }
    if (settings.visibilityTimeoutMs === 0) {
      return lease.release();
    }
    const retryAt = clock.now() + settings.visibilityTimeoutMs;
    await lease.postpone(retryAt);
    this.#releaseAt(lease, retryAt);
  }

  #releaseAt(lease: MessageLease, retryAt: number): void {
    const { clock } = this.#options;
    const timer = clock.setTimer(retryAt, () => {
      this.#postponed.delete(lease);
      const token = clock.busy(`message of queue ${this.queueName}`);
      const released = this.#giveBack(lease).finally(() => {
        this.#inFlight.delete(released);
        token[Symbol.dispose]();
        this.lookSoon();
      });
      this.#inFlight.add(released);
    });
    this.#postponed.set(lease, timer);
  }

  /** Makes a message visible again. When the storage does not answer it comes back by itself a little later. */
  async #giveBack(lease: MessageLease): Promise<void> {
    try {
      await lease.release();
    } catch (error) {
      const { logger, functionName } = this.#options;
      const text = `A message of the queue ${this.queueName} could not be given back: ${describeError(error)}`;
      logger.log("warning", `Function.${functionName}`, text);
    } finally {
      this.#leases.delete(lease);
    }
  }

  /** Copies the message to the poison queue first, so that it exists twice rather than not at all. */
  async #poison(message: DequeuedMessageItem, lease: MessageLease, why: string): Promise<void> {
    const { poison, logger, functionName } = this.#options;
    logger.log(
      "error",
      `Function.${functionName}`,
      `Message ${message.messageId} of the queue ${this.queueName} ${why}; it goes to ${poison.name}.`,
    );
    await asHost(async () => {
      try {
        await poison.sendMessage(message.messageText);
      } catch (error) {
        if (storageCodeOf(error) !== "QueueNotFound") {
          throw error;
        }
        await poison.createIfNotExists();
        await poison.sendMessage(message.messageText);
      }
    });
    crashPoint("queue-message-poisoned");
    await lease.complete();
  }
}

function triggerMetadata(message: DequeuedMessageItem, text: string): Record<string, RpcTypedData> {
  return {
    QueueTrigger: { string: text },
    DequeueCount: { int: message.dequeueCount },
    ExpirationTime: { json: JSON.stringify(message.expiresOn) },
    Id: { string: message.messageId },
    InsertionTime: { json: JSON.stringify(message.insertedOn) },
    NextVisibleTime: { json: JSON.stringify(message.nextVisibleOn) },
    PopReceipt: { string: message.popReceipt },
    ...propertiesOf(text),
  };
}

/** Each property of a message that is a JSON object is binding data by itself. */
function propertiesOf(text: string): Record<string, RpcTypedData> {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return {};
    }
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, { json: JSON.stringify(member) }]),
    );
  } catch {
    return {};
  }
}
