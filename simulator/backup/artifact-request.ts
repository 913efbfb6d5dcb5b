import { z } from "zod";
import type { GraphRequest } from "../core/route.ts";
import type { TenantBackup } from "./backup-state.ts";
import { findRestorePoint, parseRestorePointId } from "./restore-point.ts";
import type { DestinationType } from "./restore-session.ts";
import type { Service } from "./service-kind.ts";
import type { AddedArtifact } from "./session-events.ts";

/** A restore point by reference: current pages say `id`, older ones `@odata.id` (an id or an address ending in it). */
const PointReference = z.strictObject({
  id: z.string().optional(),
  "@odata.id": z.string().optional(),
});

/** An artifact as a request names it; which member is missing decides the code of the refusal. */
export const ArtifactAddition = z.strictObject({
  restorePoint: PointReference.nullish(),
  destinationType: z.string().nullish(),
});
export type ArtifactAddition = z.infer<typeof ArtifactAddition>;

export type ArtifactDefect = "InvalidRestorePoint" | "InvalidPathType";

/** Checks one addition: the artifact it makes, or what is wrong with it. */
export function readAddition(
  request: GraphRequest,
  tenant: TenantBackup,
  service: Service,
  addition: ArtifactAddition,
): AddedArtifact | ArtifactDefect {
  const { destinationType } = addition;
  if (destinationType !== "new" && destinationType !== "inPlace") return "InvalidPathType";
  const named = parseRestorePointId(pointIdOf(addition));
  const unit = named === null ? undefined : tenant.units.get(named.unitId);
  if (named === null || unit === undefined || unit.service !== service) {
    return "InvalidRestorePoint";
  }
  const point = findRestorePoint(unit, named.protectionAt, request.now);
  if (point === null) return "InvalidRestorePoint";
  return {
    id: request.newId(),
    unitId: unit.id,
    pointAt: point.protectionAt,
    isExpress: point.isExpress,
    destinationType: destinationType satisfies DestinationType,
  };
}

function pointIdOf({ restorePoint }: ArtifactAddition): string {
  if (restorePoint?.id !== undefined) return restorePoint.id;
  const reference = restorePoint?.["@odata.id"] ?? "";
  const quoted = /\('([^']+)'\)$/.exec(reference)?.[1];
  return quoted ?? reference.split("/").at(-1) ?? "";
}
