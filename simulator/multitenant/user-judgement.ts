import { digest } from "../core/random.ts";
import type { User } from "../directory/user.ts";
import { flowAttributes, passesScope } from "./attribute-flow.ts";
import type { Edge } from "./edge.ts";
import { LIMITS } from "./limits.ts";
import type { ProvisioningErrorCode } from "./refusals.ts";
import type { SynchronizedEntry } from "./synchronization-job.ts";

/** Why a user is passed over. The first is Microsoft's word; the others are chosen. */
type SkipReason =
  "NotEffectivelyEntitled" | "NotActiveInSource" | "NotInternalMember" | "RedundantExport";

/** What has to happen with one source user. */
export type Verdict =
  | { readonly kind: "nothing"; readonly entry: SynchronizedEntry | null }
  | {
      readonly kind: "create";
      readonly source: User;
      readonly userPrincipalName: string;
      readonly attributes: Partial<User>;
      readonly fingerprint: string;
    }
  | {
      readonly kind: "update";
      readonly source: User;
      readonly target: User;
      readonly changes: Partial<User>;
      readonly fingerprint: string;
    }
  | { readonly kind: "delete"; readonly targetId: string }
  | { readonly kind: "forget" }
  | { readonly kind: "skip"; readonly reason: SkipReason; readonly fingerprint: string }
  | {
      readonly kind: "fail";
      readonly code: ProvisioningErrorCode;
      readonly fingerprint: string;
    };

/** Whether an account came from outside: by invitation or by another synchronization. */
function isExternal(user: Pick<User, "creationType" | "userPrincipalName">): boolean {
  return user.creationType === "Invitation" || user.userPrincipalName.includes("#EXT#");
}

/** The user principal name that the source user has as an external user of the target tenant. */
function externalPrincipalName(principalName: string, targetDomain: string): string {
  return `${principalName.replace("@", "_")}#EXT#@${targetDomain}`;
}

/** The flow "Add, Update, Delete" in all its parts; what is missing from it is not done. */
function allows(edge: Edge, flow: "Add" | "Update" | "Delete"): boolean {
  return edge.mapping?.flowTypes.includes(flow) ?? false;
}

function properties(user: User): Readonly<Record<string, unknown>> {
  return { ...user };
}

function flow(edge: Edge, source: User, purpose: "create" | "update"): Partial<User> {
  const mappings = edge.mapping?.attributeMappings ?? [];
  const flowed = flowAttributes(mappings, properties(source), purpose);
  // Properties that the simulator's users do not have are accepted in a schema and go nowhere.
  const values = Object.entries(flowed).filter(([name]) => name in source);
  const managerId = managerInTarget(edge, source, purpose);
  return Object.fromEntries(managerId === null ? values : [...values, ["managerId", managerId]]);
}

/**
 * The target user of the source user's manager, once that one is synchronized by the same job. Nothing flows otherwise:
 * neither a manager out of scope nor a removed one (E-PROV known issues).
 */
function managerInTarget(edge: Edge, source: User, purpose: "create" | "update"): string | null {
  const mapping = edge.mapping?.attributeMappings.find(
    ({ targetAttributeName }) => targetAttributeName === "manager",
  );
  const managerId = source.managerId ?? null;
  const isMapped = mapping?.source.type === "Attribute" && mapping.source.name === "manager";
  if (!isMapped || managerId === null) return null;
  if (purpose === "update" && mapping.flowType === "ObjectAddOnly") return null;
  return edge.fresh.get(managerId) ?? edge.job.entries.get(managerId)?.targetId ?? null;
}

function fingerprintOf(values: Partial<User>): string {
  return digest(JSON.stringify(values)).toString("base64url", 0, 9);
}

function differences(target: User, values: Partial<User>): Partial<User> {
  const current = properties(target);
  return Object.fromEntries(
    Object.entries(values).filter(
      ([name, value]) => JSON.stringify(current[name] ?? null) !== JSON.stringify(value),
    ),
  );
}

