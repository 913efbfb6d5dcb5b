import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "@jest/globals";

import type {
  ArtifactShape,
  BrowsedItemShape,
  BrowseSessionShape,
  PolicyShape,
  SearchResultShape,
  SessionShape,
  UnitShape,
} from "../../../../simulator/backup/graph-shapes.ts";
import { shapedAs } from "../../../../simulator/core/shaped-as.ts";

const entity = { "@odata.type": "#microsoft.graph.any", id: "1" };

const browsing = {
  ...entity,
  status: "created" as const,
  restorePointId: "1",
  restorePointDateTime: "2026-01-01T00:00:00Z",
  createdDateTime: "2026-01-01T00:00:00Z",
  expirationDateTime: "2026-01-01T00:00:00Z",
  backupSizeInBytes: "1",
  error: null,
};

const browsed = {
  itemKey: "1",
  name: "Plan.docx",
  type: "file" as const,
  webUrl: "https://contoso.example/Plan.docx",
  itemsCount: 0,
  sizeInBytes: "1",
};

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
  // @ts-expect-error -- The number of hits is a number.
  shapedAs<SearchResultShape>()({ restorePoint: { id: "1" }, artifactHitCount: "1" }),
  // @ts-expect-error -- That is restorePointDateTime.
  shapedAs<BrowseSessionShape>()({ ...browsing, protectionDateTime: "2026-01-01T00:00:00Z" }),
  // @ts-expect-error -- A size is a text.
  shapedAs<BrowsedItemShape>()({ ...browsed, sizeInBytes: 4 }),
  // @ts-expect-error -- That is restoredItemCount.
  shapedAs<ArtifactShape>()({ ...entity, restorePoint: null, restoredItems: 3 }),
];

/** The same without the fault, so that each is refused for nothing else. */
export const takenByTheCompiler = [
  shapedAs<SearchResultShape>()({ restorePoint: { id: "1" }, artifactHitCount: 1 }),
  shapedAs<BrowseSessionShape>()(browsing),
  shapedAs<BrowsedItemShape>()(browsed),
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
