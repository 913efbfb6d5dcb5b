import type {
  ExtractSensitivityLabelsResult,
  ItemRetentionLabel,
} from "@microsoft/microsoft-graph-types";
import { z } from "zod";

import { defineTransition } from "../core/area.ts";
import { GraphError, itemNotFound } from "../core/graph-error.ts";
import { iso } from "../core/iso.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { appendVersions, contentState } from "./content.ts";
import { authorOf, checkMatch, requireItem, writableDrive } from "./drive-items.ts";
import { changeGovernance, type AppliedRetentionLabel } from "./governance.ts";
import type { Container, ItemVersion } from "./item.ts";
import { findRetentionLabel, isRecordLabel, settingsOf } from "./retention-label.ts";
import type { Site } from "./site.ts";
import { DRIVE_PATHS, driveOf } from "./site-routes.ts";

const READ = ["Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All", "Sites.ReadWrite.All"];
const WRITE = ["Files.ReadWrite.All", "Sites.ReadWrite.All"];
const FULL = "Sites.FullControl.All";
/** The pages ask for no more than `Files.Read.All` to set or remove a label that makes no records. */
const LABEL = ["Files.Read.All", ...WRITE, FULL];
/** Assigning a sensitivity label takes a moment. */
const ASSIGNMENT_MS = 5_000;

const RetentionChange = z.union([
  z.strictObject({ name: z.string().min(1) }),
  z.strictObject({ retentionSettings: z.strictObject({ isRecordLocked: z.boolean() }) }),
]);
const Assignment = z.strictObject({
  /** Empty: take the label away. */
  sensitivityLabelId: z.union([z.guid(), z.literal("")]),
  assignmentMethod: z.enum(["standard", "privileged", "auto"]).default("standard"),
  justificationText: z.string().optional(),
});

/** The same routes below each way to name a drive. */
export const labelRoutes: readonly Route[] = DRIVE_PATHS.flatMap((drive) => {
  const item = `${drive}/items/{itemId}`;
  return [
    defineRoute({
      method: "GET",
      path: `${item}/retentionLabel`,
      permissions: { application: READ },
      source: "driveitem-getretentionlabel",
      definition: "itemRetentionLabel",
      handle: (request) => {
        const { governance } = requireItem(request, driveOf(request));
        if (governance?.retentionLabel === undefined) throw itemNotFound();
        return labelAnswer(request, governance.retentionLabel, 200);
      },
    }),
    defineRoute({
      method: "PATCH",
      path: `${item}/retentionLabel`,
      permissions: { application: LABEL },
      source: "driveitem-setretentionlabel",
      definition: "itemRetentionLabel",
      handle: changeRetentionLabel,
    }),
    defineRoute({
      method: "DELETE",
      path: `${item}/retentionLabel`,
      permissions: { application: LABEL },
      source: "driveitem-removeretentionlabel",
      handle: removeRetentionLabel,
    }),
    defineRoute({
      method: "POST",
      path: `${item}/extractSensitivityLabels`,
      permissions: { application: READ },
      source: "driveitem-extractsensitivitylabels",
      definition: "extractSensitivityLabelsResult",
      handle: extractSensitivityLabels,
    }),
    defineRoute({
      method: "POST",
      path: `${item}/assignSensitivityLabel`,
      permissions: { application: WRITE },
      source: "driveitem-assignsensitivitylabel",
      handle: assignSensitivityLabel,
    }),
  ];
});

/** Sets a label by name, or locks and unlocks a record (driveitem-lockorunlockrecord). */
function changeRetentionLabel(request: GraphRequest): GraphResponse {
  const site = writableDrive(request);
  const item = requireItem(request, site);
  checkMatch(request, site, item);
  const change = request.parse(RetentionChange, "invalidRequest");
  const current = item.governance?.retentionLabel;
  if ("retentionSettings" in change) {
    if (current === undefined || !isRecordLabel(current.name)) {
      throw new GraphError(400, "invalidRequest", "Only an item that is a record can be locked.");
    }
    const label = { ...current, isLocked: change.retentionSettings.isRecordLocked };
    putLabel(request, site, [item], label);
    return labelAnswer(request, label, 200);
  }
  const name = findRetentionLabel(change.name);
  if (name === null) {
    throw new GraphError(400, "invalidRequest", `There is no retention label '${change.name}'.`);
  }
  checkMayRelabel(request, [current?.name, name]);
  const { principal } = request;
  const label: AppliedRetentionLabel = {
    name,
    isExplicit: true,
    isLocked: isRecordLabel(name),
    at: request.now,
    byId: principal.kind === "delegated" ? principal.userId : null,
    byName: authorOf(request),
  };
  putLabel(request, site, [item], label);
  // A folder's label goes to everything in it that has none of its own.
  const inside = below(request, site.container, item).filter(
    ({ governance }) => governance?.retentionLabel?.isExplicit !== true,
  );
  putLabel(request, site, inside, { ...label, isExplicit: false });
  return labelAnswer(request, label, current === undefined ? 201 : 200);
}

