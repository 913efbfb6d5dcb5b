import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { healthQuery } from "../api/queries.ts";

/** How far the server's clock is ahead of this device's, in milliseconds, and a beat that makes texts age. */
const ServerClock = createContext({ aheadMs: 0, beat: 0 });

const BEAT_MS = 5_000;

export function ServerClockProvider({ children }: { readonly children: ReactNode }) {
  const { data } = useQuery(healthQuery);
  const [beat, setBeat] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setBeat((count) => count + 1), BEAT_MS);
    return () => clearInterval(timer);
  }, []);
  return <ServerClock value={{ aheadMs: data?.aheadMs ?? 0, beat }}>{children}</ServerClock>;
}

/** The server's time now, in milliseconds since 1970; the caller is drawn again as it passes. */
export function useServerNow(): number {
  const { aheadMs } = useContext(ServerClock);
  return Date.now() + aheadMs;
}

export const useClockDifference = (): number => useContext(ServerClock).aheadMs;
