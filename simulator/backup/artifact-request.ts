import { z } from "zod";
import type { GraphRequest } from "../core/route.ts";
import type { TenantBackup } from "./backup-state.ts";
import { parseItemKey } from "./browse-item.ts";
import { siteOf } from "./protectable.ts";
import { findRestorePoint, parseRestorePointId } from "./restore-point.ts";
import { restoreSize } from "./restore-selection.ts";
import type { Selection } from "./restore-session.ts";
import { SERVICE_WORDS, type Service } from "./service-kind.ts";
import type { AddedArtifact } from "./session-events.ts";

/** A restore point by reference: current pages say `id`, older ones `@odata.id` (an id or an address ending in it). */
const PointReference = z.strictObject({
  id: z.string().optional(),
  "@odata.id": z.string().optional(),
});

const whole = {
  restorePoint: PointReference.nullish(),
  destinationType: z.string().nullish(),
};
const WholeUnit = z.strictObject(whole);
const Messages = z.strictObject({ ...whole, searchResponseId: z.string().nullish() });
/** The newest page of the update sends `itemKey`; creation and metadata say `id`. */
const Item = z.strictObject({
  browseSessionId: z.string(),
  id: z.string().optional(),
  itemKey: z.string().optional(),
});

/** An artifact as a request names it; which member is missing decides the code of the refusal. */
export type ArtifactAddition =
  z.infer<typeof WholeUnit> | z.infer<typeof Messages> | z.infer<typeof Item>;

/** Schema of one addition to a full or a granular list of a service. */
export function additionSchema(service: Service, isGranular: boolean): z.ZodType<ArtifactAddition> {
  if (!isGranular) return WholeUnit;
  return service === "exchange" ? Messages : Item;
}

/** Names of a service's list of artifacts, full and granular. */
export function artifactLists(service: Service): {
  readonly full: string;
  readonly granular: string;
} {
  const words = SERVICE_WORDS[service];
  return { full: words.artifacts, granular: words.granularArtifacts };
}

export type ArtifactDefect = "InvalidRestorePoint" | "InvalidPathType";

/** Checks one addition: the artifact it makes, or what is wrong with it. */
export function readAddition(
  request: GraphRequest,
  tenant: TenantBackup,
  service: Service,
  addition: ArtifactAddition,
): AddedArtifact | ArtifactDefect {
  if ("browseSessionId" in addition) return readItem(request, tenant, service, addition);
  const { destinationType } = addition;
  if (destinationType !== "new" && destinationType !== "inPlace") return "InvalidPathType";
  const named = parseRestorePointId(pointIdOf(addition));
  const unit = named === null ? undefined : tenant.units.get(named.unitId);
  if (named === null || unit === undefined || unit.service !== service) {
    return "InvalidRestorePoint";
  }
  const point = findRestorePoint(unit, named.protectionAt, request.now);
  if (point === null) return "InvalidRestorePoint";
  let selection: Selection | null = null;
  if ("searchResponseId" in addition) {
    const search = tenant.searches.get((addition.searchResponseId ?? "").toLowerCase());
    if (search?.unitId !== unit.id) return "InvalidRestorePoint";
    selection = { kind: "messages", searchResponseId: search.id, expression: search.expression };
  }
  const part = { pointAt: point.protectionAt, selection };
  return {
    ...part,
    id: request.newId(),
    unitId: unit.id,
    isExpress: point.isExpress,
    destinationType,
    size: restoreSize(request, unit, part),
  };
}

function readItem(
  request: GraphRequest,
  tenant: TenantBackup,
  service: Service,
  addition: z.infer<typeof Item>,
): AddedArtifact | ArtifactDefect {
  const session = tenant.browseSessions.get(addition.browseSessionId.toLowerCase());
  const unit = session === undefined ? undefined : tenant.units.get(session.unitId);
  const site = unit === undefined ? null : siteOf(request, unit);
  const isOpen =
    session?.service === service &&
    request.now >= session.readyAt &&
    request.now < session.expiresAt;
  if (session === undefined || unit === undefined || site === null || !isOpen) {
    return "InvalidRestorePoint";
  }
  const itemKey = addition.id ?? addition.itemKey ?? "";
  const named = parseItemKey(site, itemKey);
  if (named === null || named.kind === "site") return "InvalidRestorePoint";
  const selection: Selection = {
    kind: "item",
    browseSessionId: session.id,
    itemKey,
    itemId: named.itemId,
    webUrl: site.webUrl,
  };
  const part = { pointAt: session.pointAt, selection };
  return {
    ...part,
    id: request.newId(),
    unitId: unit.id,
    isExpress: true,
    // Restored files never replace anything: they go into a folder of their own.
    destinationType: "new",
    size: restoreSize(request, unit, part),
  };
}

function pointIdOf({ restorePoint }: z.infer<typeof WholeUnit>): string {
  if (restorePoint?.id !== undefined) return restorePoint.id;
  const reference = restorePoint?.["@odata.id"] ?? "";
  const quoted = /\('([^']+)'\)$/.exec(reference)?.[1];
  return quoted ?? reference.split("/").at(-1) ?? "";
}

/** What makes two artifacts of one session the same: the unit, or the unit's file or folder. */
export function artifactKey(artifact: {
  readonly unitId: string;
  readonly selection: Selection | null;
}): string {
  return artifact.selection?.kind === "item"
    ? `${artifact.unitId}/${artifact.selection.itemKey}`
    : artifact.unitId;
}
