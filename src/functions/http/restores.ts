import { randomBytes } from "node:crypto";
import { listAnswer } from "../../api/list-answer.ts";
import { registerOperation } from "../../api/register-operation.ts";
import { answerRequestRestore } from "../../api/request-restore.ts";
import * as actions from "../../api/restore-actions.ts";
import { findRun, maySee, presentRun, type RestoreApi } from "../../api/restore-api.ts";
import type { Principal } from "../../api/principal.ts";
import { app } from "../../composition.ts";
import * as operations from "../../contracts/api.ts";
import type { TenantOnboarding } from "../../contracts/onboarding.ts";
import { ApproveRestore, RestoreUnit } from "../../contracts/restore.ts";
import { orchestrationClient } from "../../durable/client.ts";
import { openRestores, RESTORES_PARTITION } from "../../store/restores.ts";
import { readKnownTenants } from "../../store/tenants.ts";

const api: RestoreApi = {
  tables: openRestores(app.tables),
  documents: app.documents,
  graph: app.graph,
  clock: app.clock,
  config: app.config,
  async isKnownTenant(tenantId) {
    const known = await readKnownTenants<TenantOnboarding>(app.tables, app.config.tenants);
    return known.some((tenant) => tenant.tenantId === tenantId);
  },
  random: () => randomBytes(4).toString("hex"),
};

registerOperation(operations.requestRestore, (request) =>
  answerRequestRestore(api, orchestrationClient(request.context), request),
);

registerOperation(operations.listRestores, async ({ principal, query, url, context }) => {
  const page = await api.tables.runs.list(RESTORES_PARTITION, {
    top: query.top ?? 20,
    continuationToken: query.continuationToken ?? null,
  });
  const client = orchestrationClient(context);
  const visible = page.records.filter(({ value }) => maySee(principal, value.tenantId));
  const value = await Promise.all(visible.map((record) => presentRun(api, client, record.value)));
  return listAnswer(url, value, page.continuationToken);
});

registerOperation(operations.readRestore, async ({ principal, params, context }) => {
  const run = await findRun(api, principal, params["restoreId"]);
  return { status: 200, body: await presentRun(api, orchestrationClient(context), run) };
});

registerOperation(operations.listRestoreUnits, async ({ principal, params, query, url }) => {
  const run = await findRun(api, principal, params["restoreId"]);
  const { workload, state } = query;
  const page = await api.tables.units.list(run.id, {
    top: query.top ?? 100,
    continuationToken: query.continuationToken ?? null,
    ...(workload === undefined ? {} : { prefix: `${workload}-` }),
    ...(state === undefined ? {} : { where: { state } }),
  });
  const value = page.records.map((record) => RestoreUnit.parse(record.value));
  return listAnswer(url, value, page.continuationToken);
});

type ActionRequest = {
  readonly principal: Principal;
  readonly params: Readonly<Record<string, string>>;
  readonly context: Parameters<typeof orchestrationClient>[0];
};

const actionOf = ({ principal, params, context }: ActionRequest) => ({
  api,
  client: orchestrationClient(context),
  principal,
  id: params["restoreId"],
});

registerOperation(operations.approveRestore, async (request) => {
  const { planHash } = ApproveRestore.parse(request.body);
  return { status: 202, body: await actions.approve(actionOf(request), planHash) };
});

registerOperation(operations.cancelRestore, async (request) => ({
  status: 202,
  body: await actions.cancel(actionOf(request)),
}));

registerOperation(operations.suspendRestore, async (request) => ({
  status: 202,
  body: await actions.suspend(actionOf(request)),
}));

registerOperation(operations.resumeRestore, async (request) => ({
  status: 202,
  body: await actions.resume(actionOf(request)),
}));
