import { readFileSync } from "node:fs";

import { expect, test } from "@jest/globals";

import { areas } from "../../../simulator/areas.ts";
import { renderCoverage } from "../../../simulator/coverage.ts";
import { validate } from "./metadata.ts";

/** Prettier pads the cells of a table; the text is what counts. */
const words = (text: string) => text.replaceAll(/[ -]+/g, " ").replaceAll(/\\?([_*])/g, "$1");

test("COVERAGE.md lists every route of the simulator (make it anew: npx tsx simulator/coverage.ts)", () => {
  const current = readFileSync(new URL("../../../simulator/COVERAGE.md", import.meta.url), "utf8");
  expect(words(current)).toBe(words(renderCoverage(current)));
});

test("every route names a type of the metadata, or none", () => {
  for (const route of areas.flatMap((area) => area.routes)) {
    if (route.definition === null) continue;
    const unknown = validate(route.definition, {}).filter((defect) =>
      defect.startsWith("There is no"),
    );
    expect({ path: route.path, unknown }).toEqual({ path: route.path, unknown: [] });
  }
});
