import { sha256 } from "../activities/restore-dependencies.ts";
import { findUnknownUnits } from "../activities/restore-resolution.ts";
import type { requestRestore } from "../contracts/api.ts";
import type { FieldError } from "../contracts/problem.ts";
import { restoreRun, restoreRunInstance } from "../contracts/restore-orchestration.ts";
import type { RestoreRecord } from "../contracts/restore-record.ts";
import type { RequestRestore } from "../contracts/restore.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import { EXPECTED_UNIT, requestedKey } from "../domain/requested-unit.ts";
import { createRunId } from "../domain/run-id.ts";
import type { Workload } from "../domain/workload.ts";
import type { OrchestrationClient } from "../durable/client.ts";
import { GraphError } from "../graph/errors.ts";
import { requestDocument, RESTORES_PARTITION } from "../store/restores.ts";
import { RecordExistsError } from "../store/table.ts";
import { conflict, HttpProblem, notFound } from "./http-problem.ts";
import type { Principal } from "./principal.ts";
import { maySee, requireRole, type RestoreApi } from "./restore-api.ts";
import type { ApiAnswer, ApiRequest } from "./serve.ts";

/** Units of one request that are looked up before it is accepted; longer lists are looked up when they are planned. */
const UNITS_LOOKED_UP = 100;

const LISTS = [
  { list: "mailboxes", workload: "exchange" },
  { list: "drives", workload: "oneDriveForBusiness" },
  { list: "sites", workload: "sharePoint" },
] as const satisfies readonly { list: keyof RequestRestore["units"]; workload: Workload }[];

/**
 * Accepts a request: the list is stored, the run is started, nothing is restored.
 *
 * @throws HttpProblem 400, 403, 404, 409 or 422; then nothing was stored or started.
 */
export async function answerRequestRestore(
  api: RestoreApi,
  client: OrchestrationClient,
  request: Pick<ApiRequest<typeof requestRestore>, "principal" | "body" | "url" | "header">,
): Promise<ApiAnswer> {
  const { principal, body, url } = request;
  if (!maySee(principal, body.tenantId) || !(await api.isKnownTenant(body.tenantId))) {
    throw notFound("tenant", body.tenantId);
  }
  requireRole(principal, ["Operator", "Admin"], body.tenantId);
  if (!api.config.isWriteAllowed(body.tenantId)) {
    throw conflict(
      `Restoring writes to tenant ${body.tenantId}, which is off: add it to the setting AllowWrites.`,
    );
  }
  if (Date.parse(body.restoreTo) > api.clock.now()) {
    throw new HttpProblem(400, "Bad request", "The body has wrong fields.", [
      { field: "restoreTo", expected: "an instant in the past", given: `"${body.restoreTo}"` },
    ]);
  }
  const id = (await findRepeated(api, request)) ?? (await store(api, request));
  const run = await api.tables.runs.get(RESTORES_PARTITION, id);
  // Also for a repeated request: it heals a run that was stored and not started. One that has ended stays as it is.
  if (run?.value.finishedAt === null) {
    await client.start(restoreRun, restoreRunInstance(id), { runId: id, tenantId: body.tenantId });
  }
  const statusUrl = new URL(`/api/restores/${id}`, url).href;
  return { status: 202, body: { id, statusUrl }, headers: { location: statusUrl } };
}

async function store(
  api: RestoreApi,
  {
    principal,
    body,
    header,
  }: Pick<ApiRequest<typeof requestRestore>, "principal" | "body" | "header">,
): Promise<string> {
  const units = await checkedUnits(api, body);
  const id = createRunId(api.clock.now(), api.random());
  await api.documents.writeOnce(requestDocument(id), canonicalJson({ units }));
  await api.tables.runs.insert(RESTORES_PARTITION, id, newRun(api, id, principal, body, units));
  const key = header("idempotency-key");
  if (key !== null) {
    const used = { runId: id, request: sha256(canonicalJson(body)), by: actorOf(principal) };
    try {
      await api.tables.requestKeys.insert(principal.objectId, key, used);
    } catch (error) {
      if (!(error instanceof RecordExistsError)) {
        throw error;
      }
      // The same request was sent twice at once; the other one's run is the answer, this one's is never started.
      await api.tables.runs.remove(RESTORES_PARTITION, id);
      return (await api.tables.requestKeys.get(principal.objectId, key))?.value.runId ?? id;
    }
  }
  return id;
}

