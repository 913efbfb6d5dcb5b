import type { Engine, Entry } from "../core/engine.ts";
import { fraction } from "../core/random.ts";
import { claimedTenant, faultAnswer, type Faults } from "../protocol/faults.ts";
import type { Alteration } from "../protocol/graph-service.ts";
import { bytesOfAnswer, jsonAnswer, type HttpAnswer, type HttpCall } from "../protocol/message.ts";
import { confuseResults, loseResults } from "./altered-results.ts";
import { EarlierAnswers } from "./earlier-answers.ts";
import { drawFault } from "./fault-draw.ts";
import { faultState, type FaultKind, type SeededFaults } from "./seeded-faults.ts";

/** What a request meets before it is looked at (nothing happens then), or afterwards. */
type Verdict =
  | {
      readonly kind: "before";
      readonly fault: string;
      readonly code: string;
      readonly answer: HttpAnswer;
    }
  | { readonly kind: "after"; readonly alteration: Alteration }
  | { readonly kind: "none" };

/** Whole requests have a connection of their own; those inside a batch share its connection and its time. */
type Place = "request" | "batch" | "batchItem";

const OF_CONNECTION: readonly FaultKind[] = [
  "errorAfterCommit",
  "slow",
  "resetBefore",
  "resetAfterCommit",
  "truncated",
];

/**
 * Stands before Graph and lets faults happen to requests: first those that were scripted, then those that were sown.
 * Each is journaled with the row of its request, so that what a client saw and what was done can be compared.
 */
export class FaultGate {
  readonly #engine: Engine;
  readonly #scripted: Faults;
  readonly #earlier = new EarlierAnswers();
  #sown: SeededFaults | null = null;
  #number = 0;

  constructor(engine: Engine, scripted: Faults) {
    this.#engine = engine;
    this.#scripted = scripted;
  }

  /** Runs one Graph request; `run` must let the alteration change the answer inside its transaction. */
  pass(
    call: HttpCall,
    place: "request" | "batchItem",
    run: (call: HttpCall, alteration?: Alteration) => HttpAnswer,
  ): HttpAnswer {
    const verdict = this.#judge(call, place);
    const answer = this.#numbered(this.#number - 1, () =>
      verdict.kind === "before"
        ? this.#refuse(call, verdict)
        : verdict.kind === "after"
          ? run(call, verdict.alteration)
          : run(call),
    );
    if (call.method === "GET" && (this.#sown?.rates.staleRead ?? 0) > 0) {
      const isWhole = answer.isReset === undefined && verdict.kind === "none";
      if (isWhole) this.#earlier.remember(addressOf(call), answer, this.#engine.now());
    }
    return answer;
  }

  /** Runs a batch, whose requests pass one by one on their own. */
  passBatch(call: HttpCall, run: (call: HttpCall) => HttpAnswer): HttpAnswer {
    const verdict = this.#judge(call, "batch");
    const number = this.#number - 1;
    if (verdict.kind === "before") return this.#numbered(number, () => this.#refuse(call, verdict));
    const answer = run(call);
    const altered = verdict.kind === "after" ? verdict.alteration.alter(answer) : null;
    if (verdict.kind !== "after" || altered === null) return answer;
    // The requests inside have rows of their own; this one says what became of their common answer.
    const { fault } = verdict.alteration;
    return this.#numbered(number, () => this.#journal(call, answer.status, fault, altered));
  }