function removeRetentionLabel(request: GraphRequest): GraphResponse {
  const site = writableDrive(request);
  const item = requireItem(request, site);
  const current = item.governance?.retentionLabel;
  if (current === undefined) return { status: 204 };
  checkMayRelabel(request, [current.name]);
  const inside = below(request, site.container, item).filter(({ governance }) => {
    const label = governance?.retentionLabel;
    return label?.isExplicit === false && label.name === current.name;
  });
  putLabel(request, site, [item, ...inside], null);
  return { status: 204 };
}

/** "Sites.FullControl.All is the least privileged permission required to change labels that classify content as records." */
function checkMayRelabel(request: GraphRequest, names: readonly (string | undefined)[]): void {
  const { principal } = request;
  const held = principal.kind === "application" ? principal.roles : principal.scopes;
  const isRecord = names.some((name) => name !== undefined && isRecordLabel(name));
  const isLocked =
    names[0] !== undefined && !settingsOf({ name: names[0], isLocked: true }).isLabelUpdateAllowed;
  if (isLocked || (isRecord && !held.includes(FULL))) {
    throw new GraphError(403, "accessDenied", "The item is a record; its label cannot be changed.");
  }
}

function putLabel(
  request: GraphRequest,
  site: Site,
  items: readonly ItemVersion[],
  retentionLabel: AppliedRetentionLabel | null,
): void {
  appendVersions(
    request,
    site.container,
    items.map((item) => ({
      ...item,
      governance: changeGovernance(item.governance, { retentionLabel }),
      at: request.now,
      by: authorOf(request),
    })),
  );
}

/** Everything in a folder, however deep. */
function below(request: GraphRequest, container: Container, folder: ItemVersion): ItemVersion[] {
  const content = contentState.of(request);
  const found = [...content.children(container, folder.itemId)];
  for (const { itemId } of found) found.push(...content.children(container, itemId));
  return found;
}

function labelAnswer(
  request: GraphRequest,
  label: AppliedRetentionLabel,
  status: number,
): GraphResponse {
  const { name, isExplicit, at, byId, byName } = label;
  const user = { ...(byId === null ? {} : { id: byId }), displayName: byName };
  return {
    status,
    body: {
      "@odata.context": request.odataContext("itemRetentionLabel"),
      ...({
        name,
        retentionSettings: settingsOf(label),
        isLabelAppliedExplicitly: isExplicit,
        labelAppliedDateTime: iso(at),
        labelAppliedBy: { user },
      } satisfies ItemRetentionLabel),
    },
  };
}

function extractSensitivityLabels(request: GraphRequest): GraphResponse {
  const { governance, kind } = requireItem(request, driveOf(request));
  if (kind !== "file") throw new GraphError(400, "invalidRequest", "Only files have these labels.");
  const label = governance?.sensitivityLabel;
  return {
    status: 200,
    body: {
      "@odata.context": request.odataContext("microsoft.graph.extractSensitivityLabelsResult"),
      ...({
        labels:
          label === undefined
            ? []
            : [
                {
                  sensitivityLabelId: label.id,
                  assignmentMethod: label.assignmentMethod,
                  tenantId: request.tenantId,
                },
              ],
      } satisfies ExtractSensitivityLabelsResult),
    },
  };
}

interface PendingAssignment {
  readonly container: Container;
  readonly itemId: string;
  readonly labelId: string;
  readonly assignmentMethod: "standard" | "privileged" | "auto";
  readonly by: string;
}

/** The label gets onto the file a moment after it was asked for, unless the file is gone by then. */
export const sensitivityLabelAssigned = defineTransition<PendingAssignment>(
  "content.sensitivityLabelAssigned",
  (context, { container, itemId, labelId, assignmentMethod, by }) => {
    const item = contentState.of(context).read(container, itemId);
    if (item === null) return;
    const sensitivityLabel = labelId === "" ? null : { id: labelId, assignmentMethod };
    const governance = changeGovernance(item.governance, { sensitivityLabel });
    appendVersions(context, container, [{ ...item, governance, at: context.now, by }]);
  },
);

function assignSensitivityLabel(request: GraphRequest): GraphResponse {
  const site = writableDrive(request);
  const item = requireItem(request, site);
  if (item.kind !== "file") {
    throw new GraphError(400, "invalidRequest", "Only files have these labels.");
  }
  const input = request.parse(Assignment, "invalidRequest");
  const isLess = input.sensitivityLabelId === "" && item.governance?.sensitivityLabel !== undefined;
  if (isLess && input.justificationText === undefined) {
    throw new GraphError(400, "invalidRequest", "Removing a label needs a justification.");
  }
  const operationId = request.newId();
  request.schedule(request.now + ASSIGNMENT_MS, sensitivityLabelAssigned, {
    container: site.container,
    itemId: item.itemId,
    labelId: input.sensitivityLabelId.toLowerCase(),
    assignmentMethod: input.assignmentMethod,
    by: authorOf(request),
  });
  const monitor = `${new URL(site.webUrl).origin}/_api/v2.0/monitor/${operationId}`;
  return { status: 202, headers: { location: monitor } };
}
