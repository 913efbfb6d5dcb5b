import {
  type EdgeOutcome,
  membershipActivities,
  synchronizeEdge,
  verifyEdge,
} from "../contracts/onboarding-orchestration.ts";
import { done, failed, type StepOutcome } from "../domain/onboarding-steps.ts";
import { callActivity } from "../durable/call.ts";
import type { OrchestrationReference } from "../durable/orchestration-reference.ts";
import { fanOutSubOrchestrations, type Task } from "../durable/orchestration.ts";
import type { OnboardingScope } from "./onboarding-scope.ts";

/** Builds both directions of synchronization between the tenant and the owner. */
export const synchronizeTenant = (scope: OnboardingScope): Generator<Task, StepOutcome, unknown> =>
  runEdges(scope, synchronizeEdge, "synchronizeEdge");

/** Counts, in both directions, the users who are in the target as they ought to be. */
export const verifyEdges = (scope: OnboardingScope): Generator<Task, StepOutcome, unknown> =>
  runEdges(scope, verifyEdge, "verifyEdge");

type EdgeReference = OrchestrationReference<
  {
    readonly tenantId: string;
    readonly source: EdgeEnd;
    readonly target: EdgeEnd;
  },
  EdgeOutcome
>;

interface EdgeEnd {
  tenantId: string;
  displayName: string;
}

function* runEdges(
  { context, input }: OnboardingScope,
  reference: EdgeReference,
  name: string,
): Generator<Task, StepOutcome, unknown> {
  const { tenantId, displayName, role } = input;
  if (role === "owner") {
    return done("The owner's edges are made when its members are onboarded.");
  }
  const owner = yield* callActivity(context, membershipActivities.findOwner, { tenantId });
  if (owner.kind !== "found") {
    return failed(owner.kind === "several" ? owner.reason : "No tenant has the role owner.");
  }
  const ends = [
    { tenantId: owner.tenantId, displayName: owner.displayName },
    { tenantId, displayName },
  ] as const;
  const edges = [
    { source: ends[0], target: ends[1] },
    { source: ends[1], target: ends[0] },
  ];
  const outcomes = yield* fanOutSubOrchestrations(
    context,
    reference,
    edges.map(({ source, target }) => ({
      input: { tenantId, source, target },
      instanceId: `${name}-${source.tenantId}-${target.tenantId}`,
    })),
    edges.length,
  );
  const results = outcomes.map((outcome) =>
    outcome.kind === "completed"
      ? outcome.output
      : { kind: "failed" as const, detail: outcome.message.split("\n")[0] ?? outcome.message },
  );
  const detail = results
    .map((result, place) => {
      const edge = edges[place];
      return `${edge?.source.displayName ?? ""} to ${edge?.target.displayName ?? ""}: ${result.detail}`;
    })
    .join(" ");
  return results.every(({ kind }) => kind === "done") ? done(detail) : failed(detail);
}