  /** Journals what `run` does with the number of its request, so that a restart goes on counting from there. */
  #numbered<T>(number: number, run: () => T): T {
    return this.#sown === null ? run() : this.#engine.withDraw(number, run);
  }

  #judge(call: HttpCall, place: Place): Verdict {
    const sown = this.#current();
    const number = this.#number;
    this.#number += 1;
    const scripted = this.#scripted.meet(call);
    if (scripted !== null) {
      const fault = `scriptedFault:${scripted.behaviour}`;
      return scripted.behaviour === "resetAfterCommit"
        ? { kind: "after", alteration: { fault, alter: reset } }
        : {
            kind: "before",
            fault,
            code: fault,
            answer: scripted.behaviour === "status" ? faultAnswer(scripted) : RESET,
          };
    }
    const kind = sown === null ? null : drawFault(sown, number, call);
    if (sown === null || kind === null) return { kind: "none" };
    if (place === "batchItem" && OF_CONNECTION.includes(kind)) return { kind: "none" };
    return this.#verdict(kind, sown, number, call);
  }

  #verdict(kind: FaultKind, sown: SeededFaults, number: number, call: HttpCall): Verdict {
    const pick = fraction(sown.seed, "pick", number);
    const before = (answer: HttpAnswer): Verdict => ({
      kind: "before",
      fault: kind,
      code: `seededFault:${kind}`,
      answer,
    });
    const after = (alter: Alteration["alter"]): Verdict => ({
      kind: "after",
      alteration: { fault: kind, alter },
    });
    switch (kind) {
      case "throttled":
        return before(
          failure(429, "TooManyRequests", "Please retry again later.", {
            "retry-after": String(sown.retryAfterSeconds),
          }),
        );
      case "serverError":
        return before(serverError(pick));
      case "expiredToken":
        return before(
          failure(
            401,
            "InvalidAuthenticationToken",
            "Lifetime validation failed, the token is expired.",
          ),
        );
      case "resetBefore":
        return before(RESET);
      case "resetAfterCommit":
        return after(reset);
      case "errorAfterCommit":
        return after(() => serverError(1));
      case "slow":
        return after((answer) => ({
          ...answer,
          delayMs: Math.round(sown.slowMs.min + pick * (sown.slowMs.max - sown.slowMs.min)),
        }));
      case "truncated":
        return after((answer) =>
          answer.body.length < 2
            ? null
            : { ...answer, cutAt: 1 + Math.floor(pick * (bytesOfAnswer(answer).length - 1)) },
        );
      case "staleRead":
        return after((answer) =>
          call.method === "GET"
            ? this.#earlier.staleInsteadOf(
                answer,
                addressOf(call),
                this.#engine.now() - sown.staleSeconds * 1_000,
              )
            : null,
        );
      case "missingResults":
        return after((answer) => loseResults(answer, pick));
      case "wrongResults":
        return after((answer) => confuseResults(answer, call, pick));
      case "failedArtifacts":
      case "transientRefusals":
        // Drawn by the service itself, not by requests.
        return { kind: "none" };
    }
  }

  /** What is sown now; requests are numbered anew whenever that changes, and go on being numbered after a restart. */
  #current(): SeededFaults | null {
    const { seeded, drawn } = faultState.of(this.#engine);
    if (seeded !== this.#sown) {
      this.#sown = seeded;
      this.#number = drawn;
      this.#earlier.clear();
    }
    return seeded;
  }

  #refuse(call: HttpCall, verdict: Extract<Verdict, { kind: "before" }>): HttpAnswer {
    return this.#journal(call, verdict.answer.status, verdict.fault, verdict.answer, verdict.code);
  }

  #journal(
    call: HttpCall,
    status: number,
    fault: string,
    answer: HttpAnswer,
    code: string | null = null,
  ): HttpAnswer {
    return this.#engine.execute(entryOf(call), () => ({ status, code, fault, answer })).answer;
  }
}

const RESET: HttpAnswer = { status: 503, headers: {}, body: "", isReset: true };

function reset(answer: HttpAnswer): HttpAnswer {
  return { ...answer, isReset: true };
}

const SERVER_ERRORS = [
  [500, "InternalServerError", "The server has encountered an internal error."],
  [502, "BadGateway", "The gateway has got no valid answer."],
  [503, "ServiceUnavailable", "The service is temporarily unavailable."],
  [504, "GatewayTimeout", "The gateway has got no answer in time."],
] as const;

function serverError(pick: number): HttpAnswer {
  const index = Math.min(SERVER_ERRORS.length - 1, Math.floor(pick * SERVER_ERRORS.length));
  const [status, code, message] = SERVER_ERRORS[index] ?? SERVER_ERRORS[0];
  return failure(status, code, message);
}

function failure(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return jsonAnswer(status, { error: { code, message } }, headers);
}

/** A request that a fault kept from Graph is journaled too, without effects. */
function entryOf(call: HttpCall): Entry {
  return {
    kind: "request",
    tenantId: claimedTenant(call) ?? "",
    method: call.method,
    path: call.target.replace(/^\/v1\.0/, ""),
    appId: null,
    userId: null,
    requestId: null,
    clientRequestId: call.headers["client-request-id"] ?? null,
  };
}

/** Answers belong to an address and to whoever asked: the claims of two tokens of one caller differ only in time. */
function addressOf(call: HttpCall): string {
  const body = call.headers["authorization"]?.split(".")[1] ?? "";
  let caller = "";
  try {
    const claims = JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as Record<
      string,
      unknown
    >;
    caller = [claims["tid"], claims["appid"], claims["oid"], claims["scp"]].map(String).join(" ");
  } catch {
    // Without a readable token the answer is 401 and never kept.
  }
  return `${caller} ${call.target}`;
}
