import {
  edgeActivities as activities,
  type EdgeOutcome,
  onboardingRecordActivities as record,
  VerifyEdgeInput,
} from "../contracts/onboarding-orchestration.ts";
import { addUsers, describeUsers, type EdgeTally, NO_USERS } from "../domain/onboarding-edge.ts";
import { callActivity } from "../durable/call.ts";
import { showStatus, showWaiting } from "../durable/custom-status.ts";
import {
  continueAsNew,
  currentTime,
  type OrchestrationContext,
  type Task,
} from "../durable/orchestration.ts";
import { sleepUntil } from "../durable/timer.ts";

const MINUTE_MS = 60_000;
/** Pages of a hundred members before the history is dropped. */
const PAGES_PER_HISTORY = 20;
/** Two cycles of forty minutes and a little: what failed once for a passing reason is tried again by then. */
const PATIENCE_MS = 100 * MINUTE_MS;
const COUNT_EVERY_MS = 20 * MINUTE_MS;

/** Counts the scope group's users whom the target holds exactly once, as redeemed members. */
export function* verifyEdge(context: OrchestrationContext): Generator<Task, EdgeOutcome, unknown> {
  const input = VerifyEdgeInput.parse(context.df.getInput());
  const { source, target } = input;
  const edge = { sourceTenantId: source.tenantId, targetTenantId: target.tenantId };
  const since = input.since ?? currentTime(context).toISOString();
  let { nextLink } = input;
  let tally: EdgeTally = input.tally;
  const notYet: EdgeOutcome = { kind: "failed", detail: "The count goes on." };

  showStatus(context, { source: source.displayName, target: target.displayName, tally });
  for (let page = 0; page < PAGES_PER_HISTORY; page += 1) {
    const counted = yield* callActivity(context, activities.countUsers, { ...edge, nextLink });
    tally = addUsers(tally, counted.tally);
    nextLink = counted.nextLink;
    if (nextLink === null) {
      break;
    }
  }
  if (nextLink !== null) {
    continueAsNew(context, { ...input, since, nextLink, tally });
    return notYet;
  }
  const now = currentTime(context);
  const deadline = new Date(Date.parse(since) + PATIENCE_MS);
  const isWhole = tally.synchronized === tally.expected;
  if (!isWhole && now < deadline) {
    const until = new Date(Math.min(now.getTime() + COUNT_EVERY_MS, deadline.getTime()));
    const nextLookAt = until.toISOString();
    const reason = describeUsers(tally);
    showWaiting(context, { reason, since, nextLookAt, deadline: deadline.toISOString() });
    yield* sleepUntil(context, until);
    continueAsNew(context, { ...input, since, nextLink: null, tally: NO_USERS });
    return notYet;
  }
  const outcome: EdgeOutcome = {
    kind: isWhole ? "done" : "failed",
    detail: describeUsers(tally),
  };
  yield* callActivity(context, record.saveEdge, {
    tenantId: input.tenantId,
    edge: {
      ...edge,
      state: outcome.kind,
      detail: outcome.detail,
      expected: tally.expected,
      synchronized: tally.synchronized,
    },
  });
  return outcome;
}
