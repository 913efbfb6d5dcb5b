import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { planMailboxNewFolder } from "../../../simulator/backup/restore-mailbox.ts";
import { CASES, expectEqual } from "./expect-equal.ts";
import { InMemoryContent } from "./in-memory-content.ts";
import {
  isAnother,
  MailHistory,
  mailStep,
  modelOf,
  type MailModel,
  type ModelMail,
} from "./mailbox-model.ts";

const history = fc.record({
  steps: fc.array(mailStep, { minLength: 1, maxLength: 30 }),
  moment: fc.nat({ max: 999 }),
});

/** Messages of a moment that are not now what they were; drafts are never backed up. */
function differing(then: MailModel, now: MailModel): string[] {
  return Object.keys(then).filter((id) => {
    const mail = then[id];
    return mail !== undefined && !mail.isFolder && !mail.isDraft && isAnother(now[id], mail);
  });
}

test(`a mailbox restored after any of ${CASES} random histories gets back what was changed or deleted, and nothing else changes`, () => {
  let restored = 0;
  fc.assert(
    fc.property(history, ({ steps, moment }) => {
      const mailbox = new MailHistory(new InMemoryContent("mailbox"), steps);
      expectEqual(modelOf(mailbox.content.list()), mailbox.model);
      const { at, model: then } = mailbox.moments[moment % mailbox.moments.length] ?? {
        at: 0,
        model: {},
      };
      const before = mailbox.model;
      const plan = mailbox.planTo(at);
      mailbox.content.write(plan.versions);
      const wanted = differing(then, before);
      expect(plan.restoredItemCount).toBe(wanted.length);
      const expected: Record<string, unknown> = { ...before };
      for (const id of wanted) {
        const parentId = then[id]?.parentId ?? null;
        const hasFolder = parentId === null || before[parentId]?.isFolder === true;
        expected[id] = { ...then[id], parentId: hasFolder ? parentId : plan.folder?.id };
      }
      const { [plan.folder?.id ?? ""]: folder, ...after } = modelOf(mailbox.content.list());
      expectEqual(after, expected);
      // A folder for recovered items is only made for items whose own is gone.
      expect(folder !== undefined).toBe(
        wanted.some((id) => {
          const parentId = then[id]?.parentId ?? null;
          return parentId !== null && before[parentId] === undefined;
        }),
      );
      expect(mailbox.planTo(at).versions).toEqual([]);
      restored += 1;
    }),
    { numRuns: CASES },
  );
  expect(restored).toBe(CASES);
});

test("a restore into a new folder touches nothing and makes no folder when nothing differs", () => {
  fc.assert(
    fc.property(history, ({ steps, moment }) => {
      const mailbox = new MailHistory(new InMemoryContent("mailbox"), steps);
      const { at, model: then } = mailbox.moments[moment % mailbox.moments.length] ?? {
        at: 0,
        model: {},
      };
      const { content, model: before } = mailbox;
      const plan = planMailboxNewFolder({
        past: content.list(at),
        current: content.list(),
        folderName: "Restored Items",
        newItemId: () => content.newId(),
      });
      content.write(plan.versions);
      const after = modelOf(content.list());
      const wanted = differing(then, before);
      expect(plan.folder === null).toBe(wanted.length === 0);
      for (const [id, mail] of Object.entries(before)) expectEqual(after[id], mail);
      const made = Object.entries(after).filter(([id]) => before[id] === undefined);
      const copies = made.filter(([id]) => id !== plan.folder?.id).map(([, mail]) => mail);
      expect(texts(copies)).toEqual(
        texts(wanted.map((id) => ({ ...then[id], parentId: plan.folder?.id ?? null }))),
      );
    }),
    { numRuns: 300 },
  );
});

/** Messages as texts in an order of their own. */
function texts(mails: readonly Partial<ModelMail>[]): string[] {
  return mails
    .map(({ name, parentId, versioned, marks }) =>
      JSON.stringify([name, parentId, versioned, marks]),
    )
    .sort();
}
