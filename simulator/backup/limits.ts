/**
 * Limits of the Backup Storage API as data, each with the page it was read on (2026-11-23) or `assumed`.
 */
interface Limit {
  readonly value: number;
  readonly source: string;
}

const ERROR_ARTICLE = "concepts/backup-storage-error-codes.md (ms.date 2024-11-07)";

export const LIMITS = {
  unitsPerCreatePolicy: { value: 50, source: ERROR_ARTICLE },
  unitsPerPatchPolicy: { value: 50, source: "assumed: only the limit of create is published" },
  policyDisplayNameChars: { value: 1_024, source: ERROR_ARTICLE },
  artifactsPerRequest: { value: 50, source: ERROR_ARTICLE },
  activeRestoreSessions: { value: 25, source: ERROR_ARTICLE },
  resourcesPerBulkJob: { value: 50_000, source: "beta/resources/protectionunitsbulkjobbase.md" },
  resourcesPerBulkRestore: {
    value: 10_000,
    source: "v1.0/resources/restoreartifactsbulkrequestbase.md",
  },
  unitIdsPerSearch: { value: 20, source: "v1.0/api/restorepoint-search.md (2026)" },
  pointsPerUnit: { value: 5, source: "v1.0/api/restorepoint-search.md (2026)" },
  groupIdsPerExpression: { value: 100, source: ERROR_ARTICLE },
  groupIdsPerStaticRule: { value: 3, source: "v1.0/api/protectionrulebase-post.md (2026)" },
  keywordsPerSiteExpression: { value: 10, source: "v1.0/api/protectionrulebase-post.md (2026)" },
  keywordMinChars: { value: 3, source: "v1.0/api/protectionrulebase-post.md (2026)" },
  keywordMaxChars: { value: 255, source: "v1.0/api/protectionrulebase-post.md (2026)" },
  usersPerDynamicRule: { value: 6_000, source: "v1.0/resources/protectionrulebase.md (2026)" },
  siteCopiesPerUrl: { value: 1_000, source: "microsoft-365/backup/backup-restore-data.md (2025)" },
  filterClauses: {
    value: 20,
    source: "assumed: the number behind FilterLengthExceeded is not published",
  },
  pageSize: { value: 100, source: "assumed: no page states a default page size" },
} as const satisfies Record<string, Limit>;

const PREVIEW = "product documentation of the preview (2024), no longer there";

/** Caps that the service does not enforce now, or that nobody has seen enforced: off unless a seed sets them. */
export const CAPS = {
  restoringArtifactsPerService: { value: 1_000, source: `${PREVIEW}: blocks more at a time` },
  restoreSessionsPerService: { value: 25, source: `${PREVIEW}: blocks more parallel tasks` },
  restoredArtifactsPerDay: { value: 10_000, source: `${PREVIEW}: blocks more a day` },
  valuesPerSearchParameter: { value: 5, source: `${PREVIEW}: values of one parameter of a search` },
  messagesPerGranularRestore: {
    value: 1_000,
    source:
      "a blog of 2026 (pawanpatra.com/?p=8364); no page of Microsoft's says it: messages found, of one restore session",
  },
  restoresPerUnitAndMonth: {
    value: 2,
    source: "fair-use rule of the product documentation: test restores of one unit a month",
  },
} as const satisfies Record<string, Limit>;

/** The numbers in force. A cap is null while it is not enforced. */
export type BackupLimits = { readonly [name in keyof typeof LIMITS]: number } & {
  readonly [name in keyof typeof CAPS]: number | null;
};

/** What the documentation says of today's service. */
export const DOCUMENTED_LIMITS = Object.fromEntries([
  ...Object.entries(LIMITS).map(([name, { value }]) => [name, value]),
  ...Object.keys(CAPS).map((name) => [name, null]),
]) as BackupLimits;
