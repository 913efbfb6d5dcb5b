import { z } from "zod";

import { appendVersions, contentState, type NewVersion } from "../content/content.ts";
import { changeGovernance, type ItemPermission } from "../content/governance.ts";
import { modificationOf, type Container, type ItemVersion } from "../content/item.ts";
import { defineEvent, defineState, defineTransition } from "../core/area.ts";
import type { Context } from "../core/context.ts";
import { iso, parseInstant } from "../core/iso.ts";
import { createSequence, digest, fraction, guidFrom } from "../core/random.ts";
import { At, defineScenario } from "./scenario.ts";
import {
  AffectedUnits,
  chooseUnits,
  isOneChoice,
  ONE_CHOICE,
  startsAt,
  UNIT_CHOICE,
  type ChosenUnit,
} from "./strike.ts";

const DAY_MS = 24 * 60 * 60_000;
/** A drift of the past happens in one transaction: so many changes take some seconds. */
const MAX_CHANGES = 20_000;

/** One unit that drifts, and when. */
interface Change {
  readonly unit: ChosenUnit;
  /** Unix milliseconds. */
  readonly at: number;
}

interface DriftPlan {
  readonly id: string;
  readonly units: readonly ChosenUnit[];
  readonly changesPerUnit: number;
  readonly startsAt: number;
  readonly endsAt: number;
}

/** All changes of every drift that still goes on, in order of time. */
export const driftState = defineState(
  "scenarios.drift",
  () => new Map<string, readonly Change[]>(),
);

const driftBegan = defineEvent(
  driftState,
  "scenario.driftBegan",
  (drifts, plan: DriftPlan) => {
    drifts.set(plan.id, listChanges(plan));
  },
  ({ id }) => id,
);

const driftEnded = defineEvent(
  driftState,
  "scenario.driftEnded",
  (drifts, { id }: { readonly id: string }) => {
    drifts.delete(id);
  },
  ({ id }) => id,
);

export const driftEvents = [driftBegan, driftEnded];

/** Makes the change at a position and waits for the next one. */
export const contentDrifted = defineTransition<{ readonly id: string; readonly position: number }>(
  "scenario.contentDrifted",
  (context, { id, position }) => {
    const changes = driftState.of(context).get(id) ?? [];
    const change = changes[position];
    if (change !== undefined) apply(context, id, change, position);
    continueDrift(context, id, changes, position + 1);
  },
);

export const contentDrift = defineScenario({
  name: "content-drift",
  summary:
    "People work: over a window, files of the chosen units are edited, renamed, moved, added, shared, labelled and deleted, and mail arrives, is filed and deleted.",
  input: z
    .strictObject({
      ...UNIT_CHOICE,
      startsAt: startsAt.describe("When it begins (default: seven days ago)."),
      endsAt: startsAt.describe(
        "When it ends (default: now). What lies in the future happens when its time comes.",
      ),
      changesPerUnit: z.int().positive().max(1_000).default(5),
    })
    .refine(isOneChoice, ONE_CHOICE),
  answer: z.strictObject({
    affected: AffectedUnits,
    at: At,
    startedAt: At,
    endsAt: At,
    changes: z.int().describe("How many changes the window holds."),
    ahead: z.int().describe("How many of them lie in the future."),
  }),
  run(context, input) {
    const ends = instant(input.endsAt) ?? context.now;
    const begins = instant(input.startsAt) ?? Math.min(ends, context.now) - 7 * DAY_MS;
    if (begins > ends) refuse("startsAt", "It must not begin after it ends.", input);
    const { units, affected } = chooseUnits(context, input);
    if (units.length * input.changesPerUnit > MAX_CHANGES) {
      refuse("changesPerUnit", `A drift has at most ${MAX_CHANGES} changes.`, input);
    }
    const plan: DriftPlan = {
      id: context.newId(),
      units,
      changesPerUnit: input.changesPerUnit,
      startsAt: begins,
      endsAt: ends,
    };
    const changes = listChanges(plan);
    const ahead = changes.filter(({ at }) => at > context.now).length;
    if (ahead > 0) context.emit(driftBegan, plan);
    const past = changes.length - ahead;
    for (let position = 0; position < past; position += 1) {
      apply(context, plan.id, changes[position] as Change, position);
    }
    if (ahead > 0) continueDrift(context, plan.id, changes, past);
    return {
      affected,
      at: iso(context.now),
      startedAt: iso(begins),
      endsAt: iso(ends),
      changes: changes.length,
      ahead,
    };
  },
});

function instant(text: string | undefined): number | null {
  return text === undefined ? null : parseInstant(text);
}

function refuse(path: string, message: string, input: unknown): never {
  throw new z.ZodError([{ code: "custom", path: [path], message, input }]);
}

/** A pure function of the plan, so that the plan alone need be stored. */
function listChanges({ id, units, changesPerUnit, startsAt, endsAt }: DriftPlan): Change[] {
  const span = endsAt - startsAt;
  return units
    .flatMap((unit) =>
      Array.from({ length: changesPerUnit }, (_, number) => ({
        unit,
        at:
          startsAt +
          Math.floor(span * fraction("drift", id, unit.container.kind, unit.container.id, number)),
      })),
    )
    .sort((left, right) => left.at - right.at);
}

function continueDrift(
  context: Context,
  id: string,
  changes: readonly Change[],
  position: number,
): void {
  const next = changes[position];
  if (next === undefined) context.emit(driftEnded, { id });
  else context.schedule(next.at, contentDrifted, { id, position });
}

