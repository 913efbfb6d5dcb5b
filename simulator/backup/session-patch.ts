import { z } from "zod";
import { identityOf } from "../core/principal.ts";
import type { GraphRequest, GraphResponse } from "../core/route.ts";
import { openBackup } from "./access.ts";
import {
  additionSchema,
  artifactKey,
  artifactLists,
  readAddition,
  type ArtifactAddition,
} from "./artifact-request.ts";
import type { TenantBackup } from "./backup-state.ts";
import { requireBackupAdministrator } from "./browse-access.ts";
import { inlineFailure } from "./delta.ts";
import { errorRow, refusal } from "./error-catalogue.ts";
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
  const held = new Set(staying.map(artifactKey));
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
    if (held.has(artifactKey(artifact))) return fail("DuplicateArtifactInList");
    destination = artifact.destinationType;
    held.add(artifactKey(artifact));
    return { kind: "add", artifact };
  });
}

function echo(addition: ArtifactAddition): Json {
  if ("browseSessionId" in addition) return { browseSessionId: addition.browseSessionId };
  const { restorePoint, destinationType } = addition;
  return {
    ...(destinationType === "new" || destinationType === "inPlace" ? { destinationType } : {}),
    ...(restorePoint?.id === undefined ? {} : { restorePoint: { id: restorePoint.id } }),
  };
}

function parseElements(
  request: GraphRequest,
  service: Service,
): { readonly isGranular: boolean; readonly elements: readonly Element[] } {
  const { full, granular } = artifactLists(service);
  const listOf = (isGranular: boolean) =>
    z.array(z.union([Removal, additionSchema(service, isGranular)])).nullish();
  const body = request.parse(
    z.strictObject({ [`${full}@delta`]: listOf(false), [`${granular}@delta`]: listOf(true) }),
    "InvalidPatchRequest",
  ) as Record<string, readonly Element[] | null | undefined>;
  const names = Object.keys(body);
  if (names.length !== 1) throw refusal("patchSession", "InvalidPatchRequest");
  const [name = ""] = names;
  return { isGranular: name === `${granular}@delta`, elements: body[name] ?? [] };
}

/** What makes two elements of one request the same artifact. */
function nameOf(element: Element): string {
  if (isRemoval(element)) return element.id.toLowerCase();
  if ("browseSessionId" in element) return element.id ?? element.itemKey ?? "";
  return element.restorePoint?.id ?? element.restorePoint?.["@odata.id"] ?? "";
}

function checkElements(
  request: GraphRequest,
  tenant: TenantBackup,
  session: RestoreSession,
  parsed: { readonly isGranular: boolean; readonly elements: readonly Element[] },
): void {
  const { isGranular, elements } = parsed;
  if (sessionStatusAt(session, request.now) !== "draft") {
    throw refusal("patchSession", "RestoreSessionActionNotAllowed");
  }
  const isOther = session.artifacts.size > 0 && (session.jobType === "granular") !== isGranular;
  if (session.bulkRequest !== null || isOther) {
    throw refusal("patchSession", "InvalidPatchRequest");
  }
  if (elements.length === 0) throw refusal("patchSession", "InvalidArtifactRequest");
  if (elements.length > tenant.limits.artifactsPerRequest) {
    throw refusal("patchSession", "RestoreArtifactsLimitBreached");
  }
  if (elements.some((element) => !isRemoval(element) && nameOf(element) === "")) {
    throw refusal("patchSession", "InvalidRestorePoint");
  }
  if (new Set(elements.map(nameOf)).size < elements.length) {
    throw refusal("patchSession", "DuplicateArtifactInList");
  }
}

/** Adds and removes artifacts of a draft. Successful removals are absent from a full list's answer. */
export function patchSession(request: GraphRequest, service: Service): GraphResponse {
  const words = SERVICE_WORDS[service];
  const parsed = parseElements(request, service);
  if (parsed.isGranular) requireBackupAdministrator(request, service);
  const tenant = openBackup(request, "restore");
  const session = findSession(request, tenant, service);
  checkElements(request, tenant, session, parsed);
  const plans = planElements(request, tenant, session, parsed.elements);
  const added = plans.flatMap((plan) => (plan.kind === "add" ? [plan.artifact] : []));
  const removed = plans.flatMap((plan) => (plan.kind === "remove" ? [plan.artifactId] : []));
  if (added.length + removed.length > 0) {
    const by = identityOf(request.principal);
    const jobType = parsed.isGranular ? "granular" : "standard";
    request.emit(sessionPatched, { id: session.id, jobType, added, removed, by });
  }
  const list = parsed.isGranular ? words.granularArtifacts : words.artifacts;
  return {
    status: 200,
    body: {
      "@odata.context": request.odataContext(`solutions/backupRestore/${words.sessions}/$entity`),
      ...sessionJson(session, request),
      [`${list}@delta`]: plans.flatMap((plan): Json[] => {
        if (plan.kind === "fail") return [plan.json];
        if (plan.kind === "remove") {
          return parsed.isGranular
            ? [{ "@removed": { reason: "changed" }, id: plan.artifactId }]
            : [];
        }
        const artifact = session.artifacts.get(plan.artifact.id) as RestoreArtifact;
        return [artifactJson(artifact, session, tenant, request.now)];
      }),
    },
  };
}