/** The run that the same Idempotency-Key started, if it did. */
async function findRepeated(
  api: RestoreApi,
  {
    principal,
    body,
    header,
  }: Pick<ApiRequest<typeof requestRestore>, "principal" | "body" | "header">,
): Promise<string | null> {
  const key = header("idempotency-key");
  const used = key === null ? null : await api.tables.requestKeys.get(principal.objectId, key);
  if (used === null) {
    return null;
  }
  if (used.value.request !== sha256(canonicalJson(body))) {
    throw conflict("This Idempotency-Key was used for another request.");
  }
  return used.value.runId;
}

const actorOf = ({ objectId, name }: Principal) => ({ objectId, name });

function newRun(
  api: RestoreApi,
  id: string,
  principal: Principal,
  body: RequestRestore,
  units: RequestRestore["units"],
): RestoreRecord {
  const asked = units.mailboxes.length + units.drives.length + units.sites.length;
  return {
    id,
    tenantId: body.tenantId,
    state: "planning",
    requestedBy: actorOf(principal),
    requestedAt: new Date(api.clock.now()).toISOString(),
    restoreTo: body.restoreTo,
    destination: body.destination,
    planHash: null,
    approvalDeadline: null,
    approvedBy: null,
    approvedAt: null,
    approvedHash: null,
    cancelledBy: null,
    cancelledAt: null,
    isHeld: false,
    finishedAt: null,
    counts: { asked, planned: 0, done: 0, skipped: 0, failed: 0 },
    message: null,
  };
}

/** The requested units without duplicates. @throws HttpProblem 422 that names each unit that is not known. */
async function checkedUnits(
  api: RestoreApi,
  { tenantId, units }: RequestRestore,
): Promise<RequestRestore["units"]> {
  const total = LISTS.reduce((sum, { list }) => sum + units[list].length, 0);
  const checked: Record<keyof RequestRestore["units"], string[]> = {
    mailboxes: [],
    drives: [],
    sites: [],
  };
  const errors: FieldError[] = [];
  for (const { list, workload } of LISTS) {
    const distinct = withoutDuplicates(workload, units[list]);
    const texts = distinct.map(({ text }) => text);
    if (total > UNITS_LOOKED_UP || texts.length === 0) {
      checked[list] = texts;
      continue;
    }
    const { unknown, duplicates } = await lookUp(api, tenantId, workload, texts);
    for (const index of unknown) {
      errors.push({
        field: `units.${list}[${distinct[index]?.index ?? index}]`,
        expected: EXPECTED_UNIT[workload],
        given: JSON.stringify(texts[index]),
      });
    }
    checked[list] = texts.filter((_, index) => !duplicates.includes(index));
  }
  if (errors.length > 0) {
    throw new HttpProblem(
      422,
      "Unknown units",
      `${errors.length} of ${total} units are not protected in tenant ${tenantId}.`,
      errors,
    );
  }
  return checked;
}

function withoutDuplicates(
  workload: Workload,
  texts: readonly string[],
): { readonly text: string; readonly index: number }[] {
  const seen = new Map<string, { text: string; index: number }>();
  for (const [index, text] of texts.entries()) {
    const key = requestedKey(workload, text);
    if (!seen.has(key)) {
      seen.set(key, { text: text.trim(), index });
    }
  }
  return [...seen.values()];
}

/** What Graph cannot answer now is not the caller's mistake: the run looks again when it is planned. */
async function lookUp(
  api: RestoreApi,
  tenantId: string,
  workload: Workload,
  texts: readonly string[],
): ReturnType<typeof findUnknownUnits> {
  try {
    return await findUnknownUnits(api.graph.forTenant(tenantId), workload, texts, api.clock);
  } catch (error) {
    if (!(error instanceof GraphError)) {
      throw error;
    }
    return { unknown: [], duplicates: [] };
  }
}
