import type { RestoreRun, RestoreUnit } from "../../src/contracts/restore.ts";
import { forEachAtOnce } from "../graph-reader.ts";
import { bar, duration } from "../narrator.ts";
import type { ActResult, Affected } from "../progress.ts";
import { playAct, type Stage } from "../stage.ts";
import {
  differences,
  readTestimony,
  readUnit,
  type UnitReference,
  writeTestimony,
} from "../witness.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Units that the ransomware hits. */
const UNITS_HIT = 180;

/** Act two: ransomware strikes; a restore run, approved by a second person, brings everything back, byte by byte. */
export async function playRestore(stage: Stage): Promise<ActResult> {
  const tenant = stage.estate.protectedTenants[0];
  if (tenant === undefined) {
    throw new Error("The seed has no protected tenant to restore.");
  }
  stage.narrator.act(
    2,
    "Something happened. Bring it back.",
    `Ransomware encrypts files and deletes mail in ${tenant.displayName}.`,
  );
  return playAct(stage, "restore", async () => {
    const { witnessedAt, affected } = await strike(stage, tenant.tenantId);
    const run = await restore(stage, tenant.tenantId, affected, witnessedAt);
    const { asked, done, skipped, failed } = run.counts;
    stage.narrator.say(
      `The run ended as ${run.state}: ${done} done, ${skipped} skipped, ${failed} failed.`,
    );
    return {
      asked,
      done,
      skipped,
      failed,
      checkedBy: "comparing every file and message, byte by byte, with a reading before the strike",
      objections: await compareWithTestimony(stage, tenant.tenantId, run, affected),
    };
  });
}

/** A witness reads the tenant, then the attack goes over it. Happens once, also when the demonstration is killed meanwhile. */
async function strike(
  stage: Stage,
  tenantId: string,
): Promise<{ witnessedAt: string; affected: Affected }> {
  const { narrator, clock, progress } = stage;
  const known = progress.progress.restore;
  let { witnessedAt, affected } = known;
  if (witnessedAt === undefined) {
    const units = await listUnits(stage, tenantId);
    const graph = await stage.reader(tenantId);
    let items = 0;
    const seen = await forEachAtOnce(units, async (unit) => {
      const content = await readUnit(graph, unit);
      items += content.size;
      narrator.progress(`A witness reads ${tenantId}: ${items} items`);
      return { unit, content };
    });
    await writeTestimony(stage.directory.witness, seen);
    witnessedAt = new Date(clock.now()).toISOString();
    await progress.note("restore", { witnessedAt });
    narrator.say(`At ${witnessedAt} a witness has read ${items} items of ${units.length} units.`);
  }
  if (affected === undefined) {
    // Restore points come every ten minutes: the attack begins an hour after the witness and goes on for two.
    const begins = Date.parse(witnessedAt) + HOUR_MS;
    const wait = begins + 2 * HOUR_MS - clock.now();
    if (wait > 0) {
      await clock.pass(wait);
    }
    const response = await fetch(`${stage.simulatorUrl}/simulator/scenarios/ransomware`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        tenantId,
        units: UNITS_HIT,
        seed: progress.progress.round,
        startsAt: new Date(begins).toISOString(),
      }),
    });
    if (!response.ok) {
      throw new Error(`The scenario answered ${response.status}: ${await response.text()}`);
    }
    ({ affected } = (await response.json()) as { affected: Affected });
    await progress.note("restore", { affected });
  }
  const { mailboxes, drives, sites } = affected;
  narrator.say(
    `Ransomware has hit ${mailboxes.length} mailboxes, ${drives.length} OneDrives and ${sites.length} sites.`,
  );
  return { witnessedAt, affected };
}

async function listUnits(stage: Stage, tenantId: string): Promise<UnitReference[]> {
  const graph = await stage.reader(tenantId);
  const users = await graph.list<{
    id: string;
    userPrincipalName: string;
    assignedPlans?: unknown[];
  }>("/users?$select=id,userPrincipalName,assignedPlans");
  const sites = await graph.list<{ id: string; isPersonalSite?: boolean }>("/sites/getAllSites");
  const licensed = users.filter(
    ({ userPrincipalName, assignedPlans }) =>
      !userPrincipalName.includes("#EXT#") && (assignedPlans?.length ?? 0) > 0,
  );
  return [
    ...licensed.map(({ id }) => ({ kind: "mailbox" as const, id })),
    ...licensed.map(({ id }) => ({ kind: "drive" as const, id })),
    ...sites
      .filter(({ isPersonalSite }) => isPersonalSite !== true)
      .map(({ id }) => ({ kind: "site" as const, id })),
  ];
}

