import type { UploadSession as UploadSessionEntity } from "@microsoft/microsoft-graph-types";

import type { Context } from "../core/context.ts";
import type { Engine } from "../core/engine.ts";
import { GraphError } from "../core/graph-error.ts";
import { iso } from "../core/iso.ts";
import { jsonAnswer, type HttpAnswer, type HttpCall } from "../protocol/message.ts";
import { appendVersions, contentState } from "./content.ts";
import { freeName } from "./drive-items.ts";
import { driveItemJson } from "./drive-json.ts";
import type { ItemVersion } from "./item.ts";
import { findSiteOfDrive, type Site } from "./site.ts";
import { UPLOAD_ROOT } from "./upload-routes.ts";
import {
  findUpload,
  receivedOf,
  UPLOAD_LIFE_MS,
  uploadEvents,
  type UploadSession,
} from "./upload-session.ts";

const MAX_FRAGMENT_BYTES = 60 * 1024 * 1024;
const FRAGMENT_UNIT_BYTES = 320 * 1024;

export function isUploadPath(path: string): boolean {
  return path.startsWith(UPLOAD_ROOT);
}

/**
 * What the address of an upload session answers: `PUT` of a fragment, `GET` of its status, `POST` to finish a deferred
 * one, `DELETE` to cancel it. There is no token; the address itself is the secret. One request is one transaction.
 * https://learn.microsoft.com/graph/api/driveitem-createuploadsession
 */
export function answerUpload(call: HttpCall, engine: Engine): HttpAnswer {
  const path = call.target.split("?")[0] ?? "";
  const id = path.slice(UPLOAD_ROOT.length);
  engine.advance();
  const session = findUpload({ world: engine.world, now: engine.now() }, id);
  const entry = {
    kind: "request",
    tenantId: session?.tenantId ?? "",
    method: call.method,
    path,
    appId: null,
    userId: null,
    requestId: null,
    clientRequestId: call.headers["client-request-id"] ?? null,
  } as const;
  return engine.execute(entry, (context) => {
    try {
      if (session === null) {
        throw new GraphError(404, "itemNotFound", "The upload session was not found.");
      }
      const answer = answerSession(call, context, session);
      return { status: answer.status, code: null, answer };
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      const { status, code, message } = error;
      return { status, code, answer: jsonAnswer(status, { error: { code, message } }) };
    }
  }).answer;
}

function answerSession(call: HttpCall, context: Context, session: UploadSession): HttpAnswer {
  switch (call.method) {
    case "GET":
      return statusAnswer(200, session);
    case "PUT":
      return receive(call, context, session);
    case "POST":
      return finish(context, session);
    case "DELETE":
      context.emit(uploadEvents.uploadEnded, { id: session.id });
      return { status: 204, headers: {}, body: "" };
    default:
      throw new GraphError(405, "invalidRequest", "The method is not allowed.");
  }
}

/** Takes the next fragment; the last one makes the file. */
function receive(call: HttpCall, context: Context, session: UploadSession): HttpAnswer {
  const { start, total } = readRange(call);
  const received = receivedOf(session);
  if (session.size !== null && session.size !== total) {
    throw new GraphError(400, "invalidRequest", "All fragments must declare the same file size.");
  }
  if (start !== received) {
    throw new GraphError(
      416,
      "invalidRange",
      `The next expected range begins at byte ${received}.`,
    );
  }
  const isLast = start + call.bytes.length === total;
  if (!isLast && call.bytes.length % FRAGMENT_UNIT_BYTES !== 0) {
    throw new GraphError(
      400,
      "invalidRequest",
      `The size of a fragment must be a multiple of ${FRAGMENT_UNIT_BYTES} bytes.`,
    );
  }
  const part = { hash: context.blobs.put(call.bytes), size: call.bytes.length };
  const grown: UploadSession = {
    ...session,
    size: total,
    parts: [...session.parts, part],
    expiresAt: context.now + UPLOAD_LIFE_MS,
  };
  context.emit(uploadEvents.uploadChanged, { session: grown });
  return isLast && !session.isCommitDeferred ? commit(context, grown) : statusAnswer(202, grown);
}

/** The zero-length POST that ends a deferred upload. */
function finish(context: Context, session: UploadSession): HttpAnswer {
  if (session.size === null || receivedOf(session) < session.size) {
    throw new GraphError(400, "invalidRequest", "Not all bytes of the file have arrived.");
  }
  return commit(context, session);
}

/** `bytes 0-25/128`, which must fit the body. */
function readRange(call: HttpCall): { readonly start: number; readonly total: number } {
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(call.headers["content-range"] ?? "");
  const [start, end, total] = [match?.[1], match?.[2], match?.[3]].map(Number) as [
    number,
    number,
    number,
  ];
  const isSound = match !== null && end - start + 1 === call.bytes.length && end < total;
  if (!isSound || call.bytes.length > MAX_FRAGMENT_BYTES) {
    throw new GraphError(400, "invalidRequest", "The Content-Range does not fit the body.");
  }
  return { start, total };
}

function commit(context: Context, session: UploadSession): HttpAnswer {
  const acting = context.inTenant(session.tenantId);
  const site = findSiteOfDrive(acting, session.tenantId, session.driveId);
  if (site === null) throw new GraphError(404, "itemNotFound", "The drive is gone.");
  const content = contentState.of(context);
  const existing = existingOf(context, site, session);
  const isTaken = existing !== null && session.target.itemId === null;
  if (isTaken && (session.conflictBehavior === "fail" || existing.kind === "folder")) {
    throw new GraphError(
      409,
      "nameAlreadyExists",
      "Another file exists with the same name as the uploaded session.",
    );
  }
  const isNew = existing === null || (isTaken && session.conflictBehavior === "rename");
  const bytes = Buffer.concat(session.parts.map(({ hash }) => context.blobs.get(hash)));
  const itemId = isNew ? `01${context.newId().replaceAll("-", "").toUpperCase()}` : existing.itemId;
  appendVersions(acting, site.container, [
    {
      ...(isNew ? { kind: "file", parentId: session.target.parentId } : existing),
      itemId,
      name: isNew
        ? freeName(context, site, session.target.parentId, session.target.name)
        : existing.name,
      content: { kind: "blob", hash: context.blobs.put(bytes), size: bytes.length },
      at: context.now,
      by: session.author,
    },
  ]);
  context.emit(uploadEvents.uploadEnded, { id: session.id });
  const item = content.read(site.container, itemId) as ItemVersion;
  return jsonAnswer(isNew ? 201 : 200, driveItemJson(context, site, item));
}

function existingOf(context: Context, site: Site, session: UploadSession): ItemVersion | null {
  const content = contentState.of(context);
  const { itemId, parentId, name } = session.target;
  if (itemId !== null) return content.read(site.container, itemId);
  const [existing = null] = content.named(site.container, parentId, name);
  return existing;
}

function statusAnswer(status: number, session: UploadSession): HttpAnswer {
  const received = receivedOf(session);
  const isComplete = session.size !== null && received >= session.size;
  return jsonAnswer(status, {
    expirationDateTime: iso(session.expiresAt),
    nextExpectedRanges: isComplete ? [] : [`${received}-`],
  } satisfies UploadSessionEntity);
}
