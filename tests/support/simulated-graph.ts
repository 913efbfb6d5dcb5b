import type { InProcessSimulator } from "../../simulator/protocol/in-process.ts";
import { errorFromAnswer, connectionError } from "../../src/graph/error-from-answer.ts";
import { TerminalError } from "../../src/graph/errors.ts";
import {
  type GraphAnswer,
  type GraphClient,
  type GraphRequest,
  isRead,
  type TenantGraph,
} from "../../src/graph/graph-client.ts";

/** What may happen to a request on its way: nothing, or the connection breaks before or after it took effect. */
export type Mishap = "lostBefore" | "lostAfter" | null;

/** Our Graph clients over a simulator in memory; each request may be lost. */
export function createSimulatedGraph(options: {
  readonly simulator: InProcessSimulator;
  readonly isWriteAllowed?: (tenantId: string) => boolean;
  readonly mishap?: (request: GraphRequest & { readonly tenantId: string }) => Mishap;
}): GraphClient {
  const { simulator, isWriteAllowed = () => true, mishap = () => null } = options;
  return { forTenant: (tenantId) => createTenant(tenantId) };

  function createTenant(tenantId: string): TenantGraph {
    const identityOf = (request: GraphRequest) => ({
      tenantId,
      requestId: "",
      operation: `${request.method} ${request.path.split("?")[0]}`,
    });

    async function send(request: GraphRequest): Promise<GraphAnswer> {
      const identity = identityOf(request);
      if (!isRead(request) && !isWriteAllowed(tenantId)) {
        throw new TerminalError("Writes to this tenant are off.", {
          ...identity,
          status: null,
          code: "writesNotAllowed",
        });
      }
      const trouble = mishap({ ...request, tenantId });
      if (trouble === "lostBefore") {
        throw connectionError(new Error("lost"), identity);
      }
      const path = request.path.startsWith("/")
        ? `/v1.0${request.path}`
        : `${new URL(request.path).pathname}${new URL(request.path).search}`;
      const answer = await simulator.fetch(path, {
        method: request.method,
        token: await simulator.token(tenantId),
        headers: { prefer: "include-unknown-enum-members" },
        ...(request.body === undefined ? {} : { json: request.body }),
      });
      if (trouble === "lostAfter") {
        throw connectionError(new Error("lost"), identity);
      }
      const headers = new Headers(answer.headers);
      if (answer.status >= 400) {
        throw errorFromAnswer({ status: answer.status, headers }, answer.body, identity, simulator);
      }
      return { status: answer.status, headers, body: answer.body ?? null };
    }

    return {
      tenantId,
      send,
      async read(request, schema) {
        return schema.parse((await send(request)).body);
      },
    };
  }
}
