import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { planCopy, planRollback } from "../../../simulator/backup/restore-files.ts";
import { CASES, expectEqual } from "./expect-equal.ts";
import { driveStep, DriveHistory } from "./drive-model.ts";
import { InMemoryContent } from "./in-memory-content.ts";

const history = fc.record({
  steps: fc.array(driveStep, { minLength: 1, maxLength: 30 }),
  moment: fc.nat({ max: 999 }),
});

test.each(["site", "drive"] as const)(
  `a %s rolled back after any of ${CASES} random histories is exactly what it was`,
  (kind) => {
    let restored = 0;
    fc.assert(
      fc.property(history, ({ steps, moment }) => {
        const drive = new DriveHistory(new InMemoryContent(kind), steps);
        expectEqual(drive.content.view(), drive.model);
        const place = moment % drive.moments.length;
        drive.rollBackTo(place);
        expectEqual(drive.content.view(), drive.moments[place]?.model);
        const { at = 0 } = drive.moments[place] ?? {};
        const { content } = drive;
        expect(planRollback(content.states(at), content.states(), at)).toEqual([]);
        restored += 1;
      }),
      { numRuns: CASES },
    );
    expect(restored).toBe(CASES);
  },
);

test("the past stays readable at every instant, whatever was restored since", () => {
  fc.assert(
    fc.property(history, ({ steps, moment }) => {
      const drive = new DriveHistory(new InMemoryContent("drive"), steps);
      drive.rollBackTo(moment);
      for (const { at, model } of drive.moments) expectEqual(drive.content.view(at), model);
    }),
    { numRuns: 300 },
  );
});

test("a copy has the names, bytes, times, labels and version histories of the original under new ids, and no sharing", () => {
  fc.assert(
    fc.property(fc.array(driveStep, { maxLength: 25 }), (steps) => {
      const { content, model } = new DriveHistory(new InMemoryContent("site"), steps);
      const copy = new InMemoryContent("site");
      let next = 0;
      const versions = planCopy(content.states(), {
        newItemId: () => `01COPY${(next += 1)}`,
        hasHistory: true,
      });
      copy.write(versions);
      const made = copy.view() as typeof model;
      expect(Object.keys(made).some((id) => id in model)).toBe(false);
      expectEqual(described(made), described(withoutSharing(model)));
    }),
    { numRuns: 500 },
  );
});

type Model = DriveHistory["model"];

function withoutSharing(model: Model): Model {
  return Object.fromEntries(
    Object.entries(model)
      .filter(([, { kind }]) => kind !== "root")
      .map(([id, item]) => {
        const { permissions: _permissions, ...rest } = (item.governance ?? {}) as {
          permissions?: unknown;
        };
        return [id, { ...item, governance: Object.keys(rest).length === 0 ? null : rest }];
      }),
  );
}

/** The items with the names of their folders instead of ids. */
function described(model: Model): unknown[] {
  const pathOf = (id: string | null): string =>
    id === null ? "" : `${pathOf(model[id]?.parentId ?? null)}/${model[id]?.name ?? ""}`;
  return Object.values(model)
    .map(({ parentId, versions, kind, ...item }) => ({
      ...item,
      kind,
      folder: pathOf(parentId),
      versions: kind === "file" ? versions : [],
    }))
    .sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
}
