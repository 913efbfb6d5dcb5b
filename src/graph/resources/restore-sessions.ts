import { z } from "zod";
import { type Workload, WORKLOAD_NAMES } from "../../domain/workload.ts";
import type { TenantGraph } from "../graph-client.ts";
import { type GraphPage, readAll, readPage } from "../paging.ts";

const SessionAnswer = z.object({
  id: z.string(),
  /** `restoreSessionStatus`; unknown members arrive as themselves. */
  status: z.string().nullish(),
  createdDateTime: z.string().nullish(),
  completedDateTime: z.string().nullish(),
  createdBy: z.object({ application: z.object({ id: z.string().nullish() }).nullish() }).nullish(),
});

/** A restore session; words as Graph gave them. */
export interface RestoreSession {
  readonly id: string;
  readonly status: string;
  /** Application that created it; null where Graph does not say. */
  readonly applicationId: string | null;
  /** ISO instant; null where Graph does not say. */
  readonly createdDateTime: string | null;
}

const PublicError = z.object({ code: z.string().nullish(), message: z.string().nullish() });

const ArtifactAnswer = z.object({
  id: z.string(),
  status: z.string().nullish(),
  destinationType: z.string().nullish(),
  restorePoint: z.object({ id: z.string().nullish() }).nullish(),
  error: PublicError.nullish(),
  completionDateTime: z.string().nullish(),
  restoredSiteId: z.string().nullish(),
  restoredSiteWebUrl: z.string().nullish(),
  restoredFolderId: z.string().nullish(),
  restoredFolderName: z.string().nullish(),
  restoredItemCount: z.number().nullish(),
});

/** One unit in a session. Unset strings, which Graph gives as null or empty, are null. */
export interface RestoreArtifact {
  readonly id: string;
  /** `artifactRestoreStatus`. */
  readonly status: string;
  readonly destinationType: string | null;
  readonly restorePointId: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly restoredSiteId: string | null;
  readonly restoredSiteWebUrl: string | null;
  readonly restoredFolderId: string | null;
  readonly restoredFolderName: string | null;
  readonly restoredItemCount: number | null;
}

/** What one element of a change was answered with, when it was refused. */
export interface RefusedArtifact {
  /** Null where the answer does not repeat it. */
  readonly restorePointId: string | null;
  readonly code: string;
  readonly message: string;
}

const ROOT = "/solutions/backupRestore";
const collectionOf = (workload: Workload): string => `${ROOT}/${workload}RestoreSessions`;
const artifactsOf = (workload: Workload): string =>
  `${WORKLOAD_NAMES[workload].unit}RestoreArtifacts`;

const toSession = (answer: z.infer<typeof SessionAnswer>): RestoreSession => ({
  id: answer.id,
  status: answer.status ?? "unknownFutureValue",
  applicationId: answer.createdBy?.application?.id ?? null,
  createdDateTime: answer.createdDateTime ?? null,
});

const textOrNull = (text: string | null | undefined): string | null =>
  text === undefined || text === "" ? null : text;

const toArtifact = (answer: z.infer<typeof ArtifactAnswer>): RestoreArtifact => ({
  id: answer.id,
  status: answer.status ?? "unknownFutureValue",
  destinationType: answer.destinationType ?? null,
  restorePointId: answer.restorePoint?.id ?? null,
  errorCode: answer.error ? (answer.error.code ?? "UnknownError") : null,
  errorMessage: textOrNull(answer.error?.message),
  restoredSiteId: textOrNull(answer.restoredSiteId),
  restoredSiteWebUrl: textOrNull(answer.restoredSiteWebUrl),
  restoredFolderId: textOrNull(answer.restoredFolderId),
  restoredFolderName: textOrNull(answer.restoredFolderName),
  restoredItemCount: answer.restoredItemCount ?? null,
});

/** All sessions of a service that Graph remembers (a year). Used around creations only, to find drafts. */
export async function readSessions(
  graph: TenantGraph,
  workload: Workload,
): Promise<RestoreSession[]> {
  const answers = await readAll(graph, collectionOf(workload), SessionAnswer);
  return answers.map(toSession);
}

