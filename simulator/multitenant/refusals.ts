import { GraphError } from "../core/graph-error.ts";

/** One answer by which Graph refuses a request; `source` says where its wording was seen. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly source: string;
  readonly date: string;
}

const CONFLICTING_OBJECT =
  "A conflicting object with one or more of the specified property values is present in the directory.";

/**
 * The error catalogue of this area. Where no page gives a status or a wording, `source` starts with "chosen"; such
 * rows are the first to doubt when a real tenant behaves differently.
 */
export const REFUSALS = {
  notFound: {
    status: 404,
    code: "Directory_ObjectNotFound",
    message: "Unable to read the company information from the directory.",
    source: "Entra configure-graph, troubleshooting; also the end state of a removed tenant",
    date: "2024-10",
  },
  resourceNotFound: {
    status: 404,
    code: "Request_ResourceNotFound",
    message:
      "Resource '{id}' does not exist or one of its queried reference-property objects are not present.",
    source: "Graph, any directory object; expected for an unknown tenant by CLI for Microsoft 365",
    date: "2026-05",
  },
  organizationExists: {
    status: 400,
    code: "Request_BadRequest",
    message: "Tenant is already part of a Multi-Tenant Organization.",
    source: "chosen: the page only says that a tenant may create or join one",
    date: "2026-05",
  },
  tenantAlreadyAdded: {
    status: 400,
    code: "Request_BadRequest",
    message: "Tenant is already being added in Multi-Tenant Organization.",
    source: "multitenantorganization-post-tenants, example",
    date: "2026-05",
  },
  unknownTenant: {
    status: 400,
    code: "Request_BadRequest",
    message: "The tenant '{id}' could not be found.",
    source: "chosen",
    date: "2026-05",
  },
  ownersOnly: {
    status: 403,
    code: "Authorization_RequestDenied",
    message: "Insufficient privileges to complete the operation.",
    source: "pages say owner tenants only; the code is Graph's general one",
    date: "2026-05",
  },
  lastOwner: {
    status: 400,
    code: "Request_BadRequest",
    message: "A Multi-Tenant Organization must keep at least one active owner tenant.",
    source: "chosen wording; rule from the how-to",
    date: "2025-05",
  },
  joinNotReset: {
    status: 400,
    code: "Request_BadRequest",
    message: "The previous join request failed. Reset it before you send another one.",
    source:
      "chosen wording; multitenantorganizationjoinrequestrecord-update says a failed request is reset with the zero GUID",
    date: "2026-05",
  },
  joinInProgress: {
    status: 400,
    code: "Request_BadRequest",
    message: "A join request is already in progress.",
    source: "chosen",
    date: "2026-05",
  },
  partnerExists: {
    status: 409,
    code: "Request_MultipleObjectsWithSameKeyValue",
    message: "Another object with the same value for property tenantId already exists.",
    source:
      "Entra configure-graph, troubleshooting; the status is not documented, 409 as for its sibling",
    date: "2024-10",
  },
  ownTenant: {
    status: 400,
    code: "Request_BadRequest",
    message: "The tenant cannot be a partner of itself.",
    source: "chosen",
    date: "2026-05",
  },
  synchronizationPolicyExists: {
    status: 409,
    code: "Request_MultipleObjectsWithSameKeyValue",
    message: CONFLICTING_OBJECT,
    source: "Entra configure-graph, troubleshooting; detail code ConflictingObjects",
    date: "2024-10",
  },
  synchronizationPolicyRemains: {
    status: 400,
    code: "Request_BadRequest",
    message: "Delete the identitySynchronization of this partner first.",
    source: "chosen wording; order from crosstenantaccesspolicyconfigurationpartner-delete",
    date: "2026-05",
  },
  redemptionMissing: {
    status: 400,
    code: "AzureDirectoryB2BManagementPolicyCheckFailure",
    message: "Policy permitting auto-redemption of invitations not configured.",
    source: "Entra cross-tenant-synchronization-configure, troubleshooting; status chosen",
    date: "2024-10",
  },
  synchronizationNotAllowed: {
    status: 400,
    code: "AzureDirectoryB2BManagementPolicyCheckFailure",
    message:
      "Policy permitting inbound synchronization of users not configured in the target tenant.",
    source: "chosen wording; code as for redemption",
    date: "2024-10",
  },
  invalidCredentials: {
    status: 400,
    code: "InvalidCredentials",
    message: "The credentials are invalid or incomplete: {id}.",
    source: "chosen",
    date: "2026-05",
  },
  credentialsMissing: {
    status: 400,
    code: "CredentialsMissing",
    message:
      "The synchronization job has no saved credentials. Save the secrets before you start it.",
    source: "chosen; the enumeration says NotConfigured for a job without authorization",
    date: "2026-05",
  },
  jobExists: {
    status: 409,
    code: "Conflict",
    message: "A synchronization job with this template already exists.",
    source: "chosen",
    date: "2026-05",
  },
  unknownTemplate: {
    status: 404,
    code: "TemplateNotFound",
    message: "The synchronization template '{id}' was not found.",
    source: "chosen",
    date: "2026-05",
  },
  jobNotFound: {
    status: 404,
    code: "SynchronizationJobNotFound",
    message: "The synchronization job '{id}' was not found.",
    source: "chosen wording",
    date: "2026-05",
  },
  schemaInvalid: {
    status: 400,
    code: "schemaInvalid",
    message: "The synchronization schema is invalid: {id}.",
    source: "app-provisioning known issues: changing or adding a matching attribute",
    date: "2025-10",
  },
  ruleNotFound: {
    status: 400,
    code: "InvalidRequest",
    message: "The synchronization rule '{id}' is not part of the schema.",
    source: "chosen",
    date: "2026-05",
  },
  assignmentExists: {
    status: 400,
    code: "Request_BadRequest",
    message: "Permission being assigned already exists on the object",
    source: "Graph, serviceprincipal-post-approleassignedto in practice",
    date: "2026-05",
  },
  invalidAppRole: {
    status: 400,
    code: "Request_BadRequest",
    message: "Permission being assigned was not found on application '{id}'.",
    source: "Graph, serviceprincipal-post-approleassignedto in practice",
    date: "2026-05",
  },
  tooManyOnDemand: {
    status: 429,
    code: "TooManyRequests",
    message: "The rate limit of provision on demand is 5 requests in 10 seconds.",
    source: "synchronizationJob: provisionOnDemand",
    date: "2026-05",
  },
} as const satisfies Record<string, Refusal>;

