import { appendVersions, contentState } from "../content/content.ts";
import { defineScenario } from "./scenario.ts";
import { instantOf, StrikeAnswer, StrikeInput, strikeUnits } from "./strike.ts";

export const massDeletion = defineScenario({
  name: "mass-deletion",
  summary: "Everything in the chosen units is deleted, as by a script with too many rights.",
  input: StrikeInput,
  answer: StrikeAnswer,
  run: (context, input) =>
    strikeUnits(context, input, (strike) => {
      strike.units.forEach(({ container, name }, position) => {
        const at = instantOf(strike, position, strike.units.length);
        const versions = contentState
          .of(context)
          .list(container)
          .filter((item) => item.kind !== "mailFolder")
          .map((item) => ({ ...item, isDeleted: true, at, by: name }));
        appendVersions(context, container, versions);
      });
    }),
});
