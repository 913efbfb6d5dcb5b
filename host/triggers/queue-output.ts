import { textOption, type NamedBinding } from "../functions/bindings.ts";
import { resolveSettingNames } from "../settings/app-settings.ts";
import { rpcToText, type RpcTypedData } from "../worker/rpc.ts";
import { asHost } from "../outgoing-requests.ts";
import { encodeMessage, type MessageEncoding } from "./message-encoding.ts";
import { storageCodeOf, type StorageQueues } from "./storage-queues.ts";

/** The messages in what a function gave to a queue output: an array is one message an element. */
export function outputMessages(data: RpcTypedData): string[] {
  if (data.json !== undefined) {
    const value = JSON.parse(data.json) as unknown;
    if (Array.isArray(value)) {
      return value.map((element: unknown) =>
        typeof element === "string" ? element : JSON.stringify(element, null, 2),
      );
    }
  }
  const text = rpcToText(data);
  return text === null ? [] : [text];
}

/** Sends a function's output to its queue, which is made when it does not exist; resolves with the queue's name. */
export async function writeQueueOutput(
  binding: NamedBinding,
  data: RpcTypedData,
  queues: StorageQueues,
  encoding: MessageEncoding,
): Promise<string> {
  const queueName = resolveSettingNames(textOption(binding.info, "queueName", "")).toLowerCase();
  const client = queues.client(textOption(binding.info, "connection", ""), queueName);
  await asHost(async () => {
    for (const message of outputMessages(data)) {
      const text = encodeMessage(message, encoding);
      try {
        await client.sendMessage(text);
      } catch (error) {
        if (storageCodeOf(error) !== "QueueNotFound") {
          throw error;
        }
        await client.createIfNotExists();
        await client.sendMessage(text);
      }
    }
  });
  return queueName;
}
