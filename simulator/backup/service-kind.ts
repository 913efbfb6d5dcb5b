/** The three services and how each spells its collections, types and properties. */
export const SERVICES = ["sharePoint", "oneDriveForBusiness", "exchange"] as const;
export type Service = (typeof SERVICES)[number];

/** Spelling of one service's resources, from Microsoft's v1.0 metadata. */
export interface ServiceWords {
  readonly service: Service;
  readonly unitWord: "site" | "drive" | "mailbox";
  readonly policies: string;
  readonly policyType: string;
  readonly units: string;
  readonly unitType: string;
  readonly unitIdProperty: "siteId" | "directoryObjectId";
  readonly bulkJobs: string;
  readonly bulkJobType: string;
  /** Input lists of a bulk job: the first is by name (address or e-mail), the second by id. */
  readonly bulkNames: "siteWebUrls" | "drives" | "mailboxes";
  readonly bulkIds: "siteIds" | "directoryObjectIds";
  /** Code of an unresolved name; `SiteUrlNotFound` is documented, the others are formed alike. */
  readonly bulkNameNotFound: string;
  readonly bulkIdNotFound: string;
  readonly rules: string;
  readonly ruleType: string;
  readonly ruleExpression: "siteExpression" | "driveExpression" | "mailboxExpression";
  readonly sessions: string;
  readonly sessionType: string;
  readonly artifacts: string;
  readonly artifactType: string;
  readonly granularArtifacts: string;
  readonly granularArtifactType: string;
  readonly browseSessions: string;
  readonly browseSessionType: string;
  readonly bulkRequests: string;
  readonly bulkRequestType: string;
}

function wordsOf(
  service: Service,
  unit: "site" | "drive" | "mailbox",
  specific: Pick<
    ServiceWords,
    "unitIdProperty" | "bulkNames" | "bulkIds" | "bulkNameNotFound" | "bulkIdNotFound"
  >,
): ServiceWords {
  const capital = unit.charAt(0).toUpperCase() + unit.slice(1);
  return {
    service,
    unitWord: unit,
    policies: `${service}ProtectionPolicies`,
    policyType: `#microsoft.graph.${service}ProtectionPolicy`,
    units: `${unit}ProtectionUnits`,
    unitType: `#microsoft.graph.${unit}ProtectionUnit`,
    bulkJobs: `${unit}ProtectionUnitsBulkAdditionJobs`,
    bulkJobType: `#microsoft.graph.${unit}ProtectionUnitsBulkAdditionJob`,
    rules: `${unit}InclusionRules`,
    ruleType: `#microsoft.graph.${unit}ProtectionRule`,
    ruleExpression: `${unit}Expression`,
    sessions: `${service}RestoreSessions`,
    sessionType: `#microsoft.graph.${service}RestoreSession`,
    artifacts: `${unit}RestoreArtifacts`,
    artifactType: `#microsoft.graph.${unit}RestoreArtifact`,
    granularArtifacts: `granular${capital}RestoreArtifacts`,
    granularArtifactType: `#microsoft.graph.granular${capital}RestoreArtifact`,
    browseSessions: `${service}BrowseSessions`,
    browseSessionType: `#microsoft.graph.${service}BrowseSession`,
    bulkRequests: `${unit}RestoreArtifactsBulkAdditionRequests`,
    bulkRequestType: `#microsoft.graph.${unit}RestoreArtifactsBulkAdditionRequest`,
    ...specific,
  };
}

export const SERVICE_WORDS: Readonly<Record<Service, ServiceWords>> = {
  sharePoint: wordsOf("sharePoint", "site", {
    unitIdProperty: "siteId",
    bulkNames: "siteWebUrls",
    bulkIds: "siteIds",
    bulkNameNotFound: "SiteUrlNotFound",
    bulkIdNotFound: "SiteIdNotFound",
  }),
  oneDriveForBusiness: wordsOf("oneDriveForBusiness", "drive", {
    unitIdProperty: "directoryObjectId",
    bulkNames: "drives",
    bulkIds: "directoryObjectIds",
    bulkNameNotFound: "UserEmailNotFound",
    bulkIdNotFound: "DirectoryObjectIdNotFound",
  }),
  exchange: wordsOf("exchange", "mailbox", {
    unitIdProperty: "directoryObjectId",
    bulkNames: "mailboxes",
    bulkIds: "directoryObjectIds",
    bulkNameNotFound: "UserEmailNotFound",
    bulkIdNotFound: "DirectoryObjectIdNotFound",
  }),
};
