import { z } from "zod";
import { identityOf } from "../core/principal.ts";
import type { GraphRequest, GraphResponse } from "../core/route.ts";
import { openBackup } from "./access.ts";
import { ArtifactAddition, readAddition } from "./artifact-request.ts";
import type { TenantBackup } from "./backup-state.ts";
import { inlineFailure } from "./delta.ts";
import { errorRow, refusal } from "./error-catalogue.ts";
import { LIMITS } from "./limits.ts";
import type { Json } from "./representation.ts";
import { sessionStatusAt, type RestoreArtifact, type RestoreSession } from "./restore-session.ts";
import { SERVICE_WORDS, type Service } from "./service-kind.ts";
import { sessionPatched, type AddedArtifact } from "./session-events.ts";
import { findSession } from "./session-lookup.ts";
import { artifactJson, sessionJson } from "./session-representation.ts";

const Removal = z.strictObject({
  "@removed": z.strictObject({ reason: z.literal(["changed", "deleted"]).nullish() }),
  id: z.string(),
});
type Element = z.infer<typeof Removal> | ArtifactAddition;

const isRemoval = (element: Element): element is z.infer<typeof Removal> => "@removed" in element;

type Plan =
  | { readonly kind: "fail"; readonly json: Json }
  | { readonly kind: "remove"; readonly artifactId: string }
  | { readonly kind: "add"; readonly artifact: AddedArtifact };

type ItemFailure =
  | "ArtifactNotFound"
  | "InvalidRestorePoint"
  | "InvalidPathType"
  | "DifferentRestoreDestinationType"
  | "DuplicateArtifactInList";

function planElements(
  request: GraphRequest,
  tenant: TenantBackup,
  session: RestoreSession,
  elements: readonly Element[],
): Plan[] {
  // What the draft will hold: removals of the same request come first, so that a unit can be swapped in one call.
  const removed = new Set(
    elements.flatMap((element) => (isRemoval(element) ? [element.id.toLowerCase()] : [])),
  );
  const staying = [...session.artifacts.values()].filter(({ id }) => !removed.has(id));
  const units = new Set(staying.map(({ unitId }) => unitId));
  let destination = staying[0]?.destinationType ?? null;
  return elements.map((element): Plan => {
    const fail = (key: ItemFailure): Plan => ({
      kind: "fail",
      json: inlineFailure({
        row: errorRow("patchSessionItem", key),
        operation: isRemoval(element) ? "remove" : "add",
        element: isRemoval(element) ? { id: element.id } : echo(element),
        contentId: request.newId(),
      }),
    });
    if (isRemoval(element)) {
      const artifactId = element.id.toLowerCase();
      return session.artifacts.has(artifactId)
        ? { kind: "remove", artifactId }
        : fail("ArtifactNotFound");
    }
    const artifact = readAddition(request, tenant, session.service, element);
    if (typeof artifact === "string") return fail(artifact);
    if (destination !== null && artifact.destinationType !== destination) {
      return fail("DifferentRestoreDestinationType");
    }
    if (units.has(artifact.unitId)) return fail("DuplicateArtifactInList");
    destination = artifact.destinationType;
    units.add(artifact.unitId);
    return { kind: "add", artifact };
  });
}

function echo({ restorePoint, destinationType }: ArtifactAddition): Json {
  return {
    ...(destinationType === "new" || destinationType === "inPlace" ? { destinationType } : {}),
    ...(restorePoint?.id === undefined ? {} : { restorePoint: { id: restorePoint.id } }),
  };
}

function parseElements(request: GraphRequest, service: Service): readonly Element[] {
  const deltaName = `${SERVICE_WORDS[service].artifacts}@delta`;
  const body = request.parse(
    z.strictObject({ [deltaName]: z.array(z.union([Removal, ArtifactAddition])).nullish() }),
    "InvalidPatchRequest",
  ) as Record<string, readonly Element[] | null | undefined>;
  if (!(deltaName in body)) throw refusal("patchSession", "InvalidPatchRequest");
  return body[deltaName] ?? [];
}

/** What makes two elements of one request the same artifact. */
function nameOf(element: Element): string {
  return isRemoval(element)
    ? element.id.toLowerCase()
    : (element.restorePoint?.id ?? element.restorePoint?.["@odata.id"] ?? "");
}

/** Adds and removes artifacts of a draft. Successful removals are absent from the answer. */
export function patchSession(request: GraphRequest, service: Service): GraphResponse {
  const words = SERVICE_WORDS[service];
  const elements = parseElements(request, service);
  const tenant = openBackup(request, "restore");
  const session = findSession(request, tenant, service);
  if (sessionStatusAt(session, request.now) !== "draft") {
    throw refusal("patchSession", "RestoreSessionActionNotAllowed");
  }
  if (session.bulkRequest !== null) throw refusal("patchSession", "InvalidPatchRequest");
  if (elements.length === 0) throw refusal("patchSession", "InvalidArtifactRequest");
  if (elements.length > LIMITS.artifactsPerRequest.value) {
    throw refusal("patchSession", "RestoreArtifactsLimitBreached");
  }
  if (elements.some((element) => !isRemoval(element) && nameOf(element) === "")) {
    throw refusal("patchSession", "InvalidRestorePoint");
  }
  if (new Set(elements.map(nameOf)).size < elements.length) {
    throw refusal("patchSession", "DuplicateArtifactInList");
  }
  const plans = planElements(request, tenant, session, elements);
  const added = plans.flatMap((plan) => (plan.kind === "add" ? [plan.artifact] : []));
  const removed = plans.flatMap((plan) => (plan.kind === "remove" ? [plan.artifactId] : []));
  if (added.length + removed.length > 0) {
    const by = identityOf(request.principal);
    request.emit(sessionPatched, { id: session.id, added, removed, by });
  }
  return {
    status: 200,
    body: {
      "@odata.context": request.odataContext(`solutions/backupRestore/${words.sessions}/$entity`),
      ...sessionJson(session, request),
      [`${words.artifacts}@delta`]: plans.flatMap((plan) => {
        if (plan.kind === "remove") return [];
        if (plan.kind === "fail") return [plan.json];
        const artifact = session.artifacts.get(plan.artifact.id) as RestoreArtifact;
        return [artifactJson(artifact, session, tenant, request.now)];
      }),
    },
  };
}
