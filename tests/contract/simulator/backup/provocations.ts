import { billingChanged, serviceChanged } from "../../../../simulator/backup/control-events.ts";
import { resourceHeld } from "../../../../simulator/backup/protection-events.ts";
import type { ServiceChange } from "../../../../simulator/backup/control-events.ts";
import { userPurged } from "../../../../simulator/directory/directory.ts";
import type { InProcessAnswer } from "../../../../simulator/protocol/in-process.ts";
import {
  act,
  ADATUM,
  BackupClient,
  CONTOSO,
  createBackupWorld,
  LITWARE,
  OTHER_APP_ID,
  TAILSPIN,
  WINGTIP,
  type Json,
} from "./backup-world.ts";

/** What a provocation found: an HTTP refusal, or an error inside a body. */
export interface Found {
  readonly status: number;
  readonly code: string;
}

export const MISSING = "00000000-0000-4000-8000-000000000000";
export const PERIOD = {
  startDateTime: "2026-03-01T00:00:00Z",
  endDateTime: "2026-03-02T05:00:00Z",
};

export const application = (tenantId = CONTOSO) => new BackupClient(createBackupWorld(), tenantId);
export const competitor = (client: BackupClient) =>
  new BackupClient(client.sim, client.tenantId, { application: 1 });
export const person = (client: BackupClient, application = 0) =>
  new BackupClient(client.sim, client.tenantId, { isDelegated: true, application });

/** The refusal in an answer. */
function refusalOf(answer: InProcessAnswer): Found {
  const { error } = answer.body as { error: { code: string } };
  return { status: answer.status, code: error.code };
}

export async function refused(
  client: BackupClient,
  method: string,
  path: string,
  json?: unknown,
): Promise<Found> {
  return refusalOf(await client.call(method, path, json));
}

/** The first failed element of an `@delta` answer; its status is the element's `responseCode`. */
export function inlineFailureOf(body: Json): Found {
  const name = Object.keys(body).find((key) => key.endsWith("@delta")) ?? "";
  const failed = (body[name] as Json[]).find(
    (element) => element["@Core.DataModificationException"] !== undefined,
  )?.["@Core.DataModificationException"] as { info: { code: string }; responseCode: number };
  return { status: failed.responseCode, code: failed.info.code };
}

/** A policy of Adatum with its units, enabled and optionally active. */
export async function policyIn(
  client: BackupClient,
  options: { readonly service?: string; readonly units?: Json; readonly isActive?: boolean } = {},
): Promise<string> {
  const root = await client.ask("GET", "");
  if ((root["serviceStatus"] as Json)["status"] !== "enabled") {
    await client.ask("POST", "/enable", { appOwnerTenantId: CONTOSO });
  }
  const policy = await client.ask(
    "POST",
    `/${options.service ?? "exchange"}ProtectionPolicies`,
    { displayName: "Ours", ...options.units },
    201,
  );
  const id = policy["id"] as string;
  if (options.isActive ?? false) {
    await client.ask("POST", `/protectionPolicies/${id}/activate`, undefined, 202);
    client.sim.advanceBy(2 * 3_600_000);
  }
  return id;
}

/** Ids of a tenant's users. */
export async function userIds(client: BackupClient): Promise<string[]> {
  const answer = await client.sim.fetch("/v1.0/users?$select=id", {
    token: await client.sim.token(client.tenantId),
  });
  return (answer.body as { value: { id: string }[] }).value.map(({ id }) => id);
}

/** Mailbox points of Contoso: one for each of the first so many units. */
export async function points(client: BackupClient, count = 1, kind = "mailbox"): Promise<string[]> {
  const units = await client.list(`/${kind}ProtectionUnits`);
  const found: string[] = [];
  for (const unit of units) {
    if (found.length === count) break;
    const [point] = await client.search(
      unit["id"] as string,
      PERIOD.startDateTime,
      PERIOD.endDateTime,
    );
    // A stale unit or one in error has no point in the period.
    if (point !== undefined) found.push(point["id"] as string);
  }
  return found;
}

export const artifact = (id: string, destinationType = "inPlace") => ({
  restorePoint: { id },
  destinationType,
});

/** A draft of Exchange with artifacts for the given points. */
export async function draft(client: BackupClient, pointIds: readonly string[]): Promise<string> {
  const body =
    pointIds.length === 0 ? {} : { mailboxRestoreArtifacts: pointIds.map((id) => artifact(id)) };
  const session = await client.ask("POST", "/exchangeRestoreSessions", body, 201);
  return session["id"] as string;
}

export async function activate(client: BackupClient, sessionId: string): Promise<void> {
  await client.ask("POST", `/restoreSessions/${sessionId}/activate`);
}

/** The error of a session's first artifact once it has ended. */
export async function artifactError(client: BackupClient, sessionId: string): Promise<Found> {
  client.sim.advanceBy(24 * 3_600_000);
  const artifacts = await client.list(
    `/exchangeRestoreSessions/${sessionId}/mailboxRestoreArtifacts`,
  );
  const error = artifacts.map((one) => one["error"] as Json | null).find((one) => one !== null);
  return { status: 200, code: (error?.["code"] ?? "none") as string };
}

export function change(client: BackupClient, payload: Omit<ServiceChange, "by">): void {
  act(client.sim, client.tenantId, (context) => {
    context.emit(serviceChanged, { ...payload, by: null });
  });
}

export function setBilling(client: BackupClient, billing: "missing" | "unreadable"): void {
  act(client.sim, client.tenantId, (context) => {
    context.emit(billingChanged, { billing });
  });
}

export function hold(client: BackupClient, resourceId: string): void {
  act(client.sim, client.tenantId, (context) => {
    context.emit(resourceHeld, { resourceId, isHeld: true });
  });
}

export function purge(client: BackupClient, userId: string): void {
  act(client.sim, client.tenantId, (context) => {
    context.emit(userPurged, { id: userId });
  });
}

/** Lets what the service itself may do wrong go wrong each time. */
export async function fail(
  client: BackupClient,
  kind: "failedArtifacts" | "transientRefusals",
): Promise<void> {
  const json = { seed: 5, rates: { [kind]: 1 } };
  await client.sim.fetch("/simulator/faults/seeded", { method: "PUT", json });
}

/** Changes durations, limits and choices as a person would. */
export async function configure(client: BackupClient, json: Json): Promise<void> {
  const { status } = await client.sim.fetch("/simulator/settings", { method: "PUT", json });
  if (status !== 200) throw new Error(`PUT settings: ${status}`);
}

/** A takeover by the second application, asked for but not yet effective. */
export async function takeover(client: BackupClient): Promise<void> {
  await competitor(client).ask("POST", "/serviceApps", {}, 201);
  await person(client).ask(
    "POST",
    `/serviceApps/${OTHER_APP_ID}/activate`,
    { effectiveDateTime: "2026-03-12T06:00:00Z" },
    202,
  );
}

/** Id of the group of users that the seed makes. */
export async function groupId(client: BackupClient): Promise<string> {
  const answer = await client.sim.fetch("/v1.0/groups", {
    token: await client.sim.token(client.tenantId),
  });
  const groups = (answer.body as { value: { id: string; displayName: string }[] }).value;
  return groups.find(({ displayName }) => displayName === "Members")?.id ?? "";
}

export { ADATUM, CONTOSO, LITWARE, TAILSPIN, WINGTIP };
