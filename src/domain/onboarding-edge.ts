/** One direction of synchronization. */
export interface EdgeName {
  readonly sourceTenantId: string;
  readonly targetTenantId: string;
}

/** What our configuration for a target is called in the source; by this name it is found again. */
export const configurationName = (targetTenantId: string): string =>
  `m365-continuity to ${targetTenantId}`;

/** What the admin center calls its own; it makes them again when they are deleted, so two would write side by side. */
const adminCenterName = (targetTenantId: string): string => `MTO_Sync_${targetTenantId}`;

export type ConfigurationChoice<Item> =
  | { readonly kind: "found"; readonly configuration: Item }
  | { readonly kind: "none" }
  | { readonly kind: "blocked"; readonly reason: string };

/** The configuration of an edge among all of its source: exactly one may exist, or users are written twice. */
export function chooseConfiguration<Item extends { readonly displayName: string }>(
  configurations: readonly Item[],
  targetTenantId: string,
): ConfigurationChoice<Item> {
  const named = (name: string) =>
    configurations.filter(({ displayName }) => displayName.toLowerCase() === name.toLowerCase());
  const ours = named(configurationName(targetTenantId));
  const [configuration] = ours;
  if (ours.length > 1) {
    return {
      kind: "blocked",
      reason: `There are ${ours.length} configurations named "${configurationName(targetTenantId)}" in the source; delete all but one.`,
    };
  }
  if (named(adminCenterName(targetTenantId)).length > 0) {
    return {
      kind: "blocked",
      reason: `The admin center already made the configuration ${adminCenterName(targetTenantId)} in the source; two would write the same users.`,
    };
  }
  return configuration === undefined ? { kind: "none" } : { kind: "found", configuration };
}

export interface JobReading {
  /** `schedule.state`. */
  readonly schedule: string | null;
  /** `status.code`. */
  readonly code: string | null;
  readonly steadyStateFirstAchievedTime: string | null;
  readonly lastSuccessfulTimeEnded: string | null;
  readonly quarantineReason: string | null;
}

export type JobState =
  | { readonly kind: "notStarted" }
  | { readonly kind: "running" }
  | { readonly kind: "completed" }
  | { readonly kind: "quarantined"; readonly reason: string };

/** Graph writes the year 1 where something never happened. */
const hasHappened = (instant: string | null): boolean =>
  instant !== null && !instant.startsWith("0001-");

/**
 * Judges a job by its first cycle. `lastExecution` is not asked: a job that never ran shows a failure there.
 */
export function judgeJob(reading: JobReading): JobState {
  if (reading.code === "Quarantine" || reading.quarantineReason !== null) {
    return { kind: "quarantined", reason: reading.quarantineReason ?? "Graph gave no reason" };
  }
  if (reading.schedule !== "Active") {
    return { kind: "notStarted" };
  }
  return hasHappened(reading.steadyStateFirstAchievedTime) ||
    hasHappened(reading.lastSuccessfulTimeEnded)
    ? { kind: "completed" }
    : { kind: "running" };
}

/** A direct member of the scope group, as the source shows it. */
export interface ScopeMember {
  /** `@odata.type`; null when the answer leaves it out. */
  readonly type: string | null;
  readonly userPrincipalName: string | null;
  readonly mail: string | null;
  readonly userType: string | null;
  readonly isEnabled: boolean;
}

/** Whether synchronization brings a member of the group to the target: only enabled members of the source itself. */
export const isExpectedInTarget = (member: ScopeMember): boolean =>
  (member.type === null || member.type.endsWith("user")) &&
  member.isEnabled &&
  member.userType === "Member" &&
  member.userPrincipalName !== null &&
  !member.userPrincipalName.includes("#EXT#");

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The filter that finds a source user in the target, whether synchronized, invited or there before. */
export function targetUserFilter(
  member: Pick<ScopeMember, "mail"> & { readonly userPrincipalName: string },
): string {
  return member.mail === null
    ? `startsWith(userPrincipalName,${literal(`${member.userPrincipalName.replace("@", "_")}#EXT#@`)})`
    : `mail eq ${literal(member.mail)}`;
}

export interface TargetUser {
  readonly userType: string | null;
  readonly externalUserState: string | null;
}

/** Whether the target holds a user exactly once, as a member, redeemed. */
export function isSynchronized(found: readonly TargetUser[]): boolean {
  const [user] = found;
  return found.length === 1 && user?.userType === "Member" && user.externalUserState === "Accepted";
}

const SHOWN_MISSING = 5;

export interface EdgeTally {
  readonly expected: number;
  readonly synchronized: number;
  /** The first few ids of source users who are not in the target as they ought to be. */
  readonly missing: readonly string[];
}

export const NO_USERS: EdgeTally = { expected: 0, synchronized: 0, missing: [] };

export const addUsers = (left: EdgeTally, right: EdgeTally): EdgeTally => ({
  expected: left.expected + right.expected,
  synchronized: left.synchronized + right.synchronized,
  missing: [...left.missing, ...right.missing].slice(0, SHOWN_MISSING),
});

/** One sentence about an edge's users. */
export function describeUsers(tally: EdgeTally): string {
  const sum = `${tally.synchronized} of ${tally.expected} users are members in the target`;
  return tally.missing.length === 0
    ? `${sum}.`
    : `${sum}; missing there or not a redeemed member, once: ${tally.missing.join(", ")}${tally.expected - tally.synchronized > tally.missing.length ? ", …" : ""}.`;
}
