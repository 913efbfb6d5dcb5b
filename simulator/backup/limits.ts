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
