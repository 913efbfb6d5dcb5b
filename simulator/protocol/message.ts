/** An HTTP request as the protocol layer sees it; header names are in lower case. */
export interface HttpCall {
  readonly method: string;
  /** Path and query, such as `/v1.0/users?$top=1`. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly bytes: Uint8Array;
  /** Address of the simulator without a trailing slash. */
  readonly baseUrl: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON stays text until it is sent, so that a batch can hold it as it is; empty when there is no body. */
  readonly body: string | Uint8Array;
  /** Set when a fault wants the connection reset instead of the answer sent. */
  readonly isReset?: true;
  /** Real milliseconds that a fault holds the answer back. */
  readonly delayMs?: number;
  /** After so many bytes of the body a fault breaks the connection. */
  readonly cutAt?: number;
}

export const JSON_TYPE = "application/json; charset=utf-8";

export function jsonAnswer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return {
    status,
    headers: { "content-type": JSON_TYPE, ...headers },
    body: JSON.stringify(body),
  };
}

/** The body as it is sent. */
export function bytesOfAnswer({ body }: Pick<HttpAnswer, "body">): Uint8Array {
  return typeof body === "string" ? Buffer.from(body, "utf8") : body;
}

/** The body as text, for JSON. */
export function textOfAnswer({ body }: Pick<HttpAnswer, "body">): string {
  return typeof body === "string" ? body : Buffer.from(body).toString("utf8");
}

/** The JSON of an answer that has some. */
export function parseAnswer(answer: Pick<HttpAnswer, "body">): unknown {
  return JSON.parse(textOfAnswer(answer));
}