/** Decides about one source user. The same rules serve cycles and provisioning on demand. */
export function judgeUser(edge: Edge, sourceId: string, isAssigned: boolean): Verdict {
  const entry = edge.job.entries.get(sourceId) ?? null;
  const source = edge.source.findUser(sourceId);
  const isFiltered = source !== null && isAssigned && !isInScope(edge, source);
  if (isFiltered && (entry?.targetId ?? null) === null) {
    return passOver(entry, { kind: "skip", reason: "NotEffectivelyEntitled", fingerprint: "" });
  }
  if (source === null || !isAssigned || isFiltered) {
    return judgeLeaver(edge, source, entry);
  }
  const fingerprint = fingerprintOf(flow(edge, source, "update"));
  if (isExternal(source) || source.userType !== "Member") {
    return passOver(entry, { kind: "skip", reason: "NotInternalMember", fingerprint });
  }
  const targetId = entry?.targetId ?? null;
  const known = targetId === null ? null : edge.target.findAnyUser(targetId);
  if (entry !== null && known !== null) {
    return entry.fingerprint === fingerprint || !allows(edge, "Update")
      ? { kind: "nothing", entry }
      : judgeUpdate(edge, source, known, fingerprint);
  }
  if (!source.accountEnabled) {
    return passOver(entry, { kind: "skip", reason: "NotActiveInSource", fingerprint });
  }
  return judgeNewcomer(edge, source, entry, fingerprint);
}

function isInScope(edge: Edge, source: User): boolean {
  return edge.mapping !== null && passesScope(edge.mapping.scope?.groups, properties(source));
}

function judgeLeaver(edge: Edge, source: User | null, entry: SynchronizedEntry | null): Verdict {
  if (entry === null) {
    return { kind: "nothing", entry };
  }
  // A user who was disabled first and then removed from the group stays behind, disabled (E-PROV known issues).
  const isLeftBehind = source !== null && entry.status === "disabled";
  const target = entry.targetId === null ? null : edge.target.findUser(entry.targetId);
  if (target === null || isLeftBehind || !allows(edge, "Delete")) {
    return { kind: "forget" };
  }
  return { kind: "delete", targetId: target.id };
}

/** Says the same thing about a user only once. */
function passOver(
  entry: SynchronizedEntry | null,
  verdict: Extract<Verdict, { kind: "skip" | "fail" }>,
): Verdict {
  const reason = verdict.kind === "skip" ? verdict.reason : verdict.code;
  return entry?.reason === reason && entry.fingerprint === verdict.fingerprint
    ? { kind: "nothing", entry }
    : verdict;
}

function judgeUpdate(edge: Edge, source: User, target: User, fingerprint: string): Verdict {
  const changes = differences(target, flow(edge, source, "update"));
  return { kind: "update", source, target, changes, fingerprint };
}

function judgeNewcomer(
  edge: Edge,
  source: User,
  entry: SynchronizedEntry | null,
  fingerprint: string,
): Verdict {
  const userPrincipalName = externalPrincipalName(source.userPrincipalName, edge.targetDomain);
  const match = edge.target.findAnyUser(userPrincipalName);
  if (match !== null && match.externalUserState !== "PendingAcceptance") {
    return judgeUpdate(edge, source, match, fingerprint);
  }
  const code = match === null ? findCollision(edge, source) : "EntryConflict";
  if (code !== null) {
    return passOver(entry, { kind: "fail", code, fingerprint });
  }
  if (!allows(edge, "Add")) {
    return passOver(entry, { kind: "skip", reason: "NotEffectivelyEntitled", fingerprint });
  }
  const attributes = flow(edge, source, "create");
  return { kind: "create", source, userPrincipalName, attributes, fingerprint };
}

/** Why the invitation behind a new user would fail (codes of the provisioning logs, E-LOG), or null. */
function findCollision(edge: Edge, source: User): ProvisioningErrorCode | null {
  const { mail } = source;
  const domain = mail?.split("@")[1]?.toLowerCase() ?? "";
  const verified = edge.sourceDomain.toLowerCase();
  if (mail === null || (domain !== verified && !domain.endsWith(`.${verified}`))) {
    return "InvitationCreationFailureInvalidPropertyValue";
  }
  const addresses = [
    mail,
    ...source.proxyAddresses.map((address) => address.replace(/^smtp:/iu, "")),
  ];
  const groupAddresses = edge.target
    .groups()
    .map(({ mailNickname }) => `${mailNickname}@${edge.targetDomain}`.toLowerCase());
  for (const address of addresses) {
    const holder = edge.target.findUser(address);
    if (holder !== null && !isExternal(holder)) {
      return "InvitationCreationFailureAmbiguousUser";
    }
    if (groupAddresses.includes(address.toLowerCase())) {
      return "InvitationCreationFailureInvalidPropertyValue";
    }
  }
  return edge.target.users().length + edge.target.groups().length >= LIMITS.directoryObjects.value
    ? "AzureActiveDirectoryQuotaLimitExceeded"
    : null;
}
