import { z } from "zod";
import type { Clock } from "../../domain/clock.ts";
import type { Workload } from "../../domain/workload.ts";
import { BATCH_SIZE, type BatchItem, readBatch } from "../batch.ts";
import { type GraphError, NotFoundError } from "../errors.ts";
import type { TenantGraph } from "../graph-client.ts";

/** A thing that a session says it restored, to be read by itself. */
export interface RestoredThing {
  readonly workload: Workload;
  /** Directory object id of the owner, or site id, as planned. */
  readonly resourceId: string;
  /** Site of a copy, or the site itself; null where Graph does not say. */
  readonly restoredSiteId: string | null;
  /** Folder that holds what came back of a mailbox; null when nothing differed. */
  readonly restoredFolderId: string | null;
  readonly isCopy: boolean;
}

export type RestoredFinding =
  | { readonly kind: "seen"; readonly webUrl: string | null; readonly folderName: string | null }
  | { readonly kind: "notVisible" }
  | { readonly kind: "unreadable"; readonly error: GraphError };

const ThingAnswer = z.object({
  id: z.string(),
  webUrl: z.string().nullish(),
  displayName: z.string().nullish(),
});

/**
 * Reads what was restored, through Graph's ordinary paths and not through the backup service: the drive, the site, the
 * folder of a mailbox (its inbox when no folder was made). 20 a request, in the order given.
 */
export async function readRestoredThings(
  graph: TenantGraph,
  things: readonly RestoredThing[],
  clock: Clock,
): Promise<RestoredFinding[]> {
  const findings: RestoredFinding[] = [];
  for (let start = 0; start < things.length; start += BATCH_SIZE) {
    const batch = things.slice(start, start + BATCH_SIZE);
    const results = await readBatch(graph, batch.map(readingOf), clock);
    for (const result of results) {
      if (!result.ok) {
        findings.push(
          result.error instanceof NotFoundError
            ? { kind: "notVisible" }
            : { kind: "unreadable", error: result.error },
        );
        continue;
      }
      const thing = ThingAnswer.safeParse(result.body);
      findings.push(
        thing.success
          ? {
              kind: "seen",
              webUrl: thing.data.webUrl ?? null,
              folderName: thing.data.displayName ?? null,
            }
          : { kind: "notVisible" },
      );
    }
  }
  return findings;
}

function readingOf(thing: RestoredThing): BatchItem {
  switch (thing.workload) {
    case "exchange": {
      const folder = encodeURIComponent(thing.restoredFolderId ?? "inbox");
      const path = `/users/${thing.resourceId}/mailFolders/${folder}?$select=id,displayName`;
      return { method: "GET", path };
    }
    case "oneDriveForBusiness":
      return thing.isCopy && thing.restoredSiteId !== null
        ? site(thing.restoredSiteId)
        : { method: "GET", path: `/users/${thing.resourceId}/drive?$select=id,webUrl` };
    case "sharePoint":
      return site(thing.restoredSiteId ?? thing.resourceId);
  }
}

const site = (siteId: string): BatchItem => ({
  method: "GET",
  path: `/sites/${siteId}?$select=id,webUrl`,
});
