/*
 * The forms in which values travel between host and worker (messages of the Functions language worker protocol, as the
 * Node worker presents them to the `@azure/functions` library).
 */

export interface RpcNullableString {
  readonly value: string;
}

export interface RpcHttpCookie {
  readonly name: string;
  readonly value: string;
  readonly sameSite?: "none" | "lax" | "strict" | "explicitNone";
  readonly domain?: { readonly value: string };
  readonly path?: { readonly value: string };
  readonly expires?: { readonly value: { readonly seconds?: number } };
  readonly secure?: { readonly value: boolean };
  readonly httpOnly?: { readonly value: boolean };
  readonly maxAge?: { readonly value: number };
}

export interface RpcHttp {
  readonly method?: string;
  readonly url?: string;
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly nullableHeaders?: Readonly<Record<string, RpcNullableString>>;
  readonly nullableQuery?: Readonly<Record<string, RpcNullableString>>;
  readonly nullableParams?: Readonly<Record<string, RpcNullableString>>;
  readonly cookies?: readonly RpcHttpCookie[];
  readonly enableContentNegotiation?: boolean;
  readonly body?: RpcTypedData | null;
}

/** Exactly one member is set. */
export interface RpcTypedData {
  readonly string?: string;
  /** Beside `string`: what it is the JSON of, for an app in this process. */
  readonly value?: unknown;
  readonly json?: string;
  readonly bytes?: Uint8Array;
  readonly stream?: Uint8Array;
  readonly http?: RpcHttp;
  readonly int?: number;
  readonly double?: number;
  readonly collectionBytes?: { readonly bytes: readonly Uint8Array[] };
  readonly collectionString?: { readonly string: readonly string[] };
  readonly collectionDouble?: { readonly double: readonly number[] };
  readonly collectionSint64?: { readonly sint64: readonly number[] };
}

export interface RpcParameter {
  readonly name: string;
  readonly data: RpcTypedData;
}

export interface RpcRetryContext {
  readonly retryCount: number;
  readonly maxRetryCount: number;
  readonly exception?: { readonly message: string; readonly stackTrace?: string };
}

export interface RpcTraceContext {
  readonly traceParent: string;
  readonly traceState: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface RpcInvocationRequest {
  readonly invocationId: string;
  readonly functionId: string;
  readonly inputData: readonly RpcParameter[];
  readonly triggerMetadata: Readonly<Record<string, RpcTypedData>>;
  readonly traceContext?: RpcTraceContext;
  readonly retryContext?: RpcRetryContext;
}

export interface RpcInvocationResponse {
  readonly invocationId: string;
  readonly outputData?: readonly RpcParameter[];
  readonly returnValue?: RpcTypedData | null;
}

/** A value as the host hands it to the worker: text stays text, bytes bytes, numbers numbers, the rest is JSON. */
export function toRpc(value: unknown): RpcTypedData {
  if (typeof value === "string") {
    return { string: value };
  }
  if (value instanceof Uint8Array) {
    return { bytes: value };
  }
  if (typeof value === "number") {
    return Number.isInteger(value) ? { int: value } : { double: value };
  }
  return { json: JSON.stringify(value ?? null) };
}

/** The text that a binding of the host writes for a value the worker returned; null for nothing. JSON is indented. */
export function rpcToText(data: RpcTypedData | null | undefined): string | null {
  if (data === null || data === undefined) {
    return null;
  }
  if (data.json !== undefined) {
    const value = JSON.parse(data.json) as unknown;
    return typeof value === "string" ? value : JSON.stringify(value, null, 2);
  }
  const bytes = data.bytes ?? data.stream;
  if (bytes !== undefined) {
    return Buffer.from(bytes).toString("utf8");
  }
  return data.string ?? String(data.int ?? data.double ?? "");
}
