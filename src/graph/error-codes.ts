/**
 * Graph's error codes that need another treatment than their HTTP status suggests. One row a code, with where it was
 * seen; where pages disagree on the status, the code decides.
 */
export type ErrorClass = "throttled" | "transient" | "permission" | "notFound" | "conflict";

interface ErrorCodeRow {
  readonly code: string;
  readonly class: ErrorClass;
  readonly cause: string;
  readonly source: string;
}

const BACKUP_ERRORS = "concepts/backup-storage-error-codes.md, 2024-11 with additions of 2025";

export const ERROR_CODES: readonly ErrorCodeRow[] = [
  {
    code: "TooManyActiveRestoreSessions",
    class: "throttled",
    cause: "More than 25 restore sessions are active; sent as HTTP 500.",
    source: BACKUP_ERRORS,
  },
  {
    code: "PolicySaveFailed",
    class: "transient",
    cause: "A policy could not be stored; sent as HTTP 500.",
    source: BACKUP_ERRORS,
  },
  {
    code: "PolicyActionNotAllowed",
    class: "conflict",
    cause: "The policy's state does not allow the action; sent as HTTP 403.",
    source: BACKUP_ERRORS,
  },
  {
    code: "invalidStateForActivation",
    class: "conflict",
    cause: "The policy's state does not allow the action; sent as HTTP 400 in the pages' examples.",
    source: "protectionpolicybase-activate.md, protectionpolicybase-deactivate.md",
  },
  {
    code: "RestoreSessionActionNotAllowed",
    class: "conflict",
    cause: "Only a draft may be changed, deleted or activated; sent as HTTP 403.",
    source: BACKUP_ERRORS,
  },
  {
    code: "OperationNotAllowed",
    class: "conflict",
    cause: "The unit is still attached to a policy; sent as HTTP 403.",
    source: "protectionunitbase-offboard.md",
  },
  {
    code: "Directory_ObjectNotFound",
    class: "notFound",
    cause: "No such member or partner; after a removal this is the expected end.",
    source: "multitenantorganizationmember-get.md, 2026-05",
  },
  {
    code: "Request_MultipleObjectsWithSameKeyValue",
    class: "conflict",
    cause: "The partner or its identity synchronization exists already: PATCH instead.",
    source:
      "crosstenantaccesspolicy-post-partners.md; status undocumented for partners, 409 for PUT",
  },
  {
    code: "AzureDirectoryB2BManagementPolicyCheckFailure",
    class: "conflict",
    cause: "Automatic redemption is not (yet) on in both tenants.",
    source: "cross-tenant-synchronization-configure-graph, 2024-10",
  },
];

const CLASS_BY_CODE = new Map(ERROR_CODES.map((row) => [row.code, row.class]));

/** The class of an answer: by its code where a row says so, else by its HTTP status; null means terminal. */
export function classifyError(status: number, code: string): ErrorClass | null {
  const byCode = CLASS_BY_CODE.get(code);
  if (byCode !== undefined) {
    return byCode;
  }
  switch (status) {
    case 429:
      return "throttled";
    case 401:
    case 403:
      return "permission";
    case 404:
    case 410:
      return "notFound";
    case 409:
    case 412:
    case 423:
      return "conflict";
    case 408:
      return "transient";
    default:
      // 509 is SharePoint's bandwidth limit; it passes like any 5xx.
      return status >= 500 ? "transient" : null;
  }
}
