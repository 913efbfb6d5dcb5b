import type { IncomingMessage, ServerResponse } from "node:http";
import type { MemberReport, VirtualClock, VirtualMode } from "./virtual-clock.ts";

const LARGEST_BODY_BYTES = 10_000;

const readJson = async (request: IncomingMessage): Promise<unknown> => {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > LARGEST_BODY_BYTES) {
      throw new SyntaxError("too long");
    }
  }
  return JSON.parse(text) as unknown;
};

const answer = (response: ServerResponse, status: number, body?: unknown): void => {
  if (body === undefined) {
    response.writeHead(status).end();
  } else {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }
};

const isReport = (body: unknown): body is MemberReport =>
  typeof body === "object" &&
  body !== null &&
  "seq" in body &&
  typeof body.seq === "number" &&
  "idle" in body &&
  typeof body.idle === "boolean";

const modeIn = (body: unknown): VirtualMode | null => {
  const mode = typeof body === "object" && body !== null && "mode" in body ? body.mode : null;
  return mode === "virtual" || mode === "running" ? mode : null;
};

function stream(clock: VirtualClock, name: string, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/x-ndjson", "cache-control": "no-store" });
  const membership = clock.join(name, (push) => response.write(`${JSON.stringify(push)}\n`));
  response.on("close", () => membership[Symbol.dispose]());
}

async function alter(
  clock: VirtualClock,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, kind, encoded] = /^\/clock\/(holds|members)\/([^/]+)$/.exec(path) ?? [];
  const name = encoded === undefined ? "" : decodeURIComponent(encoded);
  const operation = `${request.method} ${kind ?? path}`;
  switch (operation) {
    case "POST holds":
      await clock.takeHold(name);
      return answer(response, 204);
    case "DELETE holds":
      clock.releaseHold(name);
      return answer(response, 204);
    case "POST members": {
      const report = await readJson(request);
      if (!isReport(report)) {
        return answer(response, 400, { detail: "A report has a number seq and a boolean idle." });
      }
      return answer(response, clock.report(name, report) ? 204 : 404);
    }
    case "POST /clock/mode": {
      const mode = modeIn(await readJson(request));
      if (mode === null) {
        return answer(response, 400, { detail: 'mode is "virtual" or "running".' });
      }
      await clock.setMode(mode);
      return answer(response, 204);
    }
    default:
      return answer(response, 404);
  }
}

/**
 * Serves the control API of a virtual clock's owner below `/clock`: its state, named holds, the mode, and the stream and
 * the reports of members. Must listen on a loopback address only.
 */
export async function handleClockRequest(
  clock: VirtualClock,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://clock");
  try {
    if (request.method === "GET" && url.pathname === "/clock") {
      answer(response, 200, clock.view());
    } else if (request.method === "GET" && url.pathname === "/clock/join") {
      stream(clock, url.searchParams.get("name") ?? "member", response);
    } else {
      await alter(clock, url.pathname, request, response);
    }
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof URIError)) {
      throw error;
    }
    answer(response, 400, { detail: "The body is no JSON document." });
  }
}
