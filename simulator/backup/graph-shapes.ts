import type * as Graph from "@microsoft/microsoft-graph-types";

import type { Listed } from "../core/shaped-as.ts";

/**
 * The shapes of the area's answers, by Microsoft's own types. `@microsoft/microsoft-graph-types` 2.43.1 is older than the
 * metadata of the service; each `Added…` below is what it lacks, and the only place where it is said. Types only: nothing
 * of the package is loaded.
 */

/** Lists may be read-only, also those of errors; otherwise a type is as Microsoft writes it. */
type Plain<T> = {
  readonly [K in keyof T]: K extends "error" ? PublicErrorShape | null : Listed<T[K]>;
};
/** A type with members that it lacks, or whose enumerations lack some. */
type Added<T, M> = Plain<Omit<T, keyof M> & M>;
/** Entities always say which type they are. */
type Entity<T> = Plain<T & { "@odata.type": string; id: string }>;

interface AddedUnit {
  status: NonNullable<
    Graph.ProtectionUnitStatus | "offboardRequested" | "offboarded" | "cancelOffboardRequested"
  >;
  /** Flags of `protectionSource`, comma-separated. */
  protectionSources: string;
  offboardRequestedDateTime: string | null;
}

interface AddedPolicy {
  isEnabled: boolean;
  protectionPolicyArtifactCount?: Graph.RestoreSessionArtifactCount;
}

interface AddedRule {
  status: Graph.ProtectionRuleStatus | "updateRequested" | "deleteRequested";
}

interface AddedSession {
  restoreJobType: Graph.RestoreJobType | "granular";
}

interface AddedPoint {
  /** Expanded: a unit by its id. */
  protectionUnit?: { "@odata.type": string; id: string };
}

interface AddedBulkRequest {
  tags: Graph.RestorePointTags;
}

/** `granularRestoreArtifactBase` and its two types are not in the package. */
interface AddedGranularArtifact {
  browseSessionId: string;
  status: Graph.ArtifactRestoreStatus;
  webUrl: string;
  restorePointDateTime: string;
  restoredItemKey: string;
  restoredItemPath: string;
  restoredItemWebUrl: string;
  startDateTime: string;
  completionDateTime: string;
  siteId?: string;
  directoryObjectId?: string;
}

/** `browseSessionBase` and its two types are not in the package. */
interface AddedBrowseSession {
  status: "creating" | "created" | "failed";
  restorePointId: string;
  restorePointDateTime: string;
  createdDateTime: string;
  expirationDateTime: string;
  /** A number as text. */
  backupSizeInBytes: string;
  error: Graph.PublicError | null;
  siteId?: string;
  directoryObjectId?: string;
}

/** `browseQueryResponseItem` is not in the package. */
interface AddedBrowsedItem {
  itemKey: string;
  name: string;
  type: "site" | "documentLibrary" | "folder" | "file";
  webUrl: string;
  itemsCount: number;
  /** A number as text. */
  sizeInBytes: string;
}

/** `emailNotificationsSetting` is not in the package. */
interface AddedEmailNotifications {
  id: string;
  isEnabled: boolean;
  additionalEvents: "none" | "restoreAndPolicyUpdates";
  recipients: { role: "custom"; customRecipients: readonly { readonly email: string }[] };
}

export type RootShape = Plain<Graph.BackupRestoreRoot & { id: string }>;
export type ServiceStatusShape = Plain<Graph.ServiceStatus>;
export type ServiceAppShape = Plain<Graph.ServiceApp & { id: string }>;
export type PublicErrorShape = {
  readonly [K in keyof Graph.PublicError]: Listed<Graph.PublicError[K]>;
};
export type PolicyShape = Entity<Added<Graph.ProtectionPolicyBase, AddedPolicy>>;
export type UnitShape = Entity<
  Added<
    Graph.SiteProtectionUnit | Graph.DriveProtectionUnit | Graph.MailboxProtectionUnit,
    AddedUnit
  >
>;
type UnitNames = Pick<Graph.SiteProtectionUnit, "siteId" | "siteName" | "siteWebUrl"> &
  Pick<Graph.MailboxProtectionUnit, "directoryObjectId" | "displayName" | "email">;
export type UnitNamesShape = Plain<UnitNames>;
export type PointShape = Added<Graph.RestorePoint & { id: string }, AddedPoint>;
export type SearchResultShape = Added<
  Graph.RestorePointSearchResult,
  { restorePoint: PointShape; artifactHitCount: number }
>;
/** Everything of a search's answer but its results, which are texts already. */
export type SearchResponseShape = Plain<Omit<Graph.RestorePointSearchResponse, "searchResults">>;
export type RuleShape = Entity<Added<Graph.ProtectionRuleBase, AddedRule>> &
  Plain<
    Pick<Graph.SiteProtectionRule, "siteExpression"> &
      Pick<Graph.DriveProtectionRule, "driveExpression"> &
      Pick<Graph.MailboxProtectionRule, "mailboxExpression">
  >;
type Inputs = Pick<Graph.SiteProtectionUnitsBulkAdditionJob, "siteWebUrls" | "siteIds"> &
  Pick<Graph.DriveProtectionUnitsBulkAdditionJob, "drives" | "directoryObjectIds"> &
  Pick<Graph.MailboxProtectionUnitsBulkAdditionJob, "mailboxes">;
export type InputsShape = Plain<Inputs>;
export type BulkJobShape = Entity<Plain<Graph.ProtectionUnitsBulkJobBase & Inputs>>;
export type BulkRequestShape = Entity<
  Added<Graph.RestoreArtifactsBulkRequestBase & Inputs, AddedBulkRequest>
>;
export type SessionShape = Entity<Added<Graph.RestoreSessionBase, AddedSession>>;
export type ArtifactShape = Entity<
  Added<
    Graph.SiteRestoreArtifact & Graph.MailboxRestoreArtifact,
    { restorePoint: PointShape | null; searchResponseId?: string }
  >
>;
export type ItemArtifactShape = Entity<AddedGranularArtifact>;
export type BrowseSessionShape = Entity<AddedBrowseSession>;
export type BrowsedItemShape = Plain<AddedBrowsedItem>;
export type EmailNotificationsShape = Plain<AddedEmailNotifications>;

/** `createdBy` … `lastModifiedDateTime`. */
export type StampsShape = Plain<
  Required<
    Pick<
      Graph.ProtectionUnitBase,
      "createdBy" | "createdDateTime" | "lastModifiedBy" | "lastModifiedDateTime"
    >
  >
>;
