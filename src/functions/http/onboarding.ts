import { notFound } from "../../api/http-problem.ts";
import { listAnswer } from "../../api/list-answer.ts";
import { nothingAccepted, rowsOfCsv, validateRows } from "../../api/onboarding-list.ts";
import { scopeRule } from "../../api/onboarding-scope-rule.ts";
import { readBatch, readVisibleTenants, withLiveStatus } from "../../api/read-onboarding.ts";
import { registerOperation } from "../../api/register-operation.ts";
import { enqueueList } from "../../api/start-onboarding.ts";
import { app } from "../../composition.ts";
import { listOnboarding, readOnboarding, startOnboarding } from "../../contracts/api.ts";
import type { OnboardingBatch, TenantOnboarding } from "../../contracts/onboarding.ts";
import { orchestrationClient } from "../../durable/client.ts";
import { BATCHES_PARTITION, openOnboarding } from "../../store/onboarding.ts";
import { readKnownTenants } from "../../store/tenants.ts";

const { batches } = openOnboarding(app.tables);

registerOperation(startOnboarding, async ({ principal, body, text, mediaType, url }) => {
  const rows = mediaType === "text/csv" ? rowsOfCsv(text) : body.tenants;
  const known = await readKnownTenants<TenantOnboarding>(app.tables, app.config.tenants);
  const list = validateRows(rows, scopeRule(principal, known));
  if (list.accepted.length === 0) {
    throw nothingAccepted(list.rejected);
  }
  const actor = { objectId: principal.objectId, name: principal.name };
  const batchId = await enqueueList(app, actor, list);
  const statusUrl = new URL(`/api/onboarding/${batchId}`, url).href;
  return {
    status: 202,
    body: { batchId, statusUrl, accepted: list.accepted.length, rejected: list.rejected },
    headers: { location: statusUrl },
  };
});

registerOperation(listOnboarding, async ({ principal, query, url }) => {
  const page = await batches.list(BATCHES_PARTITION, {
    top: query.top ?? 20,
    continuationToken: query.continuationToken ?? null,
  });
  const tenants = await readVisibleTenants(app, principal);
  const value: OnboardingBatch[] = [];
  for (const record of page.records) {
    const batch = await readBatch(app, record.value, tenants, principal);
    if (batch !== null) {
      value.push(batch);
    }
  }
  return listAnswer(url, value, page.continuationToken);
});

registerOperation(readOnboarding, async ({ principal, params, context }) => {
  const batchId = params["batchId"] ?? "";
  const record = await batches.get(BATCHES_PARTITION, batchId);
  const client = orchestrationClient(context);
  const visible = await readVisibleTenants(app, principal);
  const batch = record === null ? null : await readBatch(app, record.value, visible, principal);
  if (batch === null) {
    throw notFound("onboarding batch", batchId);
  }
  const tenants = await Promise.all(batch.tenants.map((tenant) => withLiveStatus(client, tenant)));
  return { status: 200, body: { ...batch, tenants } };
});