/** Asks for the run, approves its plan as somebody else, and waits for the end. */
async function restore(
  stage: Stage,
  tenantId: string,
  affected: Affected,
  restoreTo: string,
): Promise<RestoreRun> {
  const { narrator, requester, approver, clock, progress } = stage;
  let id = progress.progress.restore.id;
  if (id === undefined) {
    ({ id } = await requester.post<{ id: string }>("/api/restores", {
      tenantId,
      units: {
        mailboxes: affected.mailboxes.map(({ email }) => email),
        drives: affected.drives.map(({ email }) => email),
        sites: affected.sites.map(({ webUrl }) => webUrl),
      },
      restoreTo,
      destination: "inPlace",
    }));
    await progress.note("restore", { id });
  }
  const path = `/api/restores/${id}`;
  let run = await requester.get<RestoreRun>(path);
  const look = async (isDone: (run: RestoreRun) => boolean) => {
    run = await requester.get<RestoreRun>(path);
    const { done, skipped, failed, planned } = run.counts;
    narrator.progress(
      `${run.state} ${bar(done + failed, Math.max(planned, done + failed))}, ${skipped} skipped${run.waiting ? `; ${run.waiting.reason}` : ""}`,
    );
    return isDone(run);
  };
  await clock.waitUntil("The plan", () => look(({ state }) => state !== "planning"), {
    stepMs: MINUTE_MS,
    deadlineMs: HOUR_MS,
  });
  if (run.state === "waitingForApproval") {
    narrator.say(
      `The plan restores ${run.counts.planned} units to ${restoreTo} in ${run.waves.length} waves and skips ${run.counts.skipped}; its hash is ${run.planHash?.slice(0, 12)}….`,
    );
    await approver.post(`${path}/approval`, { planHash: run.planHash });
    narrator.say("A second person has approved that plan, by its hash.");
  }
  await clock.waitUntil("The restore run", () => look((shown) => shown.finishedAt !== null), {
    stepMs: 5 * MINUTE_MS,
    deadlineMs: 96 * HOUR_MS,
  });
  narrator.say(
    `It took ${duration((Date.parse(run.finishedAt ?? "") - Date.parse(run.requestedAt)) / 1000)} of the tenant's time.`,
  );
  return run;
}

async function compareWithTestimony(
  stage: Stage,
  tenantId: string,
  run: RestoreRun,
  affected: Affected,
): Promise<string[]> {
  const objections: string[] = [];
  // A unit that Microsoft 365 Backup never protected is skipped for a reason that stays; only a failure is one.
  if (run.finishedAt === null || run.counts.failed > 0) {
    objections.push(`The run ended as ${run.state}.`);
  }
  const units = await stage.requester.list<RestoreUnit>(`/api/restores/${run.id}/units?top=1000`);
  const done = units.filter(({ state }) => state === "done");
  const graph = await stage.reader(tenantId);
  let items = 0;
  const compared = await forEachAtOnce(done, async (unit) => {
    const reference = referenceOf(unit, affected);
    const before = await readTestimony(stage.directory.witness, reference);
    const after = await readUnit(graph, reference);
    items += before.size;
    stage.narrator.progress(`Comparing: ${items} items`);
    return differences(reference.kind, before, after).map(
      (difference) => `${unit.workload} ${unit.name ?? unit.requested}: ${difference}`,
    );
  });
  objections.push(...compared.flat());
  stage.narrator.say(`${items} items of ${done.length} units compared with what the witness saw.`);
  const unit = units.find(({ state }) => state === "skipped");
  if (unit !== undefined) {
    stage.narrator.say(`Skipped, for example: ${unit.name ?? unit.requested}. ${unit.reason}`);
  }
  return objections;
}

function referenceOf(unit: RestoreUnit, affected: Affected): UnitReference {
  switch (unit.workload) {
    case "exchange": {
      const mailbox = affected.mailboxes.find(({ email }) => email === unit.requested);
      return { kind: "mailbox", id: mailbox?.id ?? unit.resourceId ?? "" };
    }
    case "oneDriveForBusiness": {
      const drive = affected.drives.find(({ email }) => email === unit.requested);
      return { kind: "drive", id: drive?.ownerId ?? unit.resourceId ?? "" };
    }
    case "sharePoint": {
      const site = affected.sites.find(({ webUrl }) => webUrl === unit.requested);
      return { kind: "site", id: site?.id ?? unit.resourceId ?? "" };
    }
  }
}
