import type { UploadSession as UploadSessionEntity } from "@microsoft/microsoft-graph-types";
import { z } from "zod";

import { GraphError } from "../core/graph-error.ts";
import { iso } from "../core/iso.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { quotaOf } from "./drive-json.ts";
import { authorOf, checkMatch, requireItem, writableDrive } from "./drive-items.ts";
import { Name, refuseRecord, targetOf, type FileTarget } from "./drive-write-routes.ts";
import type { Site } from "./site.ts";
import { DRIVE_PATHS } from "./site-routes.ts";
import { UPLOAD_LIFE_MS, uploadEvents, type UploadSession } from "./upload-session.ts";

/** Where the bytes go: an address that needs no token, as the page wants it. */
export const UPLOAD_ROOT = "/simulator/uploads/";

const NewSession = z.strictObject({
  item: z
    .strictObject({
      "@microsoft.graph.conflictBehavior": z.enum(["fail", "replace", "rename"]).optional(),
      name: Name.optional(),
      description: z.string().optional(),
      fileSize: z.int().nonnegative().optional(),
    })
    .optional(),
  deferCommit: z.boolean().optional(),
});

/** The same routes below each way to name a drive. https://learn.microsoft.com/graph/api/driveitem-createuploadsession */
export const uploadRoutes: readonly Route[] = DRIVE_PATHS.flatMap((drive) =>
  [`${drive}/items/{itemId}`, `${drive}/items/{itemId}:/{path}:`, `${drive}/root:/{path}:`].map(
    (path) =>
      defineRoute({
        method: "POST",
        path: `${path}/createUploadSession`,
        permissions: { application: ["Files.ReadWrite.All", "Sites.ReadWrite.All"] },
        source: "driveitem-createuploadsession",
        definition: "uploadSession",
        handle: createSession,
      }),
  ),
);

function createSession(request: GraphRequest): GraphResponse {
  const site = writableDrive(request);
  const { item, deferCommit } = request.parse(NewSession, "invalidRequest");
  const target = readTarget(request, site);
  const conflictBehavior = item?.["@microsoft.graph.conflictBehavior"];
  const isUpdate = request.params["path"] === undefined;
  if (item?.name !== undefined && item.name !== target.name) {
    throw new GraphError(400, "invalidRequest", "The name differs from the one in the address.");
  }
  if (target.existing !== null) {
    checkMatch(request, site, target.existing);
    refuseRecord(target.existing, "isContentUpdateAllowed");
    if (!isUpdate && (conflictBehavior ?? "fail") === "fail") {
      throw new GraphError(409, "nameAlreadyExists", "The specified item name already exists.");
    }
  }
  if ((item?.fileSize ?? 0) > quotaOf(request, site).remaining) {
    throw new GraphError(507, "quotaLimitReached", "The file is larger than what is left.");
  }
  const session: UploadSession = {
    id: request.newId(),
    tenantId: request.tenantId,
    driveId: site.driveId,
    target: {
      parentId: target.parentId,
      name: target.name,
      itemId: isUpdate ? (target.existing?.itemId ?? null) : null,
    },
    conflictBehavior: conflictBehavior ?? "fail",
    isCommitDeferred: deferCommit ?? false,
    author: authorOf(request),
    size: item?.fileSize ?? null,
    parts: [],
    expiresAt: request.now + UPLOAD_LIFE_MS,
  };
  request.emit(uploadEvents.uploadChanged, { session });
  return {
    status: 200,
    body: {
      "@odata.context": request.odataContext("microsoft.graph.uploadSession"),
      ...({
        uploadUrl: `${request.baseUrl}${UPLOAD_ROOT}${session.id}`,
        expirationDateTime: iso(session.expiresAt),
        nextExpectedRanges: ["0-"],
      } satisfies UploadSessionEntity),
    },
  };
}

function readTarget(request: GraphRequest, site: Site): FileTarget {
  if (request.params["path"] !== undefined) return targetOf(request, site);
  const existing = requireItem(request, site);
  if (existing.kind !== "file") {
    throw new GraphError(400, "invalidRequest", "A folder has no content.");
  }
  return { parentId: existing.parentId, name: existing.name, existing };
}
