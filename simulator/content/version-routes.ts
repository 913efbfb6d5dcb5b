import type { DriveItemVersion } from "@microsoft/microsoft-graph-types";

import { GraphError, itemNotFound } from "../core/graph-error.ts";
import { iso } from "../core/iso.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { appendVersions, contentState } from "./content.ts";
import { authorOf, contentAnswer, requireItem, writableDrive } from "./drive-items.ts";
import { refuseRecord } from "./drive-write-routes.ts";
import { numberedVersions, type NumberedVersion } from "./item-history.ts";
import { modificationOf, type ItemVersion } from "./item.ts";
import type { Site } from "./site.ts";
import { DRIVE_PATHS, driveOf } from "./site-routes.ts";

const READ = ["Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All", "Sites.ReadWrite.All"];
const WRITE = ["Files.ReadWrite.All", "Sites.ReadWrite.All"];

/** The same routes below each way to name a drive. */
export const versionRoutes: readonly Route[] = DRIVE_PATHS.flatMap((drive) => {
  const versions = `${drive}/items/{itemId}/versions`;
  return [
    defineRoute({
      method: "GET",
      path: versions,
      permissions: { application: READ },
      source: "driveitem-list-versions",
      definition: "driveItemVersion",
      query: ["$select", "$top", "$skiptoken"],
      handle: (request) => {
        const site = driveOf(request);
        return request.page<NumberedVersion>({
          items: versionsOf(request, site, requireItem(request, site)),
          toJson: versionJson,
          context: "driveItemVersions",
        });
      },
    }),
    defineRoute({
      method: "GET",
      path: `${versions}/{versionId}`,
      permissions: { application: READ },
      source: "driveitemversion-get",
      definition: "driveItemVersion",
      handle: (request) => {
        const site = driveOf(request);
        const { found } = requireVersion(request, site);
        const context = request.odataContext("driveItemVersions/$entity");
        return { status: 200, body: { "@odata.context": context, ...versionJson(found) } };
      },
    }),
    defineRoute({
      method: "GET",
      path: `${versions}/{versionId}/content`,
      permissions: { application: READ },
      source: "driveitemversion-get-contents",
      query: [],
      handle: readVersion,
    }),
    defineRoute({
      method: "POST",
      path: `${versions}/{versionId}/restoreVersion`,
      permissions: { application: WRITE },
      source: "driveitemversion-restore",
      handle: restoreVersion,
    }),
  ];
});

function readVersion(request: GraphRequest): GraphResponse {
  const { found, isCurrent } = requireVersion(request, driveOf(request));
  if (isCurrent) {
    throw new GraphError(
      400,
      "invalidRequest",
      "You cannot get the content of the current version.",
    );
  }
  return contentAnswer(request, found.version);
}

/** Makes another version with the content of an earlier one; all existing ones stay. */
function restoreVersion(request: GraphRequest): GraphResponse {
  const site = writableDrive(request);
  const { item, found, isCurrent } = requireVersion(request, site);
  refuseRecord(item, "isContentUpdateAllowed");
  if (!isCurrent) {
    const { content } = found.version;
    appendVersions(request, site.container, [
      { ...item, content, at: request.now, by: authorOf(request) },
    ]);
  }
  return { status: 204 };
}

function requireVersion(
  request: GraphRequest,
  site: Site,
): { readonly item: ItemVersion; readonly found: NumberedVersion; readonly isCurrent: boolean } {
  const item = requireItem(request, site);
  const versions = versionsOf(request, site, item);
  const found = versions.find(({ id }) => id === request.param("versionId"));
  if (found === undefined) throw itemNotFound();
  return { item, found, isCurrent: found === versions[0] };
}

function versionsOf(
  request: GraphRequest,
  site: Site,
  item: ItemVersion,
): readonly NumberedVersion[] {
  if (item.kind !== "file") {
    throw new GraphError(400, "invalidRequest", "A folder has no versions.");
  }
  return numberedVersions(contentState.of(request).history(site.container, item.itemId));
}

function versionJson({ id, version }: NumberedVersion): Record<string, unknown> {
  const { at, by } = modificationOf(version);
  return {
    id,
    lastModifiedDateTime: iso(at),
    lastModifiedBy: { user: { displayName: by } },
    size: version.content?.size ?? 0,
  } satisfies DriveItemVersion;
}
