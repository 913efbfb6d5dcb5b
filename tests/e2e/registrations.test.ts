import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startLocalCopy } from "../support/local-copy.ts";

let local: Awaited<ReturnType<typeof startLocalCopy>>;

beforeAll(async () => {
  local = await startLocalCopy();
});

afterAll(() => local.stop());

interface Registered {
  readonly name: string;
  readonly config: {
    readonly bindings: readonly { readonly type: string; readonly route?: string }[];
  };
}

// Names and routes are stored in histories and in other people's scripts: a change of this list is a decision.
test("the app registers what it is known to register", async () => {
  const keys = JSON.parse(await readFile(join(local.dataPath, "host", "keys.json"), "utf8")) as {
    masterKey: string;
  };
  const response = await fetch(new URL("/admin/functions", local.copy.hostUrl), {
    headers: { "x-functions-key": keys.masterKey },
  });
  const functions = (await response.json()) as Registered[];

  const listed = functions
    .map(({ name, config }) => {
      const trigger = config.bindings.find(({ type }) => /trigger$/iu.test(type));
      return `${trigger?.type} ${name}${trigger?.route === undefined ? "" : ` ${trigger.route}`}`;
    })
    .sort();

  expect(listed).toMatchSnapshot();
});
