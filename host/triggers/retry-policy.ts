import type { RetryOptions } from "../worker/functions-core.ts";
import type { RpcRetryContext } from "../worker/rpc.ts";

const secondsOf = (span: { readonly seconds: number } | undefined, fallback: number): number =>
  span?.seconds ?? fallback;

/**
 * Milliseconds to wait after the failed attempt of that number (the first is 0), or null when no attempt is left. -1
 * retries for ever, as in Azure.
 */
export function retryDelayMs(retry: RetryOptions, attempt: number): number | null {
  if (retry.maxRetryCount >= 0 && attempt >= retry.maxRetryCount) {
    return null;
  }
  if (retry.retryStrategy === "fixedDelay") {
    return secondsOf(retry.delayInterval, 0) * 1000;
  }
  const least = secondsOf(retry.minimumInterval, 0);
  const most = secondsOf(retry.maximumInterval, Number.POSITIVE_INFINITY);
  return Math.min(most, least * 2 ** attempt) * 1000;
}

/** What the function is told of its attempts; `failure` is what the last one threw, undefined before the first. */
export function retryContext(
  { maxRetryCount }: RetryOptions,
  attempt: number,
  failure: unknown,
): RpcRetryContext {
  if (failure === undefined) {
    return { retryCount: attempt, maxRetryCount };
  }
  const error = failure instanceof Error ? failure : new Error(JSON.stringify(failure));
  return {
    retryCount: attempt,
    maxRetryCount,
    exception: { message: error.message, stackTrace: error.stack ?? "" },
  };
}
