import type { OnboardingStepName } from "../../../src/contracts/onboarding.ts";
import type { UnitVerdict } from "../../../src/contracts/verification.ts";

export type Workload = UnitVerdict["workload"];

export const WORKLOADS: readonly Workload[] = ["exchange", "oneDriveForBusiness", "sharePoint"];

/** How people call the services and the things in them. */
export const WORKLOAD_WORDS: Readonly<
  Record<Workload, { readonly service: string; readonly one: string; readonly many: string }>
> = {
  exchange: { service: "Exchange", one: "mailbox", many: "mailboxes" },
  oneDriveForBusiness: { service: "OneDrive", one: "OneDrive", many: "OneDrives" },
  sharePoint: { service: "SharePoint", one: "site", many: "sites" },
};

export const STEP_WORDS: Readonly<Record<OnboardingStepName, string>> = {
  backupService: "Backup service",
  protectionPolicies: "Protection policies",
  multitenantOrganization: "Multitenant organization",
  synchronization: "Cross-tenant synchronization",
  verification: "Verification",
};

/** `completedWithErrors` as `completed with errors`: states are shown in the API's own words. */
export const wordsOf = (state: string): string =>
  state.replaceAll(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`);

const COUNT = new Intl.NumberFormat("en");

export const countText = (count: number): string => COUNT.format(count);

/** `1 mailbox`, `1,040 mailboxes`. */
export const unitsText = (workload: Workload, count: number): string =>
  `${countText(count)} ${WORKLOAD_WORDS[workload][count === 1 ? "one" : "many"]}`;

/** `1 tenant`, `3 tenants`; nouns without a plain plural bring their own. */
export const pluralText = (count: number, one: string, many = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : many}`;

/** A hash or id in short form, for reading aloud and comparing. */
export const SHORT_HASH_LENGTH = 8;
export const shortHash = (hash: string): string => hash.slice(0, SHORT_HASH_LENGTH);
