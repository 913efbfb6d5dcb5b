import { expect, test } from "@jest/globals";
import {
  compareDraft,
  type DraftArtifact,
  type PlannedUnit,
} from "../../../src/domain/restore-plan.ts";

const unit = (name: string): PlannedUnit => ({
  key: `exchange-${name}`,
  resourceId: name,
  protectionUnitId: name,
  restorePointId: `point-${name}`,
  protectionDateTime: "2026-03-01T00:00:00Z",
});
const artifact = (name: string, change: Partial<DraftArtifact> = {}): DraftArtifact => ({
  id: name,
  restorePointId: `point-${name}`,
  destinationType: "inPlace",
  ...change,
});

test("finds no difference in a draft that equals the plan, in any order", () => {
  expect(compareDraft([unit("a"), unit("b")], "inPlace", [artifact("b"), artifact("a")])).toEqual({
    missing: [],
    surplus: [],
  });
});

test.each<[string, DraftArtifact[], string[], string[]]>([
  ["an empty draft", [], ["a", "b"], []],
  ["a unit that is not planned", [artifact("a"), artifact("b"), artifact("c")], [], ["c"]],
  ["a unit twice", [artifact("a"), artifact("b"), artifact("a", { id: "a2" })], [], ["a2"]],
  ["another destination", [artifact("a"), artifact("b", { destinationType: "new" })], ["b"], ["b"]],
  ["no restore point", [artifact("a"), artifact("b", { restorePointId: null })], ["b"], ["b"]],
])("finds %s", (_, artifacts, missing, surplus) => {
  const difference = compareDraft([unit("a"), unit("b")], "inPlace", artifacts);
  expect(difference.missing.map(({ resourceId }) => resourceId)).toEqual(missing);
  expect(difference.surplus).toEqual(surplus);
});
