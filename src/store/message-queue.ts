import { QueueServiceClient, RestError } from "@azure/storage-queue";

/** Sends messages to one storage queue; reading is the trigger's. */
export interface MessageQueue {
  /** Message as JSON; base64 on the wire, as the queue trigger expects by default. */
  send(message: unknown): Promise<void>;
}

/** A queue in memory, for tests. */
export function createMemoryMessageQueue(): MessageQueue & { readonly messages: string[] } {
  const messages: string[] = [];
  return {
    messages,
    async send(message) {
      messages.push(JSON.stringify(message));
    },
  };
}

/** A queue of an Azure Storage account, created at the first message. */
export function createStorageMessageQueue(connectionString: string, name: string): MessageQueue {
  const queue = QueueServiceClient.fromConnectionString(connectionString).getQueueClient(name);
  const send = (text: string) => queue.sendMessage(text);
  return {
    async send(message) {
      const text = Buffer.from(JSON.stringify(message)).toString("base64");
      try {
        await send(text);
      } catch (error) {
        if (!(error instanceof RestError) || error.statusCode !== 404) {
          throw error;
        }
        await queue.createIfNotExists();
        await send(text);
      }
    },
  };
}
