import { uniqueDigits } from "../unique-id.ts";
import type { FunctionMetadata } from "./functions-core.ts";
import type {
  RpcInvocationRequest,
  RpcInvocationResponse,
  RpcParameter,
  RpcRetryContext,
  RpcTypedData,
} from "./rpc.ts";

export interface Invocation {
  readonly functionName: string;
  readonly inputs: readonly RpcParameter[];
  readonly triggerMetadata?: Readonly<Record<string, RpcTypedData>>;
  readonly retryContext?: RpcRetryContext;
  readonly invocationId?: string;
}

/** `error` is what the function threw, untouched. */
export type InvocationOutcome =
  | {
      readonly ok: true;
      readonly returnValue: RpcTypedData | null | undefined;
      readonly outputs: readonly RpcParameter[];
      /** The library's invocation context, with whatever SDKs have put there. */
      readonly context?: unknown;
    }
  | {
      readonly ok: false;
      readonly error: unknown;
      /** It took longer than it may; it may still be running. */
      readonly isTimeout?: boolean;
      readonly context?: unknown;
    };

/** W3C trace identifiers of one invocation. */
export function traceContext() {
  const trace = uniqueDigits();
  return { traceParent: `00-${trace}-${trace.slice(16)}-00`, traceState: "", attributes: {} };
}

/** The message by which the genuine host asks for an invocation. */
export const requestOf = (
  { functionName, inputs, triggerMetadata = {}, retryContext }: Invocation,
  invocationId: string,
  { functionId = functionName }: FunctionMetadata,
): RpcInvocationRequest => ({
  invocationId,
  functionId,
  inputData: inputs,
  triggerMetadata,
  traceContext: traceContext(),
  ...(retryContext !== undefined && { retryContext }),
});

export const outcomeOf = (
  { returnValue, outputData }: RpcInvocationResponse,
  context: unknown,
): InvocationOutcome => ({ ok: true, returnValue, outputs: outputData ?? [], context });

/**
 * How an invocation ends whose function threw. A thrown null is no error at all to the genuine worker.
 */
export const failureOf = (error: unknown, context?: unknown): InvocationOutcome =>
  error === null || error === undefined
    ? { ok: true, returnValue: undefined, outputs: [], context }
    : { ok: false, error, context };
