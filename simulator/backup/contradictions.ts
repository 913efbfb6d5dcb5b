/** Two things that Microsoft's pages say of one matter, and which of them the simulator follows. */
export interface Contradiction {
  readonly topic: string;
  readonly says: string;
  readonly butAlso: string;
  readonly choice: string;
}

/** Shown in COVERAGE.md. Read in the reference pages, the error article and the metadata on 2026-11-23. */
export const CONTRADICTIONS: readonly Contradiction[] = [
  {
    topic: "activate or deactivate a policy in a wrong state",
    says: "403 `PolicyActionNotAllowed` (error article)",
    butAlso: "400 `invalidStateForActivation` (pages)",
    choice: '400 as the pages; option `wrongPolicyState: "article"` for the 403',
  },
  {
    topic: "create a service app",
    says: "201 (text)",
    butAlso: "202 (example)",
    choice: "201",
  },
  {
    topic: "`run` of a rule",
    says: "200 (text)",
    butAlso: "202 (example)",
    choice: "202",
  },
  {
    topic: "`deleteAndUnprotect`",
    says: "202 with the rule",
    butAlso: "200 with the rule in `value` (examples)",
    choice: "202 with the rule",
  },
  {
    topic: "create an inclusion rule for mailboxes",
    says: "201 (text)",
    butAlso: "200 (example)",
    choice: "201",
  },
  {
    topic: "status of a new session",
    says: "`activating` (SharePoint example)",
    butAlso: "`draft` (other pages, error article)",
    choice: "`draft` until it is activated",
  },
  {
    topic: "reference to a restore point",
    says: "`@odata.id`",
    butAlso: "`id` (2026)",
    choice: "both are taken",
  },
  {
    topic: "session without artifacts",
    says: "400 `InvalidArtifactRequest` for an empty list",
    butAlso: "an empty body makes an empty session",
    choice: "property left out: an empty draft; an empty list: 400",
  },
  {
    topic: "more than 50 artifacts",
    says: "413 on create",
    butAlso: "400 on update",
    choice: "each as stated",
  },
  {
    topic: "permission for restore points",
    says: "Restore.Read (page)",
    butAlso: "Search.Read (permission table)",
    choice: "`BackupRestore-Search.Read.All`",
  },
  {
    topic: "`effectiveDateTime` of a controller",
    says: "required",
    butAlso: "only when another one controls",
    choice: "only then, 7 to 30 days ahead",
  },
  {
    topic: "`disableReason` when the controller has gone",
    says: "`controllerServiceAppDeleted` (page)",
    butAlso: "no such member in the metadata of v1.0",
    choice: "`userRequested`",
  },
  {
    topic: "`backupServiceConsumer`",
    says: "`thirdParty` under the name `serviceConsumer` (example), `none` (text)",
    butAlso: "`thirdparty`, `unknown` (metadata)",
    choice: "the metadata",
  },
  {
    topic: "retention of an Exchange policy",
    says: "10 minutes for two weeks, then weekly (policy sample)",
    butAlso: "10 minutes for a year (product)",
    choice: "the policy says the one, the points are the other",
  },
  {
    topic: "read one bulk request",
    says: "an object",
    butAlso: "a `value` array (example)",
    choice: "an object",
  },
  {
    topic: "recipients of e-mail notifications",
    says: "`recipients.recipients` (example)",
    butAlso: "`recipients` (metadata)",
    choice: "the metadata",
  },
  {
    topic: "`isAutoApplyEnabled` on creation",
    says: "not in the table of the request",
    butAlso: "only at creation (error article)",
    choice: "taken at creation, refused afterwards",
  },
  {
    topic: "members of the unit's status",
    says: "five (older pages)",
    butAlso: "eight, three of them with `Prefer`",
    choice: "eight; `unknownFutureValue` without `Prefer: include-unknown-enum-members`",
  },
  {
    topic: "points of a search",
    says: "five a call (beta page)",
    butAlso: "five a unit (v1.0)",
    choice: "five a unit, 20 units a search, one mailbox when messages are searched",
  },
  {
    topic: "names in answers",
    says: "`siteName`, `email` … in every example",
    butAlso: "for delegated callers only (text)",
    choice: "to signed-in people only; an application gets ids",
  },
  {
    topic: "successful removals in the answer to an update",
    says: "absent (sessions)",
    butAlso: "shown (policies, granular artifacts)",
    choice: "each as its own page shows",
  },
  {
    topic: "granular item",
    says: "`itemKey` (newest page of the update)",
    butAlso: "`id` (creation, metadata)",
    choice: "both are taken",
  },
  {
    topic: "units of a new policy",
    says: "required (SharePoint page)",
    butAlso: "optional (Exchange page)",
    choice: "optional",
  },
  {
    topic: "`appOwnerTenantId`",
    says: "the tenant where the application is registered",
    butAlso: "the tenant that holds the billing profile",
    choice: "the application's home tenant or the tenant itself",
  },
  {
    topic: "status of a unit in an inactive policy",
    says: "`protectRequested` once added (older text)",
    butAlso: "`unprotected` until the policy is activated",
    choice: "`unprotected`",
  },
  {
    topic: "statistics of a policy",
    says: "a page of v1.0 exists",
    butAlso: "not in the metadata of v1.0",
    choice: "below `/beta` only, with the option",
  },
];
