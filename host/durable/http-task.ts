import type { DurableHttpRequest } from "./action.ts";
import type { HistoryEvent } from "./history-event.ts";
import {
  CompoundNode,
  LeafTask,
  TimerTask,
  UserTimerNode,
  type TaskNode,
  type TaskScope,
} from "./task-node.ts";

export class HttpTask extends LeafTask {
  readonly #request: DurableHttpRequest;

  constructor(request: DurableHttpRequest) {
    super();
    this.#request = request;
  }

  track(scope: TaskScope): void {
    this.reserve(scope);
    this.send(scope);
  }

  reserve(scope: TaskScope): void {
    this.seq = scope.allocate();
    scope.open(this.seq, this, true);
  }

  send(scope: TaskScope): void {
    scope.emit({ kind: "http", seq: this.seq, request: this.#request });
  }
}

/** An HTTP call that follows 202 answers. Its timer and its next request take their ids together, when the 202 comes. */
export class HttpPollingNode extends CompoundNode {
  #request: DurableHttpRequest;
  #next: HttpTask | null = null;

  constructor(request: DurableHttpRequest) {
    super();
    this.#request = request;
  }

  track(scope: TaskScope): void {
    this.adopt(new HttpTask(this.#request)).track(scope);
  }

  childSettled(child: TaskNode, scope: TaskScope, event: HistoryEvent | null): void {
    if (!(child instanceof HttpTask)) {
      this.#next?.send(scope);
      return;
    }
    const accepted = child.state === "completed" ? acceptedAnswer(event) : null;
    if (accepted === null) {
      this.settle(child.state === "completed", scope, event);
      return;
    }
    this.adopt(timerUntilNextPoll(accepted, scope)).track(scope);
    this.#request = pollRequest(this.#request, accepted.location);
    this.#next = this.adopt(new HttpTask(this.#request));
    this.#next.reserve(scope);
  }
}

interface AcceptedAnswer {
  readonly location: string;
  readonly retryAfter: string | undefined;
  readonly date: string | undefined;
}

function timerUntilNextPoll({ retryAfter, date }: AcceptedAnswer, scope: TaskScope): TaskNode {
  if (retryAfter === undefined || retryAfter.trim() === "") {
    return new UserTimerNode(scope.now + scope.httpPollIntervalMs);
  }
  const seconds = Number(retryAfter);
  if (Number.isFinite(seconds)) {
    return new UserTimerNode(scope.now + seconds * 1000);
  }
  // A date. The SDK takes it for no time at all, hence for a timer of one leg.
  const wait = Date.parse(retryAfter) - (date === undefined ? scope.now : Date.parse(date));
  return new TimerTask(
    scope.now + (Number.isFinite(wait) ? Math.max(0, wait) : scope.httpPollIntervalMs),
  );
}

/** Like the extension: the same headers but for the key of the function that was called first. */
function pollRequest(previous: DurableHttpRequest, location: string): DurableHttpRequest {
  const headers = Object.fromEntries(
    Object.entries(previous.headers ?? {}).filter(
      ([name]) => name.toLowerCase() !== "x-functions-key",
    ),
  );
  return {
    method: "GET",
    uri: URL.canParse(location, previous.uri) ? new URL(location, previous.uri).href : location,
    headers,
    asynchronousPatternEnabled: true,
  };
}

/** A 202 that says where to ask next, else null. */
function acceptedAnswer(event: HistoryEvent | null): AcceptedAnswer | null {
  if (event === null || !("Result" in event) || event.Result === null) {
    return null;
  }
  const result = JSON.parse(event.Result) as {
    readonly statusCode?: number;
    readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  };
  const header = (name: string): string | undefined => {
    const [, value] =
      Object.entries(result.headers ?? {}).find(([key]) => key.toLowerCase() === name) ?? [];
    return typeof value === "string" ? value : value?.[0];
  };
  const location = header("location");
  return result.statusCode !== 202 || location === undefined || location === ""
    ? null
    : { location, retryAfter: header("retry-after"), date: header("date") };
}
