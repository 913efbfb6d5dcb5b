import { get, type IncomingMessage } from "node:http";
import { HostError } from "./host-error.ts";

/**
 * Lets tests release several starts in the same moment: with HOST_RECOVERY_BARRIER set to an address, a host that is about
 * to open its data directory asks there and goes on when it is answered. Whoever holds the barrier sees by the open requests
 * who has arrived. Off in normal runs.
 * @throws HostError when nobody answers there, or not with 2xx
 */
export async function passRecoveryBarrier(): Promise<void> {
  const address = process.env["HOST_RECOVERY_BARRIER"] ?? "";
  if (address === "") {
    return;
  }
  try {
    const { statusCode = 0 } = await new Promise<IncomingMessage>((resolve, reject) => {
      get(address, { agent: false }, (answer) => resolve(answer.resume())).once("error", reject);
    });
    if (statusCode >= 300) {
      throw new Error(`it answered ${statusCode}`);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HostError(
      "settings",
      `The recovery barrier ${address} did not let this host through: ${reason}.`,
      error,
    );
  }
}
