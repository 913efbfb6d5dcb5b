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
  readonly bytes: Uint8Array;
  /** Set when a fault wants the connection reset instead of the answer sent. */
  readonly isReset?: true;
  /** Real milliseconds that a fault holds the answer back. */
  readonly delayMs?: number;
  /** After so many bytes of the body a fault breaks the connection. */
  readonly cutAt?: number;
}

export function jsonAnswer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    bytes: Buffer.from(JSON.stringify(body), "utf8"),
  };
}
