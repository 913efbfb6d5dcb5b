import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { planCopy, planRollback } from "../../../simulator/backup/restore-files.ts";
import {
  differingItems,
  planMailboxInPlace,
  planMailboxNewFolder,
} from "../../../simulator/backup/restore-mailbox.ts";
import type { NewVersion } from "../../../simulator/content/content.ts";
import type { ItemVersion } from "../../../simulator/content/item.ts";
import { stateOf } from "../../contract/simulator/backup/backup-world.ts";
import { applyVersion, change, replay } from "./histories.ts";

const histories = fc.record({
  before: fc.array(change, { maxLength: 25 }),
  after: fc.array(change, { maxLength: 25 }),
});

function applied(items: readonly ItemVersion[], versions: readonly NewVersion[]): ItemVersion[] {
  const result = new Map(items.map((item) => [item.itemId, item]));
  for (const version of versions) applyVersion(result, version, 1_000_000);
  return [...result.values()];
}

function counter(): () => string {
  let next = 0;
  return () => {
    next += 1;
    return `01COPY${next}`;
  };
}

test("a rollback gives exactly the state of the chosen time, and nothing when nothing changed", () => {
  fc.assert(
    fc.property(histories, ({ before, after }) => {
      const past = replay([], before, "files");
      const current = replay(past, after, "files", 1_000);
      const versions = planRollback(past, current);
      expect(stateOf(applied(current, versions))).toEqual(stateOf(past));
      expect(planRollback(past, past)).toEqual([]);
      expect(planRollback(past, applied(current, versions))).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});

test("a copy has the same names, bytes and folders under new ids", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 25 }), (before) => {
      const past = replay([], before, "files");
      const copy = applied([], planCopy(past, counter()));
      expect(paths(copy)).toEqual(paths(past));
      const ids = new Set(past.map(({ itemId }) => itemId));
      expect(copy.some(({ itemId }) => ids.has(itemId))).toBe(false);
    }),
    { numRuns: 500 },
  );
});

function paths(items: readonly ItemVersion[]): unknown[] {
  return items.map((item) => [pathOf(items, item), item.kind, item.content]);
}

function pathOf(items: readonly ItemVersion[], item: ItemVersion, depth = 0): string {
  const parent = items.find(({ itemId }) => itemId === item.parentId);
  // Moves of random histories may tie folders into a circle, as no service would.
  return parent === undefined || depth > 30
    ? `/${item.name}`
    : `${pathOf(items, parent, depth + 1)}/${item.name}`;
}

const plan = (past: readonly ItemVersion[], current: readonly ItemVersion[]) => ({
  past,
  current,
  folderName: "Recovered Items",
  newItemId: counter(),
});

test("a mailbox gets back what was changed or deleted, and keeps everything else", () => {
  fc.assert(
    fc.property(histories, ({ before, after }) => {
      const past = replay([], before, "mail");
      const current = replay(past, after, "mail", 1_000);
      const made = planMailboxInPlace(plan(past, current));
      const restored = new Map(applied(current, made.versions).map((item) => [item.itemId, item]));
      const wanted = new Map(differingItems(past, current).map((item) => [item.itemId, item]));
      expect(made.restoredItemCount).toBe(wanted.size);
      for (const item of past.filter(
        ({ kind, message }) => kind === "message" && !message?.isDraft,
      )) {
        expect(restored.get(item.itemId)?.name).toBe(item.name);
        expect(restored.get(item.itemId)?.content).toEqual(item.content);
      }
      for (const item of current) {
        if (!wanted.has(item.itemId)) expect(restored.get(item.itemId)).toEqual(item);
      }
      for (const item of restored.values()) {
        const isOurs = wanted.has(item.itemId);
        if (isOurs && item.parentId !== null) expect(restored.has(item.parentId)).toBe(true);
      }
    }),
    { numRuns: 1_000 },
  );
});

test("a restore into a new folder touches nothing and makes no folder when nothing differs", () => {
  fc.assert(
    fc.property(histories, ({ before, after }) => {
      const past = replay([], before, "mail");
      const current = replay(past, after, "mail", 1_000);
      const made = planMailboxNewFolder(plan(past, current));
      const restored = applied(current, made.versions);
      expect(restored).toEqual(expect.arrayContaining([...current]));
      const differing = differingItems(past, current);
      expect(made.folder === null).toBe(differing.length === 0);
      const inside = restored.filter(({ parentId }) => parentId === made.folder?.id);
      if (made.folder !== null) expect(texts(inside)).toEqual(texts(differing));
    }),
    { numRuns: 1_000 },
  );
});

function texts(items: readonly ItemVersion[]): unknown[] {
  return items.map(({ name, content }) => ({ name, content }));
}

test("drafts never come back", () => {
  fc.assert(
    fc.property(histories, ({ before, after }) => {
      const past = replay([], before, "mail");
      const current = replay(past, after, "mail", 1_000);
      expect(differingItems(past, current).some(({ message }) => message?.isDraft)).toBe(false);
    }),
    { numRuns: 300 },
  );
});
