import type { OnboardingBatch, Tenant } from "../../src/contracts/onboarding.ts";
import { requestToken } from "../graph-reader.ts";
import { bar } from "../narrator.ts";
import type { ActResult } from "../progress.ts";
import type { EstateTenant } from "../seed-file.ts";
import { playAct, type Stage } from "../stage.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

interface ServiceApp {
  readonly id: string;
  readonly status: string;
}

interface GraphUser {
  readonly id: string;
  readonly userPrincipalName: string;
  readonly userType: string;
  readonly externalUserState?: string | null;
  readonly mail?: string | null;
}

/** Act three: further tenants get the backup service and policies, join one MTO, and their people become members. */
export async function playOnboarding(stage: Stage): Promise<ActResult> {
  const { narrator, requester, progress, clock, estate } = stage;
  const tenants = estate.newTenants;
  narrator.act(
    3,
    "Here are our tenants. Protect them, and make their people members.",
    `${tenants.map(({ displayName }) => displayName).join(", ")} join ${estate.protectedTenants[0]?.displayName}.`,
  );
  return playAct(stage, "onboarding", async () => {
    let { batchId } = progress.progress.onboarding;
    if (batchId === undefined) {
      const accepted = await requester.post<{ batchId: string; accepted: number }>(
        "/api/onboarding",
        {
          tenants: tenants.map(({ tenantId, displayName }) => ({
            tenantId,
            displayName,
            role: "member",
          })),
        },
      );
      ({ batchId } = accepted);
      await progress.note("onboarding", { batchId });
      narrator.say(`${accepted.accepted} rows went onto the queue tenant-onboarding.`);
    }
    const path = `/api/onboarding/${batchId}`;
    const helped = new Set<string>();
    let batch = await requester.get<OnboardingBatch>(path);
    await clock.waitUntil(
      "The onboarding",
      async () => {
        batch = await requester.get<OnboardingBatch>(path);
        for (const tenant of batch.tenants) {
          await actAsOperator(stage, tenant, helped);
        }
        const { completed, failed } = batch.counts;
        narrator.progress(`${bar(completed + failed, tenants.length)} ${stepsOf(batch)}`);
        return completed + failed === tenants.length;
      },
      { stepMs: 10 * MINUTE_MS, deadlineMs: 14 * 24 * HOUR_MS },
    );
    for (const { displayName, onboarding } of batch.tenants) {
      const last = onboarding?.steps
        .filter(({ state }) => state === "done" || state === "failed")
        .at(-1);
      narrator.say(`${displayName}: ${onboarding?.state}. ${last?.detail ?? ""}`);
    }
    return {
      asked: tenants.length,
      done: batch.counts.completed,
      skipped: 0,
      failed: tenants.length - batch.counts.completed,
      checkedBy: "an own reading of policies, units, members and of every synchronized user",
      objections: await checkTenants(stage),
    };
  });
}

const stepsOf = (batch: OnboardingBatch): string =>
  batch.tenants
    .map(({ displayName, onboarding }) => {
      const step = onboarding?.steps.find(
        ({ state }) => state === "running" || state === "waiting",
      );
      return `${displayName}: ${step?.name ?? onboarding?.state ?? "queued"}`;
    })
    .join(", ");

/** Where an onboarding waits for a person, the demonstration signs in as that tenant's administrator and does it. */
async function actAsOperator(stage: Stage, tenant: Tenant, helped: Set<string>): Promise<void> {
  const action = tenant.onboarding?.operatorAction ?? null;
  const person = stage.estate.newTenants.find(({ tenantId }) => tenantId === tenant.tenantId);
  if (action === null || person === undefined || helped.has(tenant.tenantId)) {
    return;
  }
  helped.add(tenant.tenantId);
  stage.narrator.say(`${tenant.displayName} waits for an operator: ${action.instruction}`);
  await activateServiceApp(stage, person);
  stage.narrator.say(`${person.admin.userPrincipalName} has signed in and done it.`);
}

