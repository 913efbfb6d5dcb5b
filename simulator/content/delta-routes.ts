import { GraphError } from "../core/graph-error.ts";
import { parseInstant } from "../core/iso.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { contentState } from "./content.ts";
import { deletedItemJson, driveItemJson, rootJson } from "./drive-json.ts";
import type { Container, ItemVersion } from "./item.ts";
import { rootItemId } from "./seeded-items.ts";
import { DRIVE_PATHS, driveOf } from "./site-routes.ts";

const READ = ["Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All", "Sites.ReadWrite.All"];

/** The same routes below each way to name a drive. https://learn.microsoft.com/graph/api/driveitem-delta */
export const deltaRoutes: readonly Route[] = DRIVE_PATHS.flatMap((drive) =>
  [`${drive}/root/delta`, `${drive}/root/delta(token='{token}')`].map((path) =>
    defineRoute({
      method: "GET",
      path,
      permissions: { application: READ },
      source: "driveitem-delta",
      definition: "driveItem",
      query: ["$select", "$top", "$skiptoken"],
      handle: listChanges,
    }),
  ),
);

/** Where a delta begins and ends in what arrived at a drive. */
interface Span {
  /** Null: everything that is there now. */
  readonly since: number | { readonly instant: number } | null;
  readonly until: number;
  readonly isLatest: boolean;
}

function listChanges(request: GraphRequest): GraphResponse {
  const site = driveOf(request);
  const content = contentState.of(request);
  const span = readSpan(request, site.container);
  const ids = span.isLatest ? [] : changedIds(request, site.container, span);
  const rootId = rootItemId(site.container);
  const { body } = request.page<string>({
    items: ids,
    toJson: (id) => {
      if (id === rootId) return rootJson(request, site);
      const item = content.read(site.container, id);
      if (item !== null) return driveItemJson(request, site, item);
      const last = content.history(site.container, id).at(-1);
      return last === undefined ? { id } : deletedItemJson(site, last);
    },
    context: "driveItems",
    pageSize: 200,
  });
  const next = body["@odata.nextLink"];
  if (typeof next === "string") {
    const hasUntil = request.query.raw.has("until");
    return {
      status: 200,
      body: { ...body, "@odata.nextLink": hasUntil ? next : `${next}&until=${span.until}` },
    };
  }
  const mark = Buffer.from(String(span.until)).toString("base64url");
  return {
    status: 200,
    body: { ...body, "@odata.deltaLink": `${deltaAddress(request)}?token=${mark}` },
  };
}

/** The token of an earlier answer, `latest`, or an instant, which OneDrive for Business and SharePoint take too. */
function readSpan(request: GraphRequest, container: Container): Span {
  const arrived = contentState.of(request).arrivals(container).length;
  const until = Number(request.query.raw.get("until") ?? arrived);
  const token = request.params["token"] ?? request.query.raw.get("token");
  if (token === null || token === "latest") {
    return { since: null, until, isLatest: token === "latest" };
  }
  const instant = parseInstant(token);
  if (instant !== null) return { since: { instant }, until, isLatest: false };
  const text = Buffer.from(token, "base64url").toString();
  if (!/^\d+$/.test(text) || Number(text) > arrived || !Number.isInteger(until)) {
    throw new GraphError(
      410,
      "resyncChangesApplyDifferences",
      "The delta token is not known; enumerate everything anew.",
      { headers: { location: deltaAddress(request) } },
    );
  }
  return { since: Number(text), until, isLatest: false };
}

/**
 * Items to tell about, folders before what is in them. The root and the folders above a change are told with it, unless
 * the request has the header `deltaExcludeParent`.
 */
function changedIds(request: GraphRequest, container: Container, { since }: Span): string[] {
  const content = contentState.of(request);
  const rootId = rootItemId(container);
  if (since === null) return [rootId, ...content.list(container).map(({ itemId }) => itemId)];
  const versions =
    typeof since === "number"
      ? content.arrivals(container).slice(since)
      : content.versions(container).filter(({ at }) => at > since.instant);
  if (request.headers["deltaexcludeparent"] !== undefined) {
    return [...new Set(versions.map(({ itemId }) => itemId))];
  }
  const ids = new Set<string>();
  for (const { itemId } of versions) {
    const above: string[] = [];
    let item: ItemVersion | undefined = content.history(container, itemId).at(-1);
    while (item !== undefined && item.itemId !== rootId && !above.includes(item.itemId)) {
      above.unshift(item.itemId);
      item = item.parentId === null ? undefined : content.history(container, item.parentId).at(-1);
    }
    for (const id of [rootId, ...above]) ids.add(id);
  }
  return [...ids];
}

function deltaAddress(request: GraphRequest): string {
  return `${request.baseUrl}/v1.0${request.path.replace(/\(.*\)$/, "")}`;
}