function apply(context: Context, id: string, { unit, at }: Change, position: number): void {
  const version = changeOf(context, unit.container, { at, key: `${id}/${position}` });
  if (version === null) return;
  appendVersions(context, unit.container, [{ ...version, at, by: unit.name }]);
}

/** What people do with files, and how often of a hundred times. */
const FILE_DEEDS = {
  edit: 35,
  rename: 15,
  add: 15,
  move: 12,
  share: 10,
  label: 5,
  delete: 8,
} as const;
/** What happens in mailboxes. */
const MAIL_DEEDS = { receive: 60, mark: 15, file: 15, delete: 10 } as const;

/** One of the deeds, as often as it says, chosen by a number in [0, 1). */
function deedOf<T extends string>(deeds: Readonly<Record<T, number>>, number: number): T {
  const names = Object.keys(deeds) as T[];
  let rest = number * 100;
  return names.find((name) => (rest -= deeds[name]) < 0) ?? (names[0] as T);
}

/** Each change is one version of one item; null when there is nothing to change. */
function changeOf(
  context: Context,
  container: Container,
  { at, key }: { readonly at: number; readonly key: string },
): NewVersion | null {
  const all = contentState.of(context).list(container, at);
  const wanted = container.kind === "mailbox" ? "message" : "file";
  const items = all.filter(({ kind, message }) => kind === wanted && message?.isDraft !== true);
  const next = createSequence("drift", key);
  const item = items[Math.floor(next() * items.length)];
  if (item === undefined) return null;
  const folders = all.filter(({ kind }) => kind === "folder" || kind === "mailFolder");
  const change: ItemChange = { context, item, folders, next, at, key };
  return item.kind === "message" ? mailChange(change) : fileChange(change);
}

interface ItemChange {
  readonly context: Context;
  readonly item: ItemVersion;
  readonly folders: readonly ItemVersion[];
  readonly next: () => number;
  readonly at: number;
  readonly key: string;
}

function fileChange({ context, item, folders, next, key }: ItemChange): NewVersion {
  const tag = digest(key).toString("hex", 0, 3);
  const size = Math.max(64, Math.round((item.content?.size ?? 0) * (0.8 + 0.4 * next())));
  const content = { kind: "text", key, size } as const;
  switch (deedOf(FILE_DEEDS, next())) {
    case "edit":
      return { ...item, content };
    case "rename":
      return { ...item, name: tagged(item.name, tag) };
    case "move": {
      const folder = folders[Math.floor(next() * (folders.length + 1))];
      return { ...item, parentId: folder?.itemId ?? null };
    }
    case "share":
      return { ...item, ...sharing(item, key) };
    case "label": {
      const id = guidFrom("drift", "label", Math.floor(next() * 3));
      const sensitivityLabel = { id, assignmentMethod: "standard" } as const;
      return { ...item, governance: changeGovernance(item.governance, { sensitivityLabel }) };
    }
    case "delete":
      return { ...item, isDeleted: true };
    case "add": {
      const { itemId: _itemId, createdAt: _createdAt, governance: _governance, ...rest } = item;
      const itemId = `01${context.newId().replaceAll("-", "").toUpperCase()}`;
      return { ...rest, itemId, name: tagged(item.name, tag), content };
    }
  }
}

/** A link for everybody in the organization comes, or all sharing of the file ends. */
function sharing(item: ItemVersion, key: string): Pick<NewVersion, "governance" | "as"> {
  const { permissions: current = [] } = item.governance ?? {};
  const link: ItemPermission = {
    id: digest("drift", "permission", key).toString("base64url"),
    role: "read",
    grantees: [],
    link: { type: "view", scope: "organization", application: null },
    invitation: null,
    expiresAt: null,
  };
  const permissions = current.length === 0 ? [link] : null;
  const { at, by } = modificationOf(item);
  return {
    governance: changeGovernance(item.governance, { permissions }),
    as: { kind: "sharing", at, by },
  };
}

function mailChange({ context, item, folders, next, at }: ItemChange): NewVersion {
  const { message } = item;
  switch (deedOf(MAIL_DEEDS, next())) {
    case "receive":
      return anotherMessage(context, item, at);
    case "mark":
      return {
        ...item,
        message: message === null ? null : { ...message, isRead: true, categories: ["Follow up"] },
      };
    case "file": {
      const folder = folders[Math.floor(next() * folders.length)];
      return { ...item, parentId: folder?.itemId ?? item.parentId };
    }
    case "delete":
      return { ...item, isDeleted: true };
  }
}

function anotherMessage(context: Context, like: ItemVersion, at: number): NewVersion {
  const { createdAt: _createdAt, ...rest } = like;
  const id = context.newId();
  return {
    ...rest,
    itemId: `AAMk${Buffer.from(id.replaceAll("-", ""), "hex").toString("base64url")}`,
    name: like.name.startsWith("Re: ") ? like.name : `Re: ${like.name}`,
    content: { kind: "text", key: id, size: like.content?.size ?? 512 },
    message:
      like.message === null
        ? null
        : {
            ...like.message,
            sentAt: at,
            isRead: false,
            internetMessageId: `<${id}@drift.example>`,
          },
  };
}

/** `plan.docx` becomes `plan 3fa2b1.docx`; an older tag is replaced. */
function tagged(name: string, tag: string): string {
  const [, stem = name, extension = ""] = /^(.*?)(?: [0-9a-f]{6})?(\.[^.]*)?$/.exec(name) ?? [];
  return `${stem} ${tag}${extension}`;
}
