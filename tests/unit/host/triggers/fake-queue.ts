import type { QueueClient } from "@azure/storage-queue";

interface StoredMessage {
  readonly messageId: string;
  readonly messageText: string;
  dequeueCount: number;
  popReceipt: string;
  isVisible: boolean;
}

/** A storage queue in memory, as far as the listener uses one. Visibility ends only when somebody says so. */
export class FakeQueue {
  readonly name: string;
  readonly messages: StoredMessage[] = [];
  /** Called while a look is under way, after its answer has been chosen. */
  onLook: () => Promise<void> = async () => undefined;
  /** Called after a message has got another visibility, before whoever asked for it knows. */
  onUpdate: () => Promise<void> = async () => undefined;
  failure: Error | null = null;
  looks = 0;
  #count = 0;

  constructor(name: string) {
    this.name = name;
  }

  get client(): QueueClient {
    return this as unknown as QueueClient;
  }

  get visible(): string[] {
    return this.messages.filter((message) => message.isVisible).map((m) => m.messageText);
  }

  async sendMessage(messageText: string): Promise<void> {
    this.#count += 1;
    this.messages.push({
      messageId: `m${this.#count}`,
      messageText,
      dequeueCount: 0,
      popReceipt: "",
      isVisible: true,
    });
  }

  async receiveMessages({ numberOfMessages }: { numberOfMessages: number }) {
    this.looks += 1;
    if (this.failure !== null) {
      throw this.failure;
    }
    const taken = this.messages.filter(({ isVisible }) => isVisible).slice(0, numberOfMessages);
    for (const message of taken) {
      message.isVisible = false;
      message.dequeueCount += 1;
      message.popReceipt = `${message.messageId}#${message.dequeueCount}`;
    }
    const receivedMessageItems = taken.map((message) => ({
      ...message,
      insertedOn: new Date(0),
      expiresOn: new Date(1),
      nextVisibleOn: new Date(2),
    }));
    await this.onLook();
    return { receivedMessageItems };
  }

  async getProperties() {
    return { approximateMessagesCount: this.messages.length };
  }

  async updateMessage(messageId: string, popReceipt: string, _text: undefined, seconds: number) {
    const message = this.#find(messageId, popReceipt);
    message.isVisible = seconds === 0;
    await this.onUpdate();
    return { popReceipt };
  }

  async deleteMessage(messageId: string, popReceipt: string): Promise<void> {
    this.messages.splice(this.messages.indexOf(this.#find(messageId, popReceipt)), 1);
  }

  #find(messageId: string, popReceipt: string): StoredMessage {
    const found = this.messages.find((m) => m.messageId === messageId);
    if (found === undefined || found.popReceipt !== popReceipt) {
      throw Object.assign(new Error("MessageNotFound"), { statusCode: 404 });
    }
    return found;
  }
}
