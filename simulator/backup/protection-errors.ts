import { article, assumed, page } from "./error-row.ts";

/** Refusals of the service, its controllers, policies, units, bulk jobs and rules: operation → code → row. */
export const PROTECTION_ERRORS = {
  access: {
    // An unprovisioned tenant and an application that is not the controller cannot be told apart.
    UnknownError: page(403, "UnknownError", ""),
    ServiceDisabled: assumed(403, "AccessDenied", "The backup service is not enabled."),
    ProtectionChangeLocked: assumed(
      403,
      "AccessDenied",
      "The backup service does not allow changes of protection in its current status.",
    ),
    RestoreLocked: assumed(
      403,
      "AccessDenied",
      "The backup service does not allow restores in its current status.",
    ),
    Forbidden: article(
      403,
      "Forbidden",
      "The request is forbidden when it's called from PowerShell.",
    ),
  },
  enable: {
    InvalidBillingProfile: article(
      402,
      "InvalidBillingProfile",
      "Invalid billing profile received.",
    ),
    UnableToReadBillingProfile: article(
      403,
      "UnableToReadBillingProfile",
      "Unable to read the billing profile.",
    ),
    InvalidAppOwnerTenantId: article(
      400,
      "InvalidAppOwnerTenantId",
      "Invalid app owner tenant id received.",
    ),
  },
  serviceApp: {
    NotFound: assumed(404, "ItemNotFound", "The service app was not found."),
    AlreadyRegistered: assumed(409, "Conflict", "The application is already registered."),
    ChangePending: page(
      403,
      "AccessDenied",
      "Another change of the controller is already pending.",
    ),
    DeactivateActive: page(403, "AccessDenied", "An active service app can't be deactivated."),
    DeletePendingInactive: page(
      403,
      "AccessDenied",
      "A service app that is pendingInactive can't be deleted.",
    ),
    InvalidEffectiveDateTime: page(
      400,
      "InvalidRequest",
      "effectiveDateTime must be 7 to 30 days ahead while another app is the controller.",
    ),
  },
  createPolicy: {
    InvalidCreateRequest: article(
      400,
      "InvalidCreateRequest",
      "The request is malformed or incorrect.",
    ),
    InvalidDisplayName: article(
      400,
      "InvalidDisplayName",
      "The policy name must have 1 to 1024 characters.",
    ),
    InvalidProtectionUnitId: article(
      400,
      "InvalidProtectionUnitId",
      "Protection Unit ID is invalid.",
    ),
    ProtectionUnitsLimitBreached: article(
      413,
      "ProtectionUnitsLimitBreached",
      "The number of protection units in a request must not exceed 50.",
    ),
    PolicyCreationNotAllowed: article(
      409,
      "PolicyCreationNotAllowed",
      "Can't create the policy. Another active policy already exists.",
    ),
    ProtectionUnitAlreadyExists: article(
      409,
      "ProtectionUnitAlreadyExists",
      "An artifact is already protected under another policy.",
    ),
    PolicySaveFailed: article(500, "PolicySaveFailed", "An unknown error occurred. Try again."),
  },
  policy: {
    InvalidPolicyId: article(400, "InvalidPolicyId", "Policy ID is invalid."),
    PolicyNotFound: article(404, "PolicyNotFound", "Unable to get the Protection Policy."),
  },
  patchPolicy: {
    InvalidPatchRequest: assumed(
      400,
      "InvalidPatchRequest",
      "The request is malformed or incorrect.",
    ),
    InvalidDisplayName: assumed(
      400,
      "InvalidDisplayName",
      "The policy name must have 1 to 1024 characters.",
    ),
    ProtectionUnitsLimitBreached: assumed(
      413,
      "ProtectionUnitsLimitBreached",
      "The number of protection units in a request must not exceed 50.",
    ),
    DuplicateProtectionUnitInList: article(
      400,
      "DuplicateProtectionUnitInList",
      "Duplicate Protection Unit in list.",
    ),
    ProtectionUnitActionNotAllowed: article(
      400,
      "ProtectionUnitActionNotAllowed",
      "A protection unit that a dynamic rule protects can't be removed by hand.",
    ),
  },
  /** Answered inside HTTP 200, one element each. The status is the element's `responseCode`. */
  patchPolicyItem: {
    ProtectionUnitNotFound: article(
      404,
      "ProtectionUnitNotFound",
      "Protection Unit doesn't exist.",
    ),
    ProtectionUnitAlreadyExists: article(
      409,
      "ProtectionUnitAlreadyExists",
      "The artifact is already protected under another policy.",
    ),
    InvalidProtectionUnitId: assumed(
      400,
      "InvalidProtectionUnitId",
      "Protection Unit ID is invalid.",
    ),
  },
  deletePolicy: {
    PolicyActionNotAllowed: article(
      403,
      "PolicyActionNotAllowed",
      "Can't delete the policy. Only a policy in Inactive status can be deleted.",
    ),
  },
  activatePolicy: {
    // The error article says 403 PolicyActionNotAllowed; the page's example wins unless a seed says otherwise.
    invalidStateForActivation: page(
      400,
      "invalidStateForActivation",
      "The policy must be in the Inactive or ActiveWithErrors state.",
    ),
    PolicyActionNotAllowed: article(
      403,
      "PolicyActionNotAllowed",
      "Can't activate the policy in its current state.",
    ),
    AnotherPolicyActive: assumed(
      409,
      "PolicyCreationNotAllowed",
      "Can't activate the policy. Another active policy already exists.",
    ),
  },
  deactivatePolicy: {
    invalidStateForActivation: page(
      400,
      "invalidStateForActivation",
      "The policy must be in the Active or ActiveWithErrors state.",
    ),
    PolicyActionNotAllowed: article(
      403,
      "PolicyActionNotAllowed",
      "Can't deactivate the policy in its current state.",
    ),
  },
  units: {
    InvalidProtectionUnitId: article(400, "InvalidProtectionUnitId", "Invalid Protection Unit ID."),
    FilterLengthExceeded: article(
      400,
      "FilterLengthExceeded",
      "The filter is longer than the allowed limit.",
    ),
    ProtectionUnitNotFound: assumed(
      404,
      "ProtectionUnitNotFound",
      "Protection Unit doesn't exist.",
    ),
    OperationNotAllowed: {
      ...page(
        403,
        "OperationNotAllowed",
        "The operation isn't allowed in the protection unit's current state.",
      ),
      details: [],
    },
  },
  /** In-body errors of a unit, HTTP 200. */
  unitItem: {
    UnknownError: article(200, "UnknownError", "Unknown error occurred. Please try again."),
    ProtectionUnitNotFound: article(
      200,
      "ProtectionUnitNotFound",
      "The protection unit doesn't exist or was deleted.",
    ),
    InvalidArtifactId: article(200, "InvalidArtifactId", "The artifact doesn't exist."),
    QuotaExceeded: article(200, "QuotaExceeded", "You have exceeded the backup quota."),
  },
  bulkJob: {
    NotFound: assumed(404, "ItemNotFound", "The bulk addition job was not found."),
    InvalidRequest: assumed(400, "InvalidRequest", "The bulk addition job is malformed."),
    LimitExceeded: assumed(
      413,
      "ResourcesLimitExceeded",
      "A bulk addition job takes at most 50,000 resources.",
    ),
  },
  rule: {
    InvalidInclusionRuleCreateRequest: article(
      400,
      "InvalidInclusionRuleCreateRequest",
      "Invalid create request.",
    ),
    InvalidRuleExpression: article(
      400,
      "InvalidRuleExpression",
      "The expression isn't valid and can't be parsed.",
    ),
    InvalidRuleExpressionGroupLimitExceeded: article(
      413,
      "InvalidRuleExpressionGroupLimitExceeded",
      "The expression contains more group IDs than the limit allows.",
    ),
    InvalidInclusionRuleId: article(400, "InvalidInclusionRuleId", "The rule ID is invalid."),
    ProtectionRuleNotFound: article(
      404,
      "ProtectionRuleNotFound",
      "The rule ID is incorrect or the rule was deleted.",
    ),
    ProtectionRuleActionNotAllowed: article(
      400,
      "ProtectionRuleActionNotAllowed",
      "Invalid state to invoke the run action.",
    ),
    RunNotAllowedForDynamicRule: article(
      400,
      "RunNotAllowedForDynamicRule",
      "Invalid operation for dynamic rules.",
    ),
    InvalidProtectionRulePatchRequest: article(
      400,
      "InvalidProtectionRulePatchRequest",
      "isAutoApplyEnabled can be supplied only at creation.",
    ),
    InvalidProtectionRuleStatusForUpdation: article(
      400,
      "InvalidProtectionRuleStatusForUpdation",
      "Invalid state to invoke the update operation.",
    ),
    PatchNotAllowedForStaticRule: article(
      400,
      "PatchNotAllowedForStaticRule",
      "Patch isn't allowed for a static rule.",
    ),
    InvalidProtectionRuleStatusForDynamicRuleEdit: article(
      422,
      "InvalidProtectionRuleStatusForDynamicRuleEdit",
      "The patch operation isn't allowed in the deleteRequested state.",
    ),
    InvalidProtectionRuleStatusForDeletion: article(
      400,
      "InvalidProtectionRuleStatusForDeletion",
      "Invalid state to invoke the delete operation.",
    ),
    InvalidProtectionRuleStatusForDynamicRuleDeletion: article(
      422,
      "InvalidProtectionRuleStatusForDynamicRuleDeletion",
      "Invalid state to invoke the delete operation on a dynamic rule.",
    ),
    InvalidProtectionRuleStatusForDynamicRuleDeleteAndUnprotectAll: article(
      422,
      "InvalidProtectionRuleStatusForDynamicRuleDeleteAndUnprotectAll",
      "Invalid state to invoke the deleteAndUnprotect action.",
    ),
  },
} as const;
