import { useSyncExternalStore } from "react";

/** Below this width the navigation is at the bottom and tables become cards. */
const NARROW_QUERY = "(max-width: 799px)";
export const NARROW_STYLE = `@media ${NARROW_QUERY}`;

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (onChange) => {
      const list = globalThis.matchMedia(query);
      list.addEventListener("change", onChange);
      return () => list.removeEventListener("change", onChange);
    },
    () => globalThis.matchMedia(query).matches,
  );
}

export const useIsNarrow = (): boolean => useMedia(NARROW_QUERY);
