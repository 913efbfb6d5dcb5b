import { defineEvent, defineState } from "../core/area.ts";
import type { World } from "../core/world.ts";
import type { FileTarget } from "./drive-write-routes.ts";

/** How long a session lives after its last fragment; the page's example leaves it open. */
export const UPLOAD_LIFE_MS = 24 * 60 * 60_000;

/** A part of a file that has arrived, in order. */
export interface UploadedPart {
  readonly hash: string;
  readonly size: number;
}

/** A file that is uploaded piece by piece. Everything is JSON: it is stored as it is. */
export interface UploadSession {
  /** The secret part of its address. */
  readonly id: string;
  readonly tenantId: string;
  readonly driveId: string;
  readonly target: Pick<FileTarget, "parentId" | "name"> & { readonly itemId: string | null };
  readonly conflictBehavior: "fail" | "replace" | "rename";
  readonly isCommitDeferred: boolean;
  readonly author: string;
  /** Known from the first fragment on. */
  readonly size: number | null;
  readonly parts: readonly UploadedPart[];
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

type Uploads = Map<string, UploadSession>;

export const uploadState = defineState("content.uploads", (): Uploads => new Map());

const uploadChanged = defineEvent(
  uploadState,
  "content.uploadChanged",
  (uploads, { session }: { readonly session: UploadSession }, { at }) => {
    // What nobody finished is swept out when the next one comes.
    for (const [id, { expiresAt }] of uploads) if (expiresAt <= at) uploads.delete(id);
    uploads.set(session.id, session);
  },
  ({ session }) => session.id,
);

const uploadEnded = defineEvent(
  uploadState,
  "content.uploadEnded",
  (uploads, { id }: { readonly id: string }) => {
    uploads.delete(id);
  },
  ({ id }) => id,
);

export const uploadEvents = { uploadChanged, uploadEnded };

/** A session that is still open, or null. */
export function findUpload(
  source: { readonly world: World; readonly now: number },
  id: string,
): UploadSession | null {
  const session = uploadState.of(source).get(id);
  return session === undefined || session.expiresAt <= source.now ? null : session;
}

/** How many bytes have arrived. */
export function receivedOf({ parts }: UploadSession): number {
  return parts.reduce((total, { size }) => total + size, 0);
}
