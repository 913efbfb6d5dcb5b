import type { UnitVerdict, Verification } from "../../src/contracts/verification.ts";
import { forEachAtOnce, type GraphReader } from "../graph-reader.ts";
import { type Stage, playAct } from "../stage.ts";
import type { ActResult } from "../progress.ts";

const MINUTE_MS = 60_000;

interface GraphUser {
  readonly id: string;
  readonly userPrincipalName: string;
  readonly userType: string;
  readonly assignedPlans?: readonly {
    readonly service: string;
    readonly capabilityStatus: string;
  }[];
}

interface GraphUnit {
  readonly id: string;
  readonly status: string;
  readonly policyId?: string | null;
  readonly directoryObjectId?: string;
  readonly siteId?: string;
  readonly error?: unknown;
}

/** Act one: ask of everything that ought to be protected whether it could be brought back now. */
export async function playVerification(stage: Stage): Promise<ActResult> {
  const { narrator, requester, progress, clock } = stage;
  narrator.act(
    1,
    "Could we bring everything back, today?",
    `Every mailbox, OneDrive and site of ${stage.estate.protectedTenants.map(({ displayName }) => displayName).join(", ")}.`,
  );
  return playAct(stage, "verification", async () => {
    let id = progress.progress.verification.id;
    if (id === undefined) {
      ({ id } = await requester.post<{ id: string }>("/api/verifications", {}));
      await progress.note("verification", { id });
    }
    const path = `/api/verifications/${id}`;
    let verification = await requester.get<Verification>(path);
    await clock.waitUntil(
      "The verification",
      async () => {
        verification = await requester.get<Verification>(path);
        return verification.state !== "running";
      },
      { stepMs: MINUTE_MS, deadlineMs: 6 * 60 * MINUTE_MS },
    );
    const units = await requester.list<UnitVerdict>(`${path}/units?top=1000`);
    const { fresh, stale, error, unprotected, unknown } = verification.counts;
    narrator.say(
      `${units.length} verdicts: ${fresh} fresh, ${stale} stale, ${error} error, ${unprotected} unprotected, ${unknown} unknown.`,
    );
    for (const tenant of verification.tenants) {
      for (const finding of tenant.findings) {
        narrator.say(`${tenant.displayName}: ${finding}`);
      }
    }
    for (const word of ["error", "stale", "unprotected", "unknown"] as const) {
      const unit = units.find(({ verdict }) => verdict === word);
      if (unit !== undefined) {
        narrator.say(`${word}, for example: ${unit.name ?? unit.resourceId}. ${unit.reason}`);
      }
    }
    const objections = await checkVerdicts(stage, units);
    if (verification.state !== "completed") {
      objections.push(`The verification ended as ${verification.state}.`);
    }
    return {
      asked: units.length,
      done: units.length - unknown,
      skipped: 0,
      failed: unknown,
      checkedBy: "an own reading of directory, units and a sample of restore points",
      objections,
    };
  });
}

/** Reads directory and protection units again by itself, and a sample of restore points through another operation. */
async function checkVerdicts(stage: Stage, units: readonly UnitVerdict[]): Promise<string[]> {
  const objections: string[] = [];
  for (const { tenantId, displayName } of stage.estate.protectedTenants) {
    const graph = await stage.reader(tenantId);
    const ofTenant = units.filter((unit) => unit.tenantId === tenantId);
    const expected = await readExpected(graph);
    for (const [key, isProtected] of expected) {
      const unit = ofTenant.find((candidate) => keyOf(candidate) === key);
      if (unit === undefined) {
        objections.push(`${displayName}: there is no verdict for ${key}.`);
      } else if ((unit.verdict !== "unprotected") !== isProtected) {
        objections.push(
          `${displayName}: ${key} is ${unit.verdict}, but protected: ${isProtected}.`,
        );
      }
    }
    const fresh = ofTenant.filter(({ verdict }) => verdict === "fresh");
    const step = Math.max(1, Math.floor(fresh.length / 20));
    const sample = fresh.filter((_, index) => index % step === 0);
    const now = new Date(stage.clock.now()).toISOString();
    const wrong = await forEachAtOnce(sample, async ({ protectionUnitId, restorePoint, name }) => {
      const expand = `protectionUnit($filter=id eq '${protectionUnitId}')`;
      const points = await graph.list<{ id: string; protectionDateTime: string }>(
        `/solutions/backupRestore/restorePoints?$expand=${encodeURIComponent(expand)}&$filter=${encodeURIComponent(`protectionDateTime lt ${now}`)}`,
      );
      // Points go on being made while time goes on: what the verdict rests on must not be newer than the newest now.
      const newest = points
        .map(({ protectionDateTime }) => protectionDateTime)
        .sort()
        .at(-1);
      return newest !== undefined && newest >= (restorePoint?.protectionDateTime ?? now)
        ? null
        : `${displayName}: ${name} rests on a restore point that a second reading does not show.`;
    });
    objections.push(...wrong.filter((objection) => objection !== null));
  }
  return objections;
}

const keyOf = ({ workload, resourceId }: Pick<UnitVerdict, "workload" | "resourceId">): string =>
  `${workload}/${workload === "sharePoint" ? (resourceId.split(",")[1] ?? resourceId) : resourceId}`;

/** What ought to have a verdict, and whether a policy covers it. */
async function readExpected(graph: GraphReader): Promise<Map<string, boolean>> {
  const expected = new Map<string, boolean>();
  const users = await graph.list<GraphUser>(
    "/users?$select=id,userPrincipalName,userType,assignedPlans",
  );
  const own = users.filter(({ userPrincipalName }) => !userPrincipalName.includes("#EXT#"));
  for (const { id, assignedPlans } of own) {
    const plans = new Set((assignedPlans ?? []).map(({ service }) => service));
    if (plans.has("exchange")) {
      expected.set(`exchange/${id}`, false);
    }
    if (plans.has("SharePoint")) {
      expected.set(`oneDriveForBusiness/${id}`, false);
    }
  }
  const sites = await graph.list<{ id: string; isPersonalSite?: boolean }>("/sites/getAllSites");
  for (const { id } of sites.filter(({ isPersonalSite }) => isPersonalSite !== true)) {
    expected.set(keyOf({ workload: "sharePoint", resourceId: id }), false);
  }
  for (const [kind, workload] of [
    ["mailbox", "exchange"],
    ["drive", "oneDriveForBusiness"],
    ["site", "sharePoint"],
  ] as const) {
    const listed = await graph.list<GraphUnit>(`/solutions/backupRestore/${kind}ProtectionUnits`);
    for (const { status, policyId, directoryObjectId, siteId, error } of listed) {
      const resourceId = directoryObjectId ?? siteId ?? "";
      const isProtected =
        Boolean(policyId) &&
        (status === "protected" || status === "protectRequested" || Boolean(error));
      expected.set(keyOf({ workload, resourceId }), isProtected);
    }
  }
  return expected;
}
