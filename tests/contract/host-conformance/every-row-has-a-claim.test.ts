import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { ROWS } from "./rows.ts";

const CLAIM = /^claim\("([^"]+)"/gmu;

test.each(Object.entries(ROWS))(
  "every row of the section %s has exactly one claim",
  async (section, rows) => {
    const file = new URL(`./${section}.test.ts`, import.meta.url);
    const claimed = [...(await readFile(file, "utf8")).matchAll(CLAIM)].map(([, row]) => row);
    expect(new Set(claimed)).toEqual(new Set(Object.keys(rows)));
    expect(claimed).toHaveLength(Object.keys(rows).length);
  },
);