export type RefusalName = keyof typeof REFUSALS;

/** The refusal as an error to throw; `id` fills the place that its message leaves. */
export function refuse(name: RefusalName, id = ""): GraphError {
  const { status, code, message }: Refusal = REFUSALS[name];
  const details =
    name === "synchronizationPolicyExists" ? [{ code: "ConflictingObjects", message }] : [];
  const headers: Record<string, string> = status === 429 ? { "Retry-After": "10" } : {};
  return new GraphError(status, code, message.replace("{id}", id), { details, headers });
}

/** Codes that the provisioning logs give for one user, with the reason text (Entra provisioning-log error codes, 2023-12). */
export const PROVISIONING_ERRORS = {
  AzureDirectoryB2BManagementPolicyCheckFailure:
    "The cross-tenant synchronization policy allowing automatic redemption is not configured on both sides.",
  AzureActiveDirectoryQuotaLimitExceeded:
    "The number of objects in the target tenant has reached its directory quota.",
  InvitationCreationFailureInvalidPropertyValue:
    "The user could not be invited: its primary SMTP address is missing, is from an unverified domain, or belongs to a group of the target tenant.",
  InvitationCreationFailureAmbiguousUser:
    "A proxy address of the user matches an internal user of the target tenant.",
  EntryConflict:
    "An external user with the same address exists in the target tenant and has not redeemed its invitation.",
} as const;

export type ProvisioningErrorCode = keyof typeof PROVISIONING_ERRORS;
