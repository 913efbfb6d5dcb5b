import { article, assumed } from "./error-row.ts";

/** Refusals of restore points, sessions, artifacts and bulk restores: operation → code → row. */
export const RESTORE_ERRORS = {
  restorePoints: {
    FilterLengthExceeded: article(
      400,
      "FilterLengthExceeded",
      "The filter is longer than the allowed limit.",
    ),
    InvalidSearchRequest: article(400, "InvalidSearchRequest", "Restore point input is invalid."),
    InvalidProtectionUnitId: article(400, "InvalidProtectionUnitId", "Invalid Protection unit ID."),
    NotFound: assumed(404, "ItemNotFound", "The restore point was not found."),
  },
  createSession: {
    InvalidRequest: assumed(400, "InvalidRequest", "The request is malformed or incorrect."),
    InvalidPathType: article(400, "InvalidPathType", "Restore path type isn't present."),
    InvalidArtifactRequest: article(
      400,
      "InvalidArtifactRequest",
      "There should be at least one restore artifact.",
    ),
    InvalidRestorePoint: article(
      400,
      "InvalidRestorePoint",
      "Restore Point ID is invalid or empty.",
    ),
    DifferentRestoreDestinationType: article(
      400,
      "DifferentRestoreDestinationType",
      "Different restore destination type.",
    ),
    RestoreArtifactsLimitBreached: article(
      413,
      "RestoreArtifactsLimitBreached",
      "Restore Artifacts limit is breached.",
    ),
    DuplicateArtifactInList: article(
      400,
      "DuplicateArtifactInList",
      "The restore artifact requested is already present.",
    ),
  },
  session: {
    InvalidRestoreSessionId: article(
      400,
      "InvalidRestoreSessionId",
      "Restore Session ID is invalid or absent.",
    ),
    RestoreSessionNotFound: article(404, "RestoreSessionNotFound", "Restore Session Not Found."),
  },
  patchSession: {
    InvalidPatchRequest: article(
      400,
      "InvalidPatchRequest",
      "The request is malformed or incorrect.",
    ),
    InvalidRestorePoint: article(400, "InvalidRestorePoint", "Restore Point is invalid."),
    RestoreArtifactsLimitBreached: article(
      400,
      "RestoreArtifactsLimitBreached",
      "Restore Artifacts limit is breached.",
    ),
    InvalidArtifactRequest: article(400, "InvalidArtifactRequest", "Restore Artifacts are null."),
    RestoreSessionActionNotAllowed: article(
      403,
      "RestoreSessionActionNotAllowed",
      "Restore session can only be patched in Draft state.",
    ),
    DuplicateArtifactInList: article(
      400,
      "DuplicateArtifactInList",
      "The restore artifact requested is already present.",
    ),
  },
  /** Inside HTTP 200 of a session PATCH. */
  patchSessionItem: {
    ArtifactNotFound: assumed(404, "ArtifactNotFound", "The restore artifact wasn't found."),
    InvalidRestorePoint: assumed(400, "InvalidRestorePoint", "Restore Point is invalid."),
    InvalidPathType: assumed(400, "InvalidPathType", "Restore path type isn't present."),
    DifferentRestoreDestinationType: assumed(
      400,
      "DifferentRestoreDestinationType",
      "Different restore destination type.",
    ),
    DuplicateArtifactInList: assumed(
      409,
      "DuplicateArtifactInList",
      "The restore artifact requested is already present.",
    ),
  },
  deleteSession: {
    RestoreSessionActionNotAllowed: article(
      403,
      "RestoreSessionActionNotAllowed",
      "Restore session can only be deleted in Draft state.",
    ),
    IncompleteArtifactDeletion: article(
      500,
      "IncompleteArtifactDeletion",
      "Unable to delete session, try again.",
    ),
  },
  activateSession: {
    RestoreSessionActionNotAllowed: article(
      403,
      "RestoreSessionActionNotAllowed",
      "Restore session can only be activated in Draft state.",
    ),
    InvalidArtifactRequest: assumed(
      400,
      "InvalidArtifactRequest",
      "There should be at least one restore artifact.",
    ),
    TooManyActiveRestoreSessions: article(
      500,
      "TooManyActiveRestoreSessions",
      "Temporary error: Too many active restore sessions.",
    ),
    // Off unless a seed puts the caps into force; no page says how the preview refused.
    RestoreSessionsCapExceeded: assumed(
      500,
      "TooManyActiveRestoreSessions",
      "Temporary error: Too many active restore sessions of this service.",
    ),
    RestoringArtifactsCapExceeded: assumed(
      403,
      "RestoreArtifactsLimitBreached",
      "Too many artifacts of this service are being restored.",
    ),
    DailyArtifactsCapExceeded: assumed(
      403,
      "RestoreArtifactsLimitBreached",
      "Too many artifacts of this service were restored within a day.",
    ),
    GranularMessagesCapExceeded: assumed(
      403,
      "RestoreArtifactsLimitBreached",
      "The session restores more messages than one granular restore may.",
    ),
    MonthlyRestoresCapExceeded: assumed(
      403,
      "RestoreSessionActionNotAllowed",
      "A protection unit of the session was restored as often in this month as fair use allows.",
    ),
  },
  /** In-body errors of an artifact, HTTP 200. */
  artifactItem: {
    UnknownError: article(200, "UnknownError", "Unknown error occurred. Please try again."),
    ArtifactNotFound: article(
      200,
      "ArtifactNotFound",
      "The requested restore artifact wasn't found for restore.",
    ),
    InvalidRestoreTime: article(
      200,
      "InvalidRestoreTime",
      "The restore time provided is invalid or beyond the retention period.",
    ),
    ArtifactCannotBeRestored: article(
      200,
      "ArtifactCannotBeRestored",
      "The restore artifact is in a state, such as a preservation lock, that blocks the restore.",
    ),
    DuplicateArtifactRestoreRequest: article(
      200,
      "DuplicateArtifactRestoreRequest",
      "An ongoing restore was found for the restore artifact.",
    ),
  },
  bulkRestore: {
    InvalidBulkRestoreArtifactId: article(
      400,
      "InvalidBulkRestoreArtifactId",
      "Bulk restore request ID is invalid.",
    ),
    BulkRestoreInvalidCreateRequest: article(
      400,
      "BulkRestoreInvalidCreateRequest",
      "The create request is null or invalid.",
    ),
    BulkRestoreRestorationResourcesCountExceedsLimit: article(
      400,
      "BulkRestoreRestorationResourcesCountExceedsLimit",
      "Bulk restore input limit exceeded.",
    ),
    BulkRestoreInvalidCreateRequestSiteUrl: article(
      400,
      "BulkRestoreInvalidCreateRequestSiteUrl",
      "Site URL is empty or in an incorrect format.",
    ),
    BulkRestoreInvalidCreateRequestUserEmail: article(
      400,
      "BulkRestoreInvalidCreateRequestUserEmail",
      "Email is empty or in an incorrect format.",
    ),
    BulkRestoreArtifactsNotFound: article(
      404,
      "BulkRestoreArtifactsNotFound",
      "No bulk request is associated with the provided id.",
    ),
    InvalidStateForBulkRequestDeletion: article(
      403,
      "InvalidStateForBulkRequestDeletion",
      "A bulk request can only be deleted when it is completed or completedWithErrors.",
    ),
    MixedSession: assumed(
      400,
      "BulkRestoreInvalidCreateRequest",
      "Bulk and manually added artifacts can't be mixed, and a session takes one bulk request.",
    ),
  },
  browse: {
    NotFound: assumed(404, "ItemNotFound", "The browse session was not found or has expired."),
    // The pages name the role, not the answer to people without it.
    RoleRequired: assumed(
      403,
      "Forbidden",
      "The signed-in user must hold the role SharePoint Backup Administrator.",
    ),
    NotReady: assumed(400, "BrowseSessionNotReady", "The browse session is still being created."),
    InvalidRequest: assumed(400, "InvalidRequest", "The browse request is malformed."),
    // The page says that only express points can be browsed, but not how others are refused.
    InvalidRestorePoint: assumed(
      400,
      "InvalidRestorePoint",
      "Only a fastRestore point can be browsed.",
    ),
  },
} as const;