async function activateServiceApp(stage: Stage, { tenantId, admin }: EstateTenant): Promise<void> {
  const { clientId } = stage.estate.application;
  const token = await requestToken(stage.simulatorUrl, tenantId, {
    grant_type: "password",
    client_id: clientId,
    username: admin.userPrincipalName,
    password: admin.password,
  });
  const serviceApps = await (
    await stage.reader(tenantId)
  ).list<ServiceApp>("/solutions/backupRestore/serviceApps");
  for (const { id } of serviceApps.filter(({ status }) => status === "inactive")) {
    const response = await fetch(
      `${stage.simulatorUrl}/v1.0/solutions/backupRestore/serviceApps/${id}/activate`,
      {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: "{}",
      },
    );
    if (!response.ok) {
      throw new Error(
        `Activating the service app answered ${response.status}: ${await response.text()}`,
      );
    }
  }
}

/** Reads each tenant and each edge again by itself. */
async function checkTenants(stage: Stage): Promise<string[]> {
  const owner = stage.estate.protectedTenants[0] as EstateTenant;
  const objections: string[] = [];
  const ownerGraph = await stage.reader(owner.tenantId);
  const members = await ownerGraph.list<{ tenantId: string; state: string }>(
    "/tenantRelationships/multiTenantOrganization/tenants",
  );
  for (const tenant of stage.estate.newTenants) {
    const graph = await stage.reader(tenant.tenantId);
    const policies = await graph.list<{ status: string }>(
      "/solutions/backupRestore/protectionPolicies",
    );
    const active = policies.filter(
      ({ status }) => status === "active" || status === "activeWithErrors",
    );
    if (active.length !== 3) {
      objections.push(`${tenant.displayName} has ${active.length} active policies instead of 3.`);
    }
    for (const kind of ["mailbox", "drive", "site"]) {
      const units = await graph.list<{ status: string }>(
        `/solutions/backupRestore/${kind}ProtectionUnits`,
      );
      const open = units.filter(({ status }) => status !== "protected").length;
      if (units.length === 0 || open > 0) {
        objections.push(
          `${tenant.displayName}: ${open} of ${units.length} ${kind} units are not protected.`,
        );
      }
    }
    if (
      !members.some(({ tenantId, state }) => tenantId === tenant.tenantId && state === "active")
    ) {
      objections.push(`${tenant.displayName} is no active member in the owner's view.`);
    }
    objections.push(
      ...(await checkEdge(stage, owner, tenant)),
      ...(await checkEdge(stage, tenant, owner)),
    );
  }
  return objections;
}

/** Every direct member of the source's scope group must be in the target exactly once, as a redeemed member. */
async function checkEdge(
  stage: Stage,
  source: EstateTenant,
  target: EstateTenant,
): Promise<string[]> {
  const sourceGraph = await stage.reader(source.tenantId);
  const groups = await sourceGraph.list<{ id: string; displayName: string }>("/groups");
  const group = groups.find(({ displayName }) => displayName === stage.estate.syncGroupName);
  if (group === undefined) {
    return [`${source.displayName} has no group ${stage.estate.syncGroupName}.`];
  }
  const people = await sourceGraph.list<GraphUser>(`/groups/${group.id}/members`);
  const targetGraph = await stage.reader(target.tenantId);
  const users = await targetGraph.list<GraphUser>(
    "/users?$select=id,userPrincipalName,userType,externalUserState,mail",
  );
  return people.flatMap(({ userPrincipalName, mail }) => {
    const alias = `${userPrincipalName.replace("@", "_")}#EXT#@`.toLowerCase();
    const found = users.filter(
      (user) =>
        user.userPrincipalName.toLowerCase().startsWith(alias) ||
        (user.userPrincipalName.includes("#EXT#") && Boolean(mail) && user.mail === mail),
    );
    const one = found[0];
    return found.length === 1 && one?.userType === "Member" && one.externalUserState === "Accepted"
      ? []
      : [
          `${source.displayName} → ${target.displayName}: ${userPrincipalName} is there ${found.length} times (${one?.userType ?? "–"}, ${one?.externalUserState ?? "–"}).`,
        ];
  });
}
