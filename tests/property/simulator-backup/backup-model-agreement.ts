import { expect } from "@jest/globals";

import type { Json } from "../../contract/simulator/backup/backup-world.ts";
import { MINUTES, SERVICES, type BackupModel, type ModelUnit } from "./backup-model.ts";
import { APP_IDS, pickOf, type Real } from "./backup-model-world.ts";

const EVOLVED = { prefer: "include-unknown-enum-members" };
const UNITS = { sharePoint: "site", oneDriveForBusiness: "drive", exchange: "mailbox" } as const;

const idsAndStatuses = (items: readonly Json[]) =>
  Object.fromEntries(items.map(({ id, status }) => [id, status]));

const statusesOf = <T extends { readonly id: string }>(
  items: Iterable<T>,
  statusOf: (item: T) => string,
) => Object.fromEntries([...items].map((item) => [item.id, statusOf(item)]));

/** Everything that the model knows must be what the service says. */
export async function agree(model: BackupModel, real: Real): Promise<void> {
  await agreeOnApps(model, real);
  const { client } = real;
  const root = await client.ask("GET", "");
  expect((root["serviceStatus"] as Json)["status"]).toBe(model.isEnabled ? "enabled" : "disabled");
  const refusal = model.refusal("read");
  if (refusal !== null) {
    const answer = await client.call("GET", "/protectionPolicies");
    expect({
      status: answer.status,
      code: (answer.body as { error: { code: string } }).error.code,
    }).toEqual(refusal);
    return;
  }
  const read = async (path: string) => {
    const answer = await client.call("GET", path, undefined, EVOLVED);
    return (answer.body as { value: Json[] }).value;
  };
  expect(idsAndStatuses(await read("/protectionPolicies"))).toEqual(
    statusesOf(model.policies.values(), (policy) => model.statusOf(policy)),
  );
  await agreeOnUnits(model, real, await read("/protectionUnits"));
  for (const policy of model.policies.values()) {
    const rules = [...model.rules.values()].filter((rule) => rule.policy === policy);
    const path = `/${policy.service}ProtectionPolicies/${policy.id}/${UNITS[policy.service]}InclusionRules`;
    expect(idsAndStatuses(await read(path))).toEqual(statusesOf(rules, ({ status }) => status));
  }
  for (const service of SERVICES) {
    const jobs = [...model.jobs.values()].filter(({ policy }) => policy.service === service);
    if (jobs.length === 0) continue;
    expect(idsAndStatuses(await read(`/${UNITS[service]}ProtectionUnitsBulkAdditionJobs`))).toEqual(
      statusesOf(jobs, ({ status }) => status),
    );
  }
  agreeOnSessions(model, await read("/restoreSessions"));
}

async function agreeOnApps(model: BackupModel, { admin }: Real): Promise<void> {
  expect(idsAndStatuses(await admin.list("/serviceApps"))).toEqual(
    Object.fromEntries([...model.apps].map(([app, status]) => [APP_IDS[app], status])),
  );
}

/** Service and thing of a unit, as the model names it. */
function keyOf(unit: Json): string {
  const service = SERVICES.find((one) =>
    (unit["@odata.type"] as string).includes(`${UNITS[one]}ProtectionUnit`),
  );
  return `${service} ${(unit["siteId"] ?? unit["directoryObjectId"]) as string}`;
}

async function agreeOnUnits(
  model: BackupModel,
  { client }: Real,
  units: readonly Json[],
): Promise<void> {
  const sourcesOf = (unit: ModelUnit) => {
    const status = model.unitStatus(unit);
    const isOn = status === "protected" || status === "protectRequested";
    const words = (["manual", "dynamicRule"] as const).filter((word) => unit.sources.has(word));
    return isOn && words.length > 0 ? words.join(", ") : "none";
  };
  expect(
    Object.fromEntries(
      units.map((unit) => [
        keyOf(unit),
        { policyId: unit["policyId"], status: unit["status"], sources: unit["protectionSources"] },
      ]),
    ),
  ).toEqual(
    Object.fromEntries(
      [...model.units].map(([key, unit]) => [
        key,
        {
          policyId: model.holderOf(unit) ?? "",
          status: model.unitStatus(unit),
          sources: sourcesOf(unit),
        },
      ]),
    ),
  );
  await agreeOnPoints(model, client, pickOf(units, model.now));
}

/** A unit has a point of the last eleven minutes if it has been protected long enough, and none once it is not. */
async function agreeOnPoints(
  model: BackupModel,
  client: Real["client"],
  unit: Json | undefined,
): Promise<void> {
  const known = unit === undefined ? undefined : model.units.get(keyOf(unit));
  if (unit === undefined || known === undefined) return;
  const age = model.now - known.since;
  const isProtected = known.status === "protected";
  if (age < (isProtected ? MINUTES.firstPoint + 11 : 11)) return;
  const now = client.sim.now();
  const points = await client.search(
    unit["id"] as string,
    new Date(now - 10 * 60_000).toISOString(),
    new Date(now).toISOString(),
  );
  expect(points.length > 0).toBe(isProtected);
}

function agreeOnSessions(model: BackupModel, sessions: readonly Json[]): void {
  expect(sessions.map(({ id }) => id)).toEqual([...model.sessions.keys()]);
  for (const { id, status } of sessions) {
    const session = model.sessions.get(id as string);
    const age = model.now - (session?.activatedAt ?? model.now);
    if (session?.activatedAt === null) expect(status).toBe("draft");
    else if (age === 0) expect(status).toBe("activating");
    else if (age < 10) expect(["activating", "active"]).toContain(status);
    // A second restore of a unit fails while the first one runs.
    else if (age > 3 * MINUTES.restore) expect(["completed", "failed"]).toContain(status);
    else expect(["active", "completed", "failed"]).toContain(status);
  }
}
