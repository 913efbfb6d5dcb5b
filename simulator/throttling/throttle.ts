import { GraphError } from "../core/graph-error.ts";
import {
  quotaOf,
  THROTTLING_LIMITS,
  type ThrottlingLimit,
  type ThrottleScope,
  type Workload,
} from "./limits.ts";
import { costOf, type CostlyRequest, type RequestCost } from "./request-cost.ts";
import type { ThrottlePriority } from "./priority.ts";
import { TokenBucket } from "./token-bucket.ts";

/** "documented": the limits that Microsoft publishes; "none": nobody is throttled. */
export const THROTTLING_MODES = ["none", "documented"] as const;
export type ThrottlingMode = (typeof THROTTLING_MODES)[number];

/** Who asks, as far as quotas go by it. */
export interface ThrottledCaller {
  readonly appId: string;
  readonly tenantId: string;
  /** Users of the tenant: larger tenants have larger quotas. */
  readonly users: number;
  /** Id of the mailbox's user, for requests about one. */
  readonly mailbox: string | null;
  readonly priority: ThrottlePriority;
  /** Unix milliseconds. */
  readonly now: number;
}

interface Charge {
  readonly limit: ThrottlingLimit;
  readonly bucket: TokenBucket;
  readonly cost: number;
}

/** From this share of a quota on, an answer says how much is used. */
const WARN_FROM = 0.8;
/** Full buckets are dropped when there are more than this: one each mailbox would be a hundred thousand. */
const MAX_BUCKETS = 10_000;

/** Token buckets by application, tenant and workload, kept in memory and refilled by the simulator's clock. */
export class Throttle {
  #mode: ThrottlingMode;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(mode: ThrottlingMode) {
    this.#mode = mode;
  }

  get mode(): ThrottlingMode {
    return this.#mode;
  }

  /** Also fills all buckets. */
  setMode(mode: ThrottlingMode): void {
    this.#mode = mode;
    this.#buckets.clear();
  }

  /** Buckets in use, with the share that is used. */
  usage(now: number): readonly { readonly bucket: string; readonly usage: number }[] {
    return [...this.#buckets]
      .map(([bucket, tokens]) => ({ bucket, usage: tokens.usage(now) }))
      .filter(({ usage }) => usage > 0);
  }

  /** Counts a request and gives the headers of its answer; throws Graph's 429 when a limit is reached. */
  admit(request: CostlyRequest, caller: ThrottledCaller): Readonly<Record<string, string>> {
    if (this.#mode === "none") return {};
    const cost = costOf(request);
    const charges = this.#charges(cost, caller);
    const refusing = charges.filter(
      ({ bucket, cost: price }) => !bucket.hasRoom(price, caller.now, caller.priority),
    );
    if (refusing.length > 0) {
      for (const charge of refusing) charge.bucket.refuse(charge.cost, caller.now);
      throw refusal(request, cost, longestWait(refusing, caller), caller);
    }
    for (const charge of charges) charge.bucket.take(charge.cost, caller.now);
    return headersOf(cost, charges, caller.now);
  }

  #charges(cost: RequestCost, caller: ThrottledCaller): readonly Charge[] {
    if (this.#buckets.size > MAX_BUCKETS) {
      for (const [key, bucket] of this.#buckets) {
        if (bucket.usage(caller.now) === 0) this.#buckets.delete(key);
      }
    }
    return THROTTLING_LIMITS.flatMap((limit) => {
      const isMeant = limit.workload === "any" || limit.workload === cost.workload;
      const quota = quotaOf(limit, caller.users);
      const price = cost[limit.measure];
      if (!isMeant || quota === null || price === 0) return [];
      const key = `${limit.name}/${sharers(limit.scope, caller)}`;
      const bucket = this.#buckets.get(key) ?? new TokenBucket(quota, limit.windowMs, caller.now);
      this.#buckets.set(key, bucket);
      return [{ limit, bucket, cost: price }];
    });
  }
}

