/** A member's type whose list may be read-only. */
export type Listed<V> = V extends readonly (infer E)[] ? readonly E[] : V;

/** A type as Microsoft writes it, but with members and lists that may be read-only. */
export type Shape<T> = { readonly [K in keyof T]: Listed<T[K]> };

type Strangers<V, T> = Exclude<keyof V, T extends unknown ? keyof T : never>;

/**
 * Lets the compiler refuse a value with a member that Microsoft's type does not have; spreads hide those from the usual
 * check. Gives the value back.
 */
export function shapedAs<T>() {
  return <V extends T>(value: V & { readonly [K in Strangers<V, T>]: never }): V => value;
}
