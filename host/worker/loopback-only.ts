import { Server } from "node:net";

type Listen = (this: Server, ...args: unknown[]) => Server;

const LOOPBACK = "127.0.0.1";

/** Arguments of a `listen` that names no interface, with the loopback one added; others as they are. */
function onLoopback(args: readonly unknown[]): unknown[] {
  const [first, ...rest] = args;
  if (typeof first === "function" || first === undefined) {
    return [0, LOOPBACK, ...args];
  }
  return typeof first === "number" && typeof rest[0] !== "string"
    ? [first, LOOPBACK, ...rest]
    : [...args];
}

/**
 * Does something whose servers listen on 127.0.0.1 when they name no interface. The `@azure/functions` library opens its
 * server for streamed requests on all interfaces, for which there is no reason on one machine.
 */
export async function listeningOnLoopback<T>(work: () => Promise<T>): Promise<T> {
  const prototype = Server.prototype as unknown as { listen: Listen };
  const { listen: original } = prototype;
  prototype.listen = function listenOnLoopback(this: Server, ...args: unknown[]): Server {
    return Reflect.apply(original, this, onLoopback(args));
  };
  try {
    return await work();
  } finally {
    prototype.listen = original;
  }
}

/** The same address without a name that may also resolve to IPv6, where nobody listens then. */
export const withoutName = (url: string): string => url.replace("//localhost:", `//${LOOPBACK}:`);
