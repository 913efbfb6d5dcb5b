import { z } from "zod";
import type { Workload } from "../../domain/workload.ts";
import type { TenantGraph } from "../graph-client.ts";
import { type GraphPage, readPage } from "../paging.ts";

/** Something that ought to be protected, whether it is or not. */
export interface Protectable {
  /** Directory object id of the user, or site id. */
  readonly resourceId: string;
  /** User principal name or site address. */
  readonly name: string;
}

const UserAnswer = z.object({
  id: z.string(),
  userPrincipalName: z.string(),
  userType: z.string().nullish(),
  assignedPlans: z
    .array(z.object({ service: z.string().nullish(), capabilityStatus: z.string().nullish() }))
    .nullish(),
});

const SiteAnswer = z.object({
  id: z.string(),
  webUrl: z.string().nullish(),
  isPersonalSite: z.boolean().nullish(),
});

/** Service names in `assignedPlans` that give a user a mailbox and a OneDrive. Source: user resource, assignedPlan. */
const PLAN_OF_WORKLOAD: Readonly<Record<Exclude<Workload, "sharePoint">, string>> = {
  exchange: "exchange",
  oneDriveForBusiness: "sharepoint",
};

const USERS_PATH = "/users?$select=id,userPrincipalName,userType,assignedPlans&$top=999";
const SITES_PATH = "/sites/getAllSites";

/**
 * One page of what a workload ought to protect: the tenant's own users with a licence for it, or its sites without
 * personal ones. Users of other tenants have their mailbox at home.
 *
 * @param nextLink The link of the page before; null for the first page.
 */
export async function readProtectables(
  graph: TenantGraph,
  workload: Workload,
  nextLink: string | null,
): Promise<GraphPage<Protectable>> {
  if (workload === "sharePoint") {
    const page = await readPage(graph, nextLink ?? SITES_PATH, SiteAnswer);
    const sites = page.items.filter(({ isPersonalSite }) => isPersonalSite !== true);
    return {
      items: sites.map(({ id, webUrl }) => ({ resourceId: id, name: webUrl ?? id })),
      nextLink: page.nextLink,
    };
  }
  const plan = PLAN_OF_WORKLOAD[workload];
  const page = await readPage(graph, nextLink ?? USERS_PATH, UserAnswer);
  const users = page.items.filter((user) => isInternal(user) && hasPlan(user, plan));
  return {
    items: users.map(({ id, userPrincipalName }) => ({ resourceId: id, name: userPrincipalName })),
    nextLink: page.nextLink,
  };
}

const isInternal = ({ userPrincipalName, userType }: z.infer<typeof UserAnswer>): boolean =>
  userType !== "Guest" && !userPrincipalName.includes("#EXT#");

const hasPlan = ({ assignedPlans }: z.infer<typeof UserAnswer>, plan: string): boolean =>
  (assignedPlans ?? []).some(
    ({ service, capabilityStatus }) =>
      service?.toLowerCase() === plan && capabilityStatus === "Enabled",
  );
