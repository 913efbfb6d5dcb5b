import { appendVersions, contentState, type NewVersion } from "../content/content.ts";
import type { ItemVersion } from "../content/item.ts";
import { defineScenario } from "./scenario.ts";
import { instantOf, StrikeAnswer, StrikeInput, strikeUnits, type Strike } from "./strike.ts";

export const ransomware = defineScenario({
  name: "ransomware",
  summary:
    "Files are overwritten with bytes that have no pattern and renamed *.locked; mail is deleted, but for drafts.",
  input: StrikeInput,
  answer: StrikeAnswer,
  run: (context, input) =>
    strikeUnits(context, input, (strike) => {
      strike.units.forEach(({ container, name }, position) => {
        const at = instantOf(strike, position, strike.units.length);
        const versions = contentState
          .of(context)
          .list(container)
          .filter((item) => item.kind === "file" || item.message?.isDraft === false)
          .map((item) => damage(item, strike, name, at));
        appendVersions(context, container, versions);
      });
    }),
});

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
