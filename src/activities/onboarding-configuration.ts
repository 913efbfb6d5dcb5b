import type { Clock } from "../domain/clock.ts";
import {
  chooseConfiguration,
  configurationName,
  type EdgeName,
} from "../domain/onboarding-edge.ts";
import { GraphError, NotFoundError, TransientError } from "../graph/errors.ts";
import type { GraphClient, TenantGraph } from "../graph/graph-client.ts";
import {
  type Configuration,
  createConfiguration,
  readConfiguration,
  readConfigurations,
} from "../graph/resources/service-principals.ts";
import { claimCreation, type OnboardingTables } from "../store/onboarding.ts";
import { AskAgainError, CannotSucceedError } from "./ask-again.ts";

interface Dependencies {
  readonly graph: GraphClient;
  readonly clock: Clock;
  readonly tables: Pick<OnboardingTables<unknown>, "claims">;
}

/** A new configuration is found within seconds; one that is not found after this long was never created. */
const APPEARANCE_MS = 5 * 60 * 1000;
const LOOK_AGAIN_MS = 15_000;
const CONFIGURATIONS = "synchronizationConfigurations";

/**
 * Finds an edge's configuration in its source, or creates it. Two of them would write the same users twice, and a search
 * does not show a new one at once, so the claim is written before it is created and its id afterwards.
 */
export async function ensureConfiguration(
  { graph, clock, tables }: Dependencies,
  edge: EdgeName,
): Promise<{ readonly servicePrincipalId: string; readonly scopeRoleId: string }> {
  const source = graph.forTenant(edge.sourceTenantId);
  const place = { partition: CONFIGURATIONS, key: `${edge.sourceTenantId}|${edge.targetTenantId}` };
  const choice = chooseConfiguration(await readConfigurations(source), edge.targetTenantId);
  switch (choice.kind) {
    case "blocked":
      throw new CannotSucceedError("configurationAmbiguous", choice.reason);
    case "found":
      return withRole(choice.configuration);
    case "none":
  }
  const claim = await claimCreation(tables.claims, place, clock.now(), APPEARANCE_MS);
  if (claim !== "mine") {
    if (claim.createdId === null) {
      throw notVisible();
    }
    const created = await readCreated(source, claim.createdId);
    if (created !== null) {
      return withRole(created);
    }
    if (Date.parse(claim.at) + APPEARANCE_MS <= clock.now()) {
      // Somebody deleted it: the next call creates a new one.
      await tables.claims.remove(place.partition, place.key);
    }
    throw notVisible();
  }
  try {
    const created = await createConfiguration(source, configurationName(edge.targetTenantId));
    await tables.claims.put(place.partition, place.key, {
      at: new Date(clock.now()).toISOString(),
      createdId: created.servicePrincipalId,
    });
  } catch (error) {
    // Refused for certain: whoever tries again need not wait for this claim to end.
    if (error instanceof GraphError && !(error instanceof TransientError)) {
      await tables.claims.remove(place.partition, place.key);
    }
    throw error;
  }
  throw notVisible();
}

async function readCreated(source: TenantGraph, id: string): Promise<Configuration | null> {
  try {
    return await readConfiguration(source, id);
  } catch (error) {
    if (error instanceof NotFoundError) {
      return null;
    }
    throw error;
  }
}

function withRole({ servicePrincipalId, scopeRoleId }: Configuration) {
  if (scopeRoleId === null) {
    throw new CannotSucceedError(
      "scopeRoleMissing",
      `The configuration ${servicePrincipalId} has no role to assign its scope with; delete it, then send the tenant again.`,
    );
  }
  return { servicePrincipalId, scopeRoleId };
}

const notVisible = (): AskAgainError =>
  new AskAgainError(
    "configurationNotVisible",
    "The synchronization configuration was created and is not visible yet.",
    LOOK_AGAIN_MS,
  );