/** @throws NotFoundError when there is no such session, also because it was deleted. */
export async function readSession(
  graph: TenantGraph,
  workload: Workload,
  sessionId: string,
): Promise<RestoreSession> {
  const path = `${collectionOf(workload)}/${sessionId}`;
  return toSession(await graph.read({ method: "GET", path }, SessionAnswer));
}

/** Creates an empty draft. The property for artifacts is left out: an explicit empty list is refused. */
export async function createSession(
  graph: TenantGraph,
  workload: Workload,
): Promise<RestoreSession> {
  const request = { method: "POST", path: collectionOf(workload), body: {} } as const;
  return toSession(await graph.read(request, SessionAnswer));
}

/** Deletes a draft. @throws NotFoundError when it is gone, ConflictError when it is no draft any more. */
export async function deleteSession(graph: TenantGraph, sessionId: string): Promise<void> {
  await graph.send({ method: "DELETE", path: `${ROOT}/restoreSessions/${sessionId}` });
}

/** Starts a session. @throws ConflictError when it is no draft any more, ThrottledError when too many are active. */
export async function activateSession(graph: TenantGraph, sessionId: string): Promise<void> {
  await graph.send({ method: "POST", path: `${ROOT}/restoreSessions/${sessionId}/activate` });
}

/** One page of a session's artifacts, each with its restore point. */
export async function readArtifacts(
  graph: TenantGraph,
  workload: Workload,
  sessionId: string,
  nextLink: string | null,
): Promise<GraphPage<RestoreArtifact>> {
  const path = nextLink ?? `${collectionOf(workload)}/${sessionId}/${artifactsOf(workload)}`;
  const page = await readPage(graph, path, ArtifactAnswer);
  return { items: page.items.map(toArtifact), nextLink: page.nextLink };
}

/** All artifacts of a session; ours hold 200 at the most. */
export async function readAllArtifacts(
  graph: TenantGraph,
  workload: Workload,
  sessionId: string,
): Promise<RestoreArtifact[]> {
  const artifacts: RestoreArtifact[] = [];
  let nextLink: string | null = null;
  do {
    const page: GraphPage<RestoreArtifact> = await readArtifacts(
      graph,
      workload,
      sessionId,
      nextLink,
    );
    artifacts.push(...page.items);
    nextLink = page.nextLink;
  } while (nextLink !== null);
  return artifacts;
}

const DeltaElement = z.object({
  id: z.string().nullish(),
  restorePoint: z.object({ id: z.string().nullish() }).nullish(),
  error: PublicError.nullish(),
  "@Core.DataModificationException": z
    .object({ info: PublicError.nullish(), failedOperation: z.string().nullish() })
    .nullish(),
});

/**
 * Adds artifacts to a draft and removes others, at most 50 together. Graph answers 200 although single elements are
 * refused; those are returned.
 */
export async function changeArtifacts(
  graph: TenantGraph,
  change: {
    readonly workload: Workload;
    readonly sessionId: string;
    readonly add: readonly string[];
    readonly destinationType: string;
    readonly remove: readonly string[];
  },
): Promise<RefusedArtifact[]> {
  const delta = `${artifactsOf(change.workload)}@delta`;
  const answer = await graph.read(
    {
      method: "PATCH",
      path: `${collectionOf(change.workload)}/${change.sessionId}`,
      body: {
        [delta]: [
          ...change.remove.map((id) => ({ "@removed": { reason: "changed" }, id })),
          ...change.add.map((id) => ({
            restorePoint: { id },
            destinationType: change.destinationType,
          })),
        ],
      },
    },
    z.object({ [delta]: z.array(DeltaElement).nullish() }),
  );
  const elements = (answer as Record<string, z.infer<typeof DeltaElement>[] | null | undefined>)[
    delta
  ];
  return (elements ?? []).flatMap((element) => {
    const exception = element["@Core.DataModificationException"];
    const error = exception?.info ?? element.error;
    // A removal that was refused leaves an artifact too many, which the next comparison sees.
    if (!error || exception?.failedOperation === "remove") {
      return [];
    }
    return [
      {
        restorePointId: element.restorePoint?.id ?? null,
        code: error.code ?? "UnknownError",
        message: error.message ?? "",
      },
    ];
  });
}
