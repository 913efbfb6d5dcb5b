import { expect, test } from "@jest/globals";
import * as fc from "fast-check";

import type { ItemVersion } from "../../../../simulator/content/item.ts";
import { liveOf, PresentItems } from "../../../../simulator/content/present-items.ts";

const NAMES = ["a", "A", "b", "c"];
const PARENTS = [null, "0", "1"];

/** Versions in order of time, few items and names, so that they meet. */
const versions = fc
  .array(
    fc.record({
      item: fc.nat({ max: 5 }),
      name: fc.nat({ max: 3 }),
      parent: fc.nat({ max: 2 }),
      isDeleted: fc.boolean(),
      isRoot: fc.integer({ min: 0, max: 9 }),
    }),
    { maxLength: 40 },
  )
  .map((list) =>
    list.map(({ item, name, parent, isDeleted, isRoot }, at): ItemVersion => {
      return {
        itemId: isRoot === 0 ? "root" : String(item),
        kind: isRoot === 0 ? "root" : "file",
        parentId: PARENTS[parent] ?? null,
        name: NAMES[name] ?? "",
        content: null,
        isDeleted,
        at,
        createdAt: 0,
        by: "Somebody",
        message: null,
      };
    }),
  );

function viewOf(present: PresentItems): unknown {
  return {
    versions: [...present.versions],
    live: present.live,
    deleted: present.deleted,
    children: PARENTS.map((parentId) => present.children(parentId)),
    named: PARENTS.flatMap((parentId) => NAMES.map((name) => present.named(parentId, name))),
    histories: ["root", "0", "1", "2", "3", "4", "5"].map((id) => [...present.history(id)]),
  };
}

test("what grew version by version is what is arranged at once, asked or not asked in between", () => {
  fc.assert(
    fc.property(versions, fc.nat({ max: 40 }), (list, cut) => {
      const grown = new PresentItems(list.slice(0, cut));
      for (const version of list.slice(cut)) {
        // Asking makes the arrangements that have to be kept up from then on.
        if (version.at % 3 === 0) viewOf(grown);
        expect(grown.add(version)).toBe(true);
      }
      const made = new PresentItems(list);
      expect(viewOf(grown)).toEqual(viewOf(made));
      expect(made.live).toEqual(liveOf(list));
      expect(made.children(null)).toEqual(made.live.filter(({ parentId }) => parentId === null));
    }),
    { numRuns: 300 },
  );
});

test("a version that belongs before another one is not taken", () => {
  fc.assert(
    fc.property(versions, (list) => {
      const last = list.at(-1);
      fc.pre(last !== undefined && last.at > 0);
      const present = new PresentItems(list);
      const before = viewOf(present);
      expect(present.add({ ...last, at: 0 })).toBe(false);
      expect(viewOf(present)).toEqual(before);
    }),
    { numRuns: 50 },
  );
});
