import { notFound } from "../../api/http-problem.ts";
import { listAnswer } from "../../api/list-answer.ts";
import { readVisibleTenants, withLiveStatus } from "../../api/read-onboarding.ts";
import { registerOperation } from "../../api/register-operation.ts";
import { app } from "../../composition.ts";
import { listTenants, readTenant } from "../../contracts/api.ts";
import { orchestrationClient } from "../../durable/client.ts";

registerOperation(listTenants, async ({ principal, query, url }) => {
  const tenants = await readVisibleTenants(app, principal);
  const start = placeAfter(query.continuationToken, tenants);
  const page = tenants.slice(start, start + (query.top ?? 100));
  const last = page.at(-1);
  const hasMore = start + page.length < tenants.length;
  return listAnswer(url, page, hasMore && last !== undefined ? last.tenantId : null);
});

registerOperation(readTenant, async ({ principal, params, context }) => {
  const tenantId = (params["tenantId"] ?? "").toLowerCase();
  const tenants = await readVisibleTenants(app, principal);
  const tenant = tenants.find((candidate) => candidate.tenantId === tenantId);
  if (tenant === undefined) {
    throw notFound("tenant", tenantId);
  }
  return { status: 200, body: await withLiveStatus(orchestrationClient(context), tenant) };
});

/** The list is in the order of display names; the token is the last tenant that was shown. */
function placeAfter(
  token: string | undefined,
  tenants: readonly { readonly tenantId: string }[],
): number {
  return token === undefined ? 0 : tenants.findIndex(({ tenantId }) => tenantId === token) + 1;
}
