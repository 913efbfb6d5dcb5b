import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "@jest/globals";

import type {
  ArtifactShape,
  PolicyShape,
  SessionShape,
  UnitShape,
} from "../../../../simulator/backup/graph-shapes.ts";
import { shapedAs } from "../../../../simulator/core/shaped-as.ts";

const entity = { "@odata.type": "#microsoft.graph.any", id: "1" };

const stranger = { protectedUnits: 1 };

/** The compiler is the judge here: an expected error that does not come is an error of its own. */
export const refusedByTheCompiler = [
  // @ts-expect-error -- Microsoft's type has no such member, though a spread hides it from the usual check.
  shapedAs<PolicyShape>()({ ...entity, isEnabled: true, ...stranger }),
  // @ts-expect-error -- The enumeration has no such member.
  shapedAs<PolicyShape>()({ ...entity, isEnabled: true, status: "sleeping" }),
  shapedAs<UnitShape>()({
    ...entity,
    status: "protected",
    protectionSources: "manual",
    offboardRequestedDateTime: null,
    // @ts-expect-error -- A text.
    policyId: 4,
  }),
  // @ts-expect-error -- An entity says of which type it is.
  shapedAs<SessionShape>()({ id: "1", restoreJobType: "standard" }),
  // @ts-expect-error -- That is restoredItemCount.
  shapedAs<ArtifactShape>()({ ...entity, restorePoint: null, restoredItems: 3 }),
];

test("a shaped value is the value", () => {
  const value = { ...entity, isEnabled: true, status: "active" as const };
  expect(shapedAs<PolicyShape>()(value)).toBe(value);
});

test("Microsoft's types are only types: nothing of the package is loaded", () => {
  const root = fileURLToPath(new URL("../../../../simulator", import.meta.url));
  const loading = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .filter((file) =>
      /import (?!type)[^;]*from "@microsoft\/microsoft-graph-types/.test(
        readFileSync(join(root, file), "utf8"),
      ),
    );
  expect(loading).toEqual([]);
});
