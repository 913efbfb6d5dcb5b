import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { OnboardingBatch, Tenant } from "../../../src/contracts/onboarding.ts";
import type { RestoreRun, RestoreUnit } from "../../../src/contracts/restore.ts";
import type { UnitVerdict, Verification } from "../../../src/contracts/verification.ts";
import { isBatchActive, isOnboardingActive, isRunActive } from "../rules/activity.ts";
import { readApi } from "./client.ts";
import { readHealth } from "./health.ts";
import { continuationTokenOf, type Page } from "./page.ts";
import { readSession } from "./session.ts";

const WHILE_ACTIVE_MS = 2_000;
/** Lists change by other people's doing too, so they are asked again even when nothing on them runs. */
const LIST_MS = 5_000;
const AT_REST_MS = 15_000;
const UNITS_PER_PAGE = 100;
export const LIST_LENGTH = 50;

const paced = (isActive: boolean | undefined) =>
  isActive === false ? AT_REST_MS : WHILE_ACTIVE_MS;

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: readSession,
  staleTime: 60_000,
  // While the app does not answer there is nothing else on the page that would ask again.
  refetchInterval: ({ state }) => (state.status === "error" ? LIST_MS : false),
});

/** With the browser's clock at the answer, so that the server's time can be carried on between two answers. */
export const healthQuery = queryOptions({
  queryKey: ["health"],
  queryFn: async ({ signal }) => {
    const health = await readHealth(signal);
    return { health, aheadMs: Date.parse(health.time) - Date.now() };
  },
  refetchInterval: LIST_MS,
});

/** Every tenant: their names are needed on each page, and an estate is at most some hundreds. */
export const tenantsQuery = queryOptions({
  queryKey: ["tenants"],
  queryFn: async ({ signal }) => {
    const tenants: Tenant[] = [];
    let continuationToken: string | null = null;
    do {
      const page: Page<Tenant> = await readApi(
        "tenants",
        { top: 1_000, continuationToken },
        signal,
      );
      tenants.push(...page.value);
      continuationToken = continuationTokenOf(page.nextLink);
    } while (continuationToken !== null);
    return tenants;
  },
  refetchInterval: LIST_MS,
});

export const tenantQuery = (tenantId: string) =>
  queryOptions({
    queryKey: ["tenants", tenantId],
    queryFn: ({ signal }) => readApi<Tenant>(`tenants/${encodeURIComponent(tenantId)}`, {}, signal),
    refetchInterval: ({ state }) => paced(state.data && isOnboardingActive(state.data.onboarding)),
  });

export const verificationsQuery = (top = LIST_LENGTH) => newest<Verification>("verifications", top);

export const verificationQuery = (id: string) =>
  queryOptions({
    queryKey: ["verifications", id],
    queryFn: ({ signal }) =>
      readApi<Verification>(`verifications/${encodeURIComponent(id)}`, {}, signal),
    refetchInterval: ({ state }) => paced(state.data && state.data.state === "running"),
  });

export interface VerdictFilter {
  readonly tenantId: string;
  readonly workload: string;
  readonly verdict: string;
}

export const verificationUnitsQuery = (id: string, filter: VerdictFilter, isActive: boolean) =>
  pagedUnits<UnitVerdict>(`verifications/${encodeURIComponent(id)}/units`, { ...filter }, isActive);

export const restoresQuery = (top = LIST_LENGTH) => newest<RestoreRun>("restores", top);

export const restoreQuery = (id: string) =>
  queryOptions({
    queryKey: ["restores", id],
    queryFn: ({ signal }) => readApi<RestoreRun>(`restores/${encodeURIComponent(id)}`, {}, signal),
    refetchInterval: ({ state }) => paced(state.data && isRunActive(state.data)),
  });

export interface RestoreUnitFilter {
  readonly workload: string;
  readonly state: string;
}

export const restoreUnitsQuery = (id: string, filter: RestoreUnitFilter, isActive: boolean) =>
  pagedUnits<RestoreUnit>(`restores/${encodeURIComponent(id)}/units`, { ...filter }, isActive);

export const batchesQuery = (top = LIST_LENGTH) => newest<OnboardingBatch>("onboarding", top);

export const batchQuery = (id: string) =>
  queryOptions({
    queryKey: ["onboarding", id],
    queryFn: ({ signal }) =>
      readApi<OnboardingBatch>(`onboarding/${encodeURIComponent(id)}`, {}, signal),
    refetchInterval: ({ state }) => paced(state.data && isBatchActive(state.data)),
  });

/** The newest of a list; its rows stay visible while more of them are read. */
function newest<Item>(path: string, top: number) {
  return queryOptions({
    queryKey: [path, { top }],
    queryFn: ({ signal }) => readApi<Page<Item>>(path, { top }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: LIST_MS,
  });
}

/** Units page by page; the rows of the last filter stay visible until the new ones are there. */
function pagedUnits<Unit>(path: string, filter: Record<string, string>, isActive: boolean) {
  return infiniteQueryOptions({
    queryKey: [path, filter],
    queryFn: ({ pageParam, signal }) =>
      readApi<Page<Unit>>(
        path,
        { ...filter, top: UNITS_PER_PAGE, continuationToken: pageParam },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page<Unit>) => continuationTokenOf(page.nextLink),
    placeholderData: keepPreviousData,
    refetchInterval: isActive ? LIST_MS : false,
  });
}
