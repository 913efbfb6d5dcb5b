/** A host for tests offers this to die at a named place; see `host/README.md`. */
const HOST_CRASH_POINT = Symbol.for("azure-functions-host.crash-point");

/** A place where the order of two effects matters. Does nothing unless a host wants to crash here. */
export function crashPoint(name: string): void {
  const offered = (globalThis as Record<symbol, unknown>)[HOST_CRASH_POINT];
  if (typeof offered === "function") {
    (offered as (name: string) => void)(name);
  }
}
