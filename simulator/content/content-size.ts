import type { ItemVersion } from "./item.ts";

/** How much there is: bytes of files, messages and attachments, and how many files and messages. */
export interface ContentSize {
  readonly bytes: number;
  readonly items: number;
}

/** The size of items as they are, without older versions; folders are nothing. */
export function sizeOf(items: readonly ItemVersion[]): ContentSize {
  let bytes = 0;
  let count = 0;
  for (const { content, message } of items) {
    if (content === null) continue;
    count += 1;
    bytes += content.size;
    for (const attachment of message?.attachments ?? []) bytes += attachment.content.size;
  }
  return { bytes, items: count };
}
