import { appendVersions, contentState } from "../content/content.ts";
import type { Engine } from "../core/engine.ts";
import { instantOf, runScenario } from "./scenario.ts";

/** Everything in the chosen units is deleted, as by a person or script with too many rights. */
export function runMassDeletion(engine: Engine, body: unknown) {
  return runScenario(engine, "mass-deletion", body, (context, strike) => {
    strike.units.forEach(({ container, name }, position) => {
      const at = instantOf(strike, position, strike.units.length);
      const versions = contentState
        .of(context)
        .list(container)
        .filter((item) => item.kind !== "mailFolder")
        .map((item) => ({ ...item, isDeleted: true, at, by: name }));
      appendVersions(context, container, versions);
    });
  });
}
