import type { IncomingMessage } from "node:http";

/** A body longer than the limit. */
export class BodyTooLargeError extends Error {
  override readonly name = "BodyTooLargeError";
}

/** The genuine host's limit; `FUNCTIONS_REQUEST_BODY_SIZE_LIMIT` (bytes) changes it. */
const DEFAULT_LIMIT_BYTES = 104_857_600;

const limitBytes = (): number => {
  const configured = Number(process.env["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"]);
  return configured > 0 ? configured : DEFAULT_LIMIT_BYTES;
};

/**
 * Reads a request's whole body.
 * @throws BodyTooLargeError as soon as the limit is passed
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const limit = limitBytes();
  if (Number(request.headers["content-length"] ?? 0) > limit) {
    throw new BodyTooLargeError(`The body is longer than ${limit} bytes.`);
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) {
      throw new BodyTooLargeError(`The body is longer than ${limit} bytes.`);
    }
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}
