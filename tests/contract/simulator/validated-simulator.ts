import { areas } from "../../../simulator/areas.ts";
import { Router } from "../../../simulator/core/router.ts";
import {
  createInProcessSimulator,
  type InProcessSimulator,
} from "../../../simulator/protocol/in-process.ts";
import { validateResponse } from "./metadata.ts";

export interface ValidatedSimulator extends InProcessSimulator {
  /** Routes that have answered below 400, as `METHOD path`. */
  readonly answered: ReadonlySet<string>;
}

/** A simulator in memory that checks every Graph answer against Microsoft's metadata and throws on a defect. */
export function createValidatedSimulator(seed: unknown): ValidatedSimulator {
  const simulator = createInProcessSimulator({ seed });
  return validated(simulator, (path, init) => simulator.fetch(path, init));
}

/** The same simulator, spoken to by `send`, whose every Graph answer is checked against Microsoft's metadata. */
export function validated(
  simulator: InProcessSimulator,
  send: InProcessSimulator["fetch"],
): ValidatedSimulator {
  const router = new Router(areas.flatMap((area) => area.routes));
  const answered = new Set<string>();
  return {
    ...simulator,
    answered,
    async fetch(path, init) {
      const answer = await send(path, init);
      const method = init?.method ?? "GET";
      const target = new URL(path, "http://graph").pathname;
      const isRaw = answer.body === undefined && answer.bytes.length > 0;
      if (!target.startsWith("/v1.0/") || target === "/v1.0/$batch") return answer;
      const match = router.match(method, target.slice("/v1.0".length));
      if (match.kind === "route" && answer.status < 400) {
        answered.add(`${method} ${match.route.path}`);
      }
      if (isRaw) return answer;
      const definition = match.kind === "route" ? match.route.definition : null;
      const defects = validateResponse(definition, answer.status, answer.body);
      if (defects.length > 0) {
        throw new Error(`${method} ${path} (${answer.status})\n${defects.join("\n")}`);
      }
      return answer;
    },
  };
}
