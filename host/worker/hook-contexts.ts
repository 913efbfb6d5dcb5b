import type { FunctionCallback } from "./functions-core.ts";

class ReadOnlyError extends TypeError {
  readonly isAzureFunctionsSystemError = true;

  constructor(property: string) {
    super(`Cannot assign to read only property '${property}'`);
  }
}

/** Adds properties that hooks can read and whose assignment fails, as in the genuine worker. */
export function withReadOnly<T extends object, R extends Record<string, unknown>>(
  target: T,
  values: R,
): T & Readonly<R> {
  for (const [property, value] of Object.entries(values)) {
    Object.defineProperty(target, property, {
      enumerable: true,
      get: () => value,
      set: () => {
        throw new ReadOnlyError(property);
      },
    });
  }
  return target as T & Readonly<R>;
}

/** What `preInvocation` hooks may replace. */
export interface PreInvocation {
  inputs: unknown[];
  functionCallback: FunctionCallback;
}

/** What `postInvocation` hooks may replace. */
export interface PostInvocation {
  inputs: unknown[];
  result: unknown;
  error: unknown;
}
