const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

export type MessageEncoding = "base64" | "none";

/** The text of a queue message, or null when it is not in the encoding that host.json promises. */
export function decodeMessage(text: string, encoding: MessageEncoding): string | null {
  if (encoding === "none") {
    return text;
  }
  const compact = text.replace(/\s/g, "");
  if (compact.length % 4 !== 0 || !BASE64.test(text)) {
    return null;
  }
  // Bytes that are no UTF-8 arrive as replacement characters, as on the genuine host.
  return Buffer.from(compact, "base64").toString("utf8");
}

/** A message as it is put into a queue. */
export const encodeMessage = (text: string, encoding: MessageEncoding): string =>
  encoding === "none" ? text : Buffer.from(text, "utf8").toString("base64");
