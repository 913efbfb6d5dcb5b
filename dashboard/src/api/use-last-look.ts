import { useEffect } from "react";

interface Refetchable {
  readonly refetch: (options: { cancelRefetch: boolean }) => Promise<unknown>;
}

/** Reads once more when something has ended: what was read last may be from just before. */
export function useLastLook({ refetch }: Refetchable, isActive: boolean): void {
  useEffect(() => {
    if (!isActive) {
      void refetch({ cancelRefetch: false });
    }
  }, [refetch, isActive]);
}
