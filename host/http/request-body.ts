import type { IncomingMessage } from "node:http";

/** A body longer than the limit. */
export class BodyTooLargeError extends Error {
  override readonly name = "BodyTooLargeError";
}

/** The genuine host's limit; `FUNCTIONS_REQUEST_BODY_SIZE_LIMIT` (bytes) changes it. */
const DEFAULT_LIMIT_BYTES = 104_857_600;
const NO_BODY = Buffer.alloc(0);

const limitBytes = (): number => {
  const configured = Number(process.env["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"]);
  return configured > 0 ? configured : DEFAULT_LIMIT_BYTES;
};

/**
 * Reads a request's whole body.
 * @throws BodyTooLargeError as soon as the limit is passed
 */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  const { "content-length": length = "0", "transfer-encoding": encoding } = request.headers;
  if (encoding === undefined && length === "0") {
    return Promise.resolve(NO_BODY);
  }
  const limit = limitBytes();
  if (Number(length) > limit) {
    return Promise.reject(new BodyTooLargeError(`The body is longer than ${limit} bytes.`));
  }
  return collect(request, limit);
}

/** Listens for the pieces itself: the stream's iterator costs more than the rest of a small request. */
function collect(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > limit) {
        request.off("data", take);
        request.pause();
        reject(new BodyTooLargeError(`The body is longer than ${limit} bytes.`));
      }
      chunks.push(chunk);
    };
    request.on("data", take);
    request.once("end", () => {
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    });
    // A caller who breaks off is an error of the stream.
    request.once("error", reject);
  });
}
