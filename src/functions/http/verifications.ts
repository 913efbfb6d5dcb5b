import { notFound } from "../../api/http-problem.ts";
import { listAnswer } from "../../api/list-answer.ts";
import { holdsRole, type Principal } from "../../api/principal.ts";
import { registerOperation } from "../../api/register-operation.ts";
import {
  beginVerification,
  openVerificationTables,
  verificationInstanceId,
} from "../../api/start-verification.ts";
import { app } from "../../composition.ts";
import {
  listVerifications,
  listVerificationUnits,
  readVerification,
  startVerification,
} from "../../contracts/api.ts";
import type { TenantOnboarding } from "../../contracts/onboarding.ts";
import { ROLES } from "../../contracts/operation.ts";
import type { TenantVerification, Verification } from "../../contracts/verification.ts";
import { addVerdicts, NO_VERDICTS } from "../../domain/verdict.ts";
import { isLive, orchestrationClient } from "../../durable/client.ts";
import { listAll } from "../../store/table.ts";
import { readKnownTenants } from "../../store/tenants.ts";
import { VERIFICATIONS_PARTITION } from "../../store/verifications.ts";

const tables = openVerificationTables(app);

/** Whether the caller may see what was found in a tenant. */
const maySee = (principal: Principal, tenantId: string) => holdsRole(principal, ROLES, tenantId);

registerOperation(startVerification, async ({ principal, body, url, context }) => {
  const known = await readKnownTenants<TenantOnboarding>(app.tables, app.config.tenants);
  const allowed = known.filter(({ tenantId }) =>
    holdsRole(principal, ["Operator", "Admin"], tenantId),
  );
  const wanted = body.tenantIds ?? allowed.map(({ tenantId }) => tenantId);
  const tenants = [...new Set(wanted)].map((tenantId) => {
    const tenant = allowed.find((candidate) => candidate.tenantId === tenantId);
    if (tenant === undefined) {
      throw notFound("tenant", tenantId);
    }
    return tenant;
  });
  const actor = { objectId: principal.objectId, name: principal.name };
  const id = await beginVerification(app, orchestrationClient(context), actor, tenants);
  const statusUrl = new URL(`/api/verifications/${id}`, url).href;
  return { status: 202, body: { id, statusUrl }, headers: { location: statusUrl } };
});

registerOperation(listVerifications, async ({ principal, query, url }) => {
  const page = await tables.verifications.list(VERIFICATIONS_PARTITION, {
    top: query.top ?? 20,
    continuationToken: query.continuationToken ?? null,
  });
  const value = await Promise.all(
    page.records.map(async (record) => withTenants(record.value, principal)),
  );
  return listAnswer(url, value, page.continuationToken);
});

registerOperation(readVerification, async ({ principal, params, context }) => {
  const record = await findVerification(params["verificationId"]);
  const verification = await withTenants(record, principal);
  if (verification.state !== "running") {
    return { status: 200, body: verification };
  }
  const instanceId = verificationInstanceId(verification.id);
  const status = await orchestrationClient(context).status(instanceId);
  // An orchestration that ended without storing an end was terminated or failed.
  const state = status !== null && !isLive(status) ? "failed" : verification.state;
  return { status: 200, body: { ...verification, state } };
});

registerOperation(listVerificationUnits, async ({ principal, params, query, url }) => {
  const { id } = await findVerification(params["verificationId"]);
  const { tenantId, workload, verdict } = query;
  if (tenantId !== undefined && !maySee(principal, tenantId)) {
    throw notFound("tenant", tenantId);
  }
  const page = await tables.units.list(id, {
    top: query.top ?? 100,
    continuationToken: query.continuationToken ?? null,
    ...(tenantId === undefined ? {} : { prefix: `${tenantId}|${workload ?? ""}` }),
    where: {
      ...(workload === undefined ? {} : { workload }),
      ...(verdict === undefined ? {} : { verdict }),
    },
  });
  const visible = page.records
    .map(({ value }) => value)
    .filter((unit) => maySee(principal, unit.tenantId));
  return listAnswer(url, visible, page.continuationToken);
});

async function findVerification(id: string | undefined): Promise<Verification> {
  const record = await tables.verifications.get(VERIFICATIONS_PARTITION, id ?? "");
  if (record === null) {
    throw notFound("verification", id ?? "");
  }
  return record.value;
}

/** The verification with the tenants that the caller may see, and sums over them. */
async function withTenants(
  verification: Verification,
  principal: Principal,
): Promise<Verification> {
  const tenants: TenantVerification[] = [];
  for await (const { value } of listAll(tables.tenants, verification.id)) {
    if (maySee(principal, value.tenantId)) {
      tenants.push(value);
    }
  }
  const counts = tenants
    .flatMap(({ workloads }) => Object.values(workloads ?? {}))
    .reduce(addVerdicts, NO_VERDICTS);
  return { ...verification, tenants, counts };
}
