import type { Context } from "../core/context.ts";
import { iso } from "../core/iso.ts";
import { userCreated, userDeleted, userUpdated } from "../directory/directory.ts";
import type { User } from "../directory/user.ts";
import { type Edge, isAssigned } from "./edge.ts";
import type { SynchronizedEntry } from "./synchronization-job.ts";
import type { ExportRecord } from "./synchronization-state.ts";
import { judgeUser, type Verdict } from "./user-judgement.ts";

/** Judges one source user now, changes the target directory accordingly and says what the job has to remember. */
export function exportUser(context: Context, edge: Edge, sourceId: string): ExportRecord {
  const verdict = judgeUser(edge, sourceId, isAssigned(edge, sourceId));
  const durationMs = 200 + Math.round(context.random("export", sourceId, context.now) * 4_000);
  const row = { at: context.now, durationMs, targetId: null, changes: [], reason: null };
  switch (verdict.kind) {
    case "nothing":
      return { sourceId, entry: verdict.entry, row: null };
    case "forget":
      return { sourceId, entry: null, row: null };
    case "skip":
      return {
        sourceId,
        entry: passedOver("skipped", verdict.reason, verdict.fingerprint),
        row: { ...row, action: "other", status: "skipped", reason: verdict.reason },
      };
    case "fail":
      return {
        sourceId,
        entry: passedOver("failed", verdict.code, verdict.fingerprint),
        row: { ...row, action: "create", status: "failure", reason: verdict.code },
      };
    case "delete":
      context.inTenant(edge.targetTenantId).emit(userDeleted, { id: verdict.targetId });
      return {
        sourceId,
        entry: null,
        row: { ...row, action: "delete", status: "success", targetId: verdict.targetId },
      };
    case "create":
      return createTarget(context, edge, verdict, row);
    case "update":
      return updateTarget(context, edge, verdict, row);
  }
}

function passedOver(
  status: "skipped" | "failed",
  reason: string,
  fingerprint: string,
): SynchronizedEntry {
  return { targetId: null, status, reason, fingerprint };
}

type RowStart = Pick<
  NonNullable<ExportRecord["row"]>,
  "at" | "durationMs" | "targetId" | "changes" | "reason"
>;

function createTarget(
  context: Context,
  edge: Edge,
  verdict: Extract<Verdict, { kind: "create" }>,
  row: RowStart,
): ExportRecord {
  const { source, fingerprint } = verdict;
  const user = externalMember(context, verdict);
  context.inTenant(edge.targetTenantId).emit(userCreated, { user });
  edge.fresh.set(source.id, user.id);
  return {
    sourceId: source.id,
    entry: { targetId: user.id, status: "provisioned", reason: null, fingerprint },
    row: {
      ...row,
      action: "create",
      status: "success",
      targetId: user.id,
      changes: attributeNames(verdict.attributes),
    },
  };
}

/** Names as schema and log have them. */
function attributeNames(values: Partial<User>): string[] {
  return Object.keys(values).map((name) => (name === "managerId" ? "manager" : name));
}

/** The redeemed external user that synchronization creates: no password, no licences, a member unless mapped otherwise. */
function externalMember(
  context: Context,
  { source, userPrincipalName, attributes }: Extract<Verdict, { kind: "create" }>,
): User {
  const at = iso(context.now);
  const mail = attributes.mail ?? source.mail;
  return {
    id: context.newId(),
    accountEnabled: true,
    assignedPlans: [],
    businessPhones: [],
    companyName: null,
    createdDateTime: at,
    creationType: "Invitation",
    deletedDateTime: null,
    department: null,
    displayName: source.displayName,
    externalUserState: "Accepted",
    externalUserStateChangeDateTime: at,
    givenName: null,
    identities: [{ signInType: "federated", issuer: "ExternalAzureAD", issuerAssignedId: "" }],
    jobTitle: null,
    mail,
    mailNickname: source.mailNickname,
    managerId: null,
    mobilePhone: null,
    officeLocation: null,
    otherMails: mail === null ? [] : [mail],
    preferredLanguage: null,
    proxyAddresses: mail === null ? [] : [`SMTP:${mail}`],
    showInAddressList: null,
    surname: null,
    usageLocation: null,
    userType: "Member",
    ...attributes,
    userPrincipalName,
  };
}

function updateTarget(
  context: Context,
  edge: Edge,
  verdict: Extract<Verdict, { kind: "update" }>,
  row: RowStart,
): ExportRecord {
  const { source, target, changes, fingerprint } = verdict;
  const inTarget = context.inTenant(edge.targetTenantId);
  const isRestored = target.deletedDateTime !== null;
  if (isRestored) {
    inTarget.emit(userDeleted, { id: target.id, restored: true });
  }
  const names = attributeNames(changes);
  edge.fresh.set(source.id, target.id);
  if (names.length > 0) {
    inTarget.emit(userUpdated, { id: target.id, changes });
  }
  const isDisabled = changes.accountEnabled === false;
  return {
    sourceId: source.id,
    entry: {
      targetId: target.id,
      status: source.accountEnabled ? "provisioned" : "disabled",
      reason: null,
      fingerprint,
    },
    row:
      names.length === 0 && !isRestored
        ? null
        : {
            ...row,
            action: isDisabled ? "disable" : "update",
            status: "success",
            targetId: target.id,
            changes: names,
          },
  };
}
