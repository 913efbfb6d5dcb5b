/** The three services of Microsoft 365 Backup, in Graph's spelling. */
export const WORKLOADS = ["exchange", "oneDriveForBusiness", "sharePoint"] as const;
export type Workload = (typeof WORKLOADS)[number];

/** Graph's words for one workload; every path and property is spelled as in the v1.0 metadata. */
export interface WorkloadNames {
  readonly workload: Workload;
  /** How people call one protected thing. */
  readonly unitNoun: "mailbox" | "OneDrive" | "site";
  /** Prefix of Graph's type names: `mailbox`ProtectionUnit, `drive`…, `site`…. */
  readonly unit: "mailbox" | "drive" | "site";
  /** Property of a unit that names the protected resource. */
  readonly resourceId: "directoryObjectId" | "siteId";
}

export const WORKLOAD_NAMES: Readonly<Record<Workload, WorkloadNames>> = {
  exchange: {
    workload: "exchange",
    unitNoun: "mailbox",
    unit: "mailbox",
    resourceId: "directoryObjectId",
  },
  oneDriveForBusiness: {
    workload: "oneDriveForBusiness",
    unitNoun: "OneDrive",
    unit: "drive",
    resourceId: "directoryObjectId",
  },
  sharePoint: { workload: "sharePoint", unitNoun: "site", unit: "site", resourceId: "siteId" },
};
