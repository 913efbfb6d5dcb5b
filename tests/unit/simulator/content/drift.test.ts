import { expect, test } from "@jest/globals";

import { contentState } from "../../../../simulator/content/content.ts";
import {
  isSameContent,
  type Container,
  type ItemVersion,
} from "../../../../simulator/content/item.ts";
import { createInProcessSimulator } from "../../../../simulator/protocol/in-process.ts";
import { OWNER, smallEstate } from "../../../contract/simulator/small-estate.ts";

const DAY_MS = 86_400_000;

interface Drifted {
  readonly affected: {
    readonly mailboxes: readonly { readonly id: string }[];
    readonly drives: readonly { readonly ownerId: string }[];
  };
}

/** What a version did to the item of the version before. */
function deedOf(version: ItemVersion, before: ItemVersion | undefined): string {
  if (before === undefined) return "add";
  if (version.isDeleted) return "delete";
  if (version.mark?.kind === "sharing") return "share";
  if (!isSameContent(version.content, before.content)) return "edit";
  if (version.name !== before.name) return "rename";
  if (version.parentId !== before.parentId) return "move";
  if (version.governance?.sensitivityLabel?.id !== before.governance?.sensitivityLabel?.id) {
    return "label";
  }
  return version.message?.categories === undefined ? "nothing" : "mark";
}

function containersOf(kind: Container["kind"], ids: readonly string[]): Container[] {
  return ids.map((id) => ({ tenantId: OWNER, kind, id }));
}

test("drifting content is edited, renamed, moved, shared, labelled, added and deleted, one item at a time", async () => {
  const simulator = createInProcessSimulator({ seed: smallEstate() });
  const begins = simulator.now() - 5 * DAY_MS;
  const { body } = await simulator.fetch("/simulator/scenarios/content-drift", {
    method: "POST",
    json: {
      tenantId: OWNER,
      share: 1,
      changesPerUnit: 40,
      startsAt: new Date(begins).toISOString(),
    },
  });
  const { affected } = body as Drifted;
  const content = contentState.of(simulator.simulator.engine);
  const deedsIn = (containers: readonly Container[]) => {
    const deeds = new Set<string>();
    for (const container of containers) {
      for (const { itemId } of content.arrivals(container)) {
        const history = content.history(container, itemId);
        history.forEach((version, index) => {
          if (version.at >= begins) deeds.add(deedOf(version, history[index - 1]));
        });
      }
    }
    return [...deeds].filter((deed) => deed !== "nothing").sort();
  };
  const drives = affected.drives.map(({ ownerId }) => ownerId);
  expect(deedsIn(containersOf("drive", drives))).toEqual(
    ["add", "delete", "edit", "label", "move", "rename", "share"].sort(),
  );
  const mailboxes = affected.mailboxes.map(({ id }) => id);
  expect(deedsIn(containersOf("mailbox", mailboxes))).toEqual(["add", "delete", "mark", "move"]);
});
