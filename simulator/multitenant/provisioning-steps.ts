import type { User } from "../directory/user.ts";
import { readSourceAttribute } from "./attribute-flow.ts";
import { asText } from "./mapping-functions.ts";
import { PROVISIONING_ERRORS, type ProvisioningErrorCode } from "./refusals.ts";
import { SOURCE_DIRECTORY, TARGET_DIRECTORY } from "./synchronization-schema.ts";
import type { ProvisioningRow } from "./synchronization-state.ts";

export interface Step {
  readonly name: string;
  readonly type: "import" | "scoping" | "matching" | "export";
  readonly status: "success" | "failure" | "skipped";
  readonly description: string;
  readonly details: Readonly<Record<string, string>>;
}

/** What a row tells about one user: everything that the log and the on-demand answer show. */
export interface Story {
  readonly row: Pick<ProvisioningRow, "action" | "status" | "reason" | "targetId" | "changes">;
  readonly source: User | null;
  readonly sourceId: string;
  readonly isAssigned: boolean;
}

const EXPORT_WORDS: Readonly<Record<ProvisioningRow["action"], string>> = {
  create: "created",
  update: "updated",
  disable: "disabled",
  delete: "deleted",
  stagedDelete: "kept until its deletion is approved",
  other: "left alone",
};

export function errorOf({ row }: Story): { readonly code: string; readonly reason: string } | null {
  if (row.status === "success" || row.reason === null) {
    return null;
  }
  const text = PROVISIONING_ERRORS[row.reason as ProvisioningErrorCode] as string | undefined;
  return { code: row.reason, reason: text ?? `The user was passed over: ${row.reason}.` };
}

function importDetails({ source, sourceId, isAssigned }: Story): Record<string, string> {
  const details: Record<string, string> = { objectId: sourceId };
  for (const name of [
    "accountEnabled",
    "department",
    "displayName",
    "mailNickname",
    "userPrincipalName",
  ]) {
    details[name] = asText(source === null ? null : readSourceAttribute({ ...source }, name));
  }
  return {
    ...details,
    alternativeSecurityIds: "None",
    IsSoftDeleted: asText(source === null),
    appRoleAssignments: isAssigned ? "msiam_access" : "",
  };
}

/** The steps of one user's way, with the names and texts of the documented examples. */
export function tellSteps(story: Story): Step[] {
  const { row, source, sourceId, isAssigned } = story;
  const name = source?.userPrincipalName ?? sourceId;
  const isActive = source?.accountEnabled ?? false;
  const steps: Step[] = [
    {
      name: row.action === "create" ? "EntryImportAdd" : "EntryImport",
      type: "import",
      status: "success",
      description: `Retrieved User '${name}' from ${SOURCE_DIRECTORY}`,
      details: importDetails(story),
    },
    {
      name: "EntrySynchronizationScoping",
      type: "scoping",
      status: "success",
      description: "Determine if User in scope by evaluating against each scoping filter",
      details: {
        "Active in the source system": asText(isActive),
        "Assigned to the application": asText(isAssigned),
        "User has the required role": asText(isAssigned),
        "Scoping filter evaluation passed": asText(row.reason !== "NotEffectivelyEntitled"),
        ScopeEvaluationResult: "{}",
      },
    },
  ];
  if (row.status === "skipped") {
    return [
      ...steps,
      {
        name: "EntrySynchronizationSkip",
        type: "export",
        status: "skipped",
        description: `No change to the User '${name}' is made`,
        details: { SkipReason: row.reason ?? "" },
      },
    ];
  }
  return [
    ...steps,
    {
      name: row.action === "create" ? "EntrySynchronizationAdd" : "EntrySynchronizationUpdate",
      type: "matching",
      status: "success",
      description:
        row.action === "create"
          ? `User '${name}' will be created in ${TARGET_DIRECTORY} (User is active and assigned in ${SOURCE_DIRECTORY}, but no matching User was found in ${TARGET_DIRECTORY})`
          : `User '${name}' was matched in ${TARGET_DIRECTORY}`,
      details: {},
    },
    {
      name: row.action === "create" ? "EntryExportAdd" : "EntryExportUpdate",
      type: "export",
      status: row.status,
      description:
        row.status === "success"
          ? `User '${name}' was ${EXPORT_WORDS[row.action]} in ${TARGET_DIRECTORY}`
          : `Failed to create User '${name}' in ${TARGET_DIRECTORY}`,
      details: { ReportableIdentifier: name },
    },
  ];
}

/** The properties that were written, with their new values as text. */
export function tellModifiedProperties({ row, source }: Story) {
  return row.changes.map((displayName) => ({
    displayName,
    oldValue: null,
    newValue:
      source === null
        ? null
        : asText(
            (source as unknown as Record<string, unknown>)[
              displayName === "manager" ? "managerId" : displayName
            ],
          ),
  }));
}
