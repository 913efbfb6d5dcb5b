import { appendVersions, contentState, type NewVersion } from "../content/content.ts";
import type { ItemVersion } from "../content/item.ts";
import type { Engine } from "../core/engine.ts";
import { instantOf, runScenario, type Strike } from "./scenario.ts";

/** Files are overwritten with bytes that have no pattern and renamed `*.locked`; mail is deleted, but for drafts. */
export function runRansomware(engine: Engine, body: unknown) {
  return runScenario(engine, "ransomware", body, (context, strike) => {
    strike.units.forEach(({ container, name }, position) => {
      const versions = contentState
        .of(context)
        .list(container)
        .filter((item) => item.kind === "file" || item.message?.isDraft === false)
        .map((item) =>
          damage(item, strike, name, instantOf(strike, position, strike.units.length)),
        );
      appendVersions(context, container, versions);
    });
  });
}

function damage(item: ItemVersion, strike: Strike, by: string, at: number): NewVersion {
  if (item.kind === "message") return { ...item, isDeleted: true, at, by };
  return {
    ...item,
    name: `${item.name}.locked`,
    content: {
      kind: "random",
      key: `${strike.input.seed}/${item.itemId}/${at}`,
      size: (item.content?.size ?? 0) + 256,
    },
    at,
    by,
  };
}
