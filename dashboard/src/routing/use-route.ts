import { useMemo, useSyncExternalStore } from "react";
import { formatRoute, parseRoute, type Route } from "./hash-route.ts";

function subscribe(onChange: () => void): () => void {
  globalThis.addEventListener("hashchange", onChange);
  return () => globalThis.removeEventListener("hashchange", onChange);
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => globalThis.location.hash);
  return useMemo(() => parseRoute(hash), [hash]);
}

export function navigate(path: readonly string[], query?: Readonly<Record<string, string>>): void {
  globalThis.location.hash = formatRoute(path, query);
}

/** Changes the query of the present place without a new entry in the browser's history. */
export function replaceQuery(route: Route, query: Readonly<Record<string, string>>): void {
  const hash = formatRoute(route.path, query);
  globalThis.history.replaceState(null, "", hash);
  globalThis.dispatchEvent(new HashChangeEvent("hashchange"));
}
