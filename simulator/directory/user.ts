import { iso } from "../core/iso.ts";
import { createSequence, guidFrom } from "../core/random.ts";
import type { EstateTenant } from "../seed/estate.ts";

interface AssignedPlan {
  readonly assignedDateTime: string;
  readonly capabilityStatus: "Enabled" | "Deleted";
  readonly service: string;
  readonly servicePlanId: string;
}

/** A user with the properties that the simulator keeps; names and meanings as in Graph. */
export interface User {
  readonly id: string;
  readonly accountEnabled: boolean;
  readonly assignedPlans: readonly AssignedPlan[];
  readonly businessPhones: readonly string[];
  readonly companyName: string | null;
  readonly createdDateTime: string;
  readonly creationType: string | null;
  readonly deletedDateTime: string | null;
  readonly department: string | null;
  readonly displayName: string;
  readonly externalUserState: string | null;
  readonly externalUserStateChangeDateTime: string | null;
  readonly givenName: string | null;
  readonly identities: readonly {
    readonly signInType: string;
    readonly issuer: string;
    readonly issuerAssignedId: string;
  }[];
  readonly jobTitle: string | null;
  readonly mail: string | null;
  readonly mailNickname: string;
  /** Id of the manager, a relationship in Graph; users that an older version has stored have none. */
  readonly managerId?: string | null;
  readonly mobilePhone: string | null;
  readonly officeLocation: string | null;
  readonly otherMails: readonly string[];
  readonly preferredLanguage: string | null;
  readonly proxyAddresses: readonly string[];
  readonly showInAddressList: boolean | null;
  readonly surname: string | null;
  readonly usageLocation: string | null;
  readonly userPrincipalName: string;
  readonly userType: "Member" | "Guest";
}

/** What Graph gives without `$select`. https://learn.microsoft.com/graph/api/user-list */
export const DEFAULT_USER_PROPERTIES = [
  "businessPhones",
  "displayName",
  "givenName",
  "jobTitle",
  "mail",
  "mobilePhone",
  "officeLocation",
  "preferredLanguage",
  "surname",
  "userPrincipalName",
] as const;

/** Service plan ids: Exchange Online (Plan 2) and SharePoint (Plan 2), from the licensing reference. */
const LICENSED_PLANS = [
  { service: "exchange", servicePlanId: "efb87545-963c-4e0d-99df-69c6916d9eb0" },
  { service: "SharePoint", servicePlanId: "5dbe027f-2339-4123-9542-606e4d348a72" },
] as const;

const GIVEN =
  "Adele Alex Amina Ben Carla Chen Dana Diego Elif Emeka Eva Farid Grace Hana Henrik Ines Isaiah Jamal Joni Kai Lara Lee Lidia Luka Maya Megan Miriam Nadia Nestor Noor Olga Omar Patti Pradeep Quinn Rosa Samir Sofia Tariq Uma Vera Wen Yara Zoe".split(
    " ",
  );
const SURNAMES =
  "Abara Adeyemi Bauer Bergmann Bowen Castro Cordero Cruz Dahl Demir Edwards Ferrari Fischer Garcia Gruber Haddad Hansen Ibrahim Ivanov Jensen Johnson Kato Keller Kim Lang Larsen Lopez Meyer Moreau Nakamura Novak Okafor Olsen Petrov Rahman Rossi Sato Schneider Silva Sousa Tanaka Vance Wagner Weber Wilber Yilmaz Zhang".split(
    " ",
  );
const JOBS =
  "Account Manager,Analyst,Controller,Designer,Engineer,HR Partner,Legal Counsel,Marketing Lead,Nurse,Operations Lead,Product Manager,Project Manager,Researcher,Sales Representative,Teacher".split(
    ",",
  );
const DEPARTMENTS =
  "Engineering,Finance,Human Resources,Legal,Marketing,Operations,Research,Sales".split(",");

/** How many people report to each manager, down from the administrator. */
const REPORTS = 8;

/** User number `index` of the seed. Number 0 is the tenant's administrator. */
export function generateUser(tenant: EstateTenant, index: number, startsAt: number): User {
  const next = createSequence("user", tenant.tenantId, index);
  const pick = (list: readonly string[]) => list[Math.floor(next() * list.length)] ?? "";
  const givenName = pick(GIVEN);
  const surname = pick(SURNAMES);
  const local =
    index === 0
      ? (tenant.admin.userPrincipalName.split("@")[0] ?? "admin")
      : `${givenName}.${surname}${index}`.toLowerCase();
  const userPrincipalName =
    index === 0 ? tenant.admin.userPrincipalName : `${local}@${tenant.domain}`;
  const created = startsAt - Math.floor((400 + next() * 1_200) * 86_400_000);
  const createdDateTime = iso(created - (created % 1_000));
  return {
    id: tenant.ids.guid("user", index),
    accountEnabled: true,
    assignedPlans: LICENSED_PLANS.map((plan) => ({
      assignedDateTime: createdDateTime,
      capabilityStatus: "Enabled",
      ...plan,
    })),
    businessPhones: [],
    companyName: tenant.displayName,
    createdDateTime,
    creationType: null,
    deletedDateTime: null,
    department: pick(DEPARTMENTS),
    displayName: `${givenName} ${surname}`,
    externalUserState: null,
    externalUserStateChangeDateTime: null,
    givenName,
    identities: [
      {
        signInType: "userPrincipalName",
        issuer: tenant.domain,
        issuerAssignedId: userPrincipalName,
      },
    ],
    jobTitle: pick(JOBS),
    mail: userPrincipalName,
    mailNickname: local,
    managerId: index === 0 ? null : tenant.ids.guid("user", Math.floor((index - 1) / REPORTS)),
    mobilePhone: null,
    officeLocation: null,
    otherMails: [],
    preferredLanguage: "en-US",
    proxyAddresses: [`SMTP:${userPrincipalName}`],
    showInAddressList: null,
    surname,
    usageLocation: "DE",
    userPrincipalName,
    userType: "Member",
  };
}

/** The number that a generated user principal name carries, or null. */
export function indexOfPrincipalName(tenant: EstateTenant, name: string): number | null {
  const lower = name.toLowerCase();
  if (lower === tenant.admin.userPrincipalName.toLowerCase()) return 0;
  const match = /^[a-z]+\.[a-z]+(\d+)@(.+)$/.exec(lower);
  if (match === null || match[2] !== tenant.domain.toLowerCase()) return null;
  return Number(match[1]);
}

/** Whether a user has a mailbox ("exchange") or a OneDrive ("SharePoint"). */
export function hasPlan(user: User, service: "exchange" | "SharePoint"): boolean {
  return user.assignedPlans.some(
    (plan) => plan.service === service && plan.capabilityStatus === "Enabled",
  );
}

/** Id of the tenant-wide group of all users. */
export function everyoneGroupId(tenant: EstateTenant): string {
  return guidFrom("group", tenant.tenantId, "everyone");
}

/** Id of the group that the seed makes for cross-tenant synchronization. */
export function syncGroupId(tenant: EstateTenant): string {
  return guidFrom("group", tenant.tenantId, "sync");
}