function sharers(scope: ThrottleScope, { appId, tenantId, mailbox }: ThrottledCaller): string {
  switch (scope) {
    case "Application":
      return appId;
    case "Tenant":
      return tenantId;
    case "Tenant_Application":
      return `${appId}/${tenantId}`;
    case "Mailbox":
      return `${appId}/${tenantId}/${mailbox ?? ""}`;
  }
}

function longestWait(
  refusing: readonly Charge[],
  { now, priority }: ThrottledCaller,
): Charge & { seconds: number } {
  const waits = refusing.map((charge) => ({
    ...charge,
    seconds: charge.bucket.secondsUntil(charge.cost, now, priority),
  }));
  return waits.reduce((left, right) => (right.seconds > left.seconds ? right : left));
}

/** Error code and message by workload; the files' code is that of the OneDrive error pages. */
const REFUSALS: Partial<Readonly<Record<Workload, readonly [string, string]>>> = {
  mail: ["ApplicationThrottled", "Application is over its request limit for this mailbox."],
  files: ["activityLimitReached", "The app or user has been throttled."],
};

function refusal(
  request: CostlyRequest,
  cost: RequestCost,
  { limit, bucket, seconds }: Charge & { readonly seconds: number },
  caller: ThrottledCaller,
): GraphError {
  const { workload } = cost;
  const [code, message] = REFUSALS[workload] ?? ["TooManyRequests", "Please retry again later."];
  const wait = { "Retry-After": String(seconds) };
  const isOfIdentity = workload !== "mail" && workload !== "files";
  const kind = limit.measure === "writes" ? "Write" : "ReadWrite";
  const place = limit.scope === "Application" ? caller.appId : caller.tenantId;
  return new GraphError(429, code, message, {
    headers:
      workload === "files"
        ? { ...wait, ...rateLimitHeaders(bucket, seconds, caller.now) }
        : isOfIdentity
          ? {
              ...wait,
              ...percentage(bucket.usage(caller.now)),
              "x-ms-throttle-scope": `${limit.scope}/${kind}/${caller.appId}/${place}`,
              "x-ms-throttle-information": information(limit),
            }
          : wait,
    inner: isOfIdentity
      ? { code: "429", message: "Please retry after", status: "429" }
      : workload === "files"
        ? { code: "throttledRequest" }
        : {},
  });
}

function information({ measure }: ThrottlingLimit): string {
  switch (measure) {
    case "resourceUnits":
      return "ResourceUnitLimitExceeded";
    case "writes":
      return "WriteLimitExceeded";
    case "requests":
      return "RequestLimitExceeded";
  }
}

function headersOf(cost: RequestCost, charges: readonly Charge[], now: number) {
  const usage = Math.max(0, ...charges.map(({ bucket }) => bucket.usage(now)));
  if (cost.workload === "identity") {
    return { "x-ms-resource-unit": String(cost.resourceUnits), ...percentage(usage) };
  }
  // SharePoint speaks of its limit of a minute only, with headers of its own.
  const minute = charges.find(({ limit }) => limit.name === "files.resourceUnits.pair.minute");
  return minute === undefined || minute.bucket.usage(now) < WARN_FROM
    ? {}
    : rateLimitHeaders(minute.bucket, minute.bucket.secondsUntil(minute.bucket.quota, now), now);
}

function percentage(usage: number): Readonly<Record<string, string>> {
  return usage < WARN_FROM ? {} : { "x-ms-throttle-limit-percentage": usage.toFixed(2) };
}

function rateLimitHeaders(bucket: TokenBucket, seconds: number, now: number) {
  const remaining = Math.max(0, Math.floor(bucket.quota * (1 - bucket.usage(now))));
  return {
    "RateLimit-Limit": String(bucket.quota),
    "RateLimit-Remaining": String(remaining),
    "RateLimit-Reset": String(seconds),
  };
}
