import { expect, test } from "@jest/globals";
import { restoreSize } from "../../../../simulator/backup/restore-selection.ts";
import type { Selection } from "../../../../simulator/backup/restore-session.ts";
import type { Service } from "../../../../simulator/backup/service-kind.ts";
import type { ContentSize } from "../../../../simulator/content/content-size.ts";
import type { Container, ItemVersion } from "../../../../simulator/content/item.ts";
import {
  CONTOSO,
  createBackupWorld,
  itemsOf,
  write,
} from "../../../contract/simulator/backup/backup-world.ts";

const MINUTE_MS = 60_000;

/** The first user's mailbox or drive in a new world. */
function open(service: Exclude<Service, "sharePoint">) {
  const sim = createBackupWorld();
  const { world } = sim.simulator.engine;
  const id = world.estate.tenant(CONTOSO)?.ids.guid("user", 0) ?? "";
  const kind = service === "exchange" ? "mailbox" : "drive";
  const container: Container = { tenantId: CONTOSO, kind, id };
  const now = world.estate.startsAt;
  const size = (selection: Selection | null, pointAt = now + MINUTE_MS): ContentSize =>
    restoreSize(
      { world, tenantId: CONTOSO, now },
      { service, resourceId: id },
      { pointAt, selection },
    );
  return { sim, container, size, now };
}

const written = (itemId: string, bytes: number, parentId: string | null = null) => ({
  itemId,
  kind: "file" as const,
  parentId,
  name: `${itemId}.bin`,
  content: { kind: "random" as const, key: itemId, size: bytes },
  by: "Someone",
});

const folder = (itemId: string) => ({
  ...written(itemId, 0),
  kind: "folder" as const,
  content: null,
});

const selected = (itemId: string): Selection => ({
  kind: "item",
  browseSessionId: "b",
  itemKey: "k",
  itemId,
  webUrl: "https://contoso.example",
});

test("a drive that was written to counts as what it held at the point", () => {
  const { sim, container, size, now } = open("oneDriveForBusiness");
  const seeded = itemsOf(sim, container).reduce(
    (sum, { content }) => sum + (content?.size ?? 0),
    0,
  );
  sim.advanceBy(MINUTE_MS);
  write(sim, container, [written("large", 7_000_000)]);
  expect(size(null)).toEqual({ bytes: seeded + 7_000_000, items: 5 });
  expect(size(null, now)).toEqual({ bytes: seeded, items: 4 });
});

test("a folder counts with all below it, and with nothing else", () => {
  const { sim, container, size } = open("oneDriveForBusiness");
  write(sim, container, [
    folder("outer"),
    { ...folder("inner"), parentId: "outer" },
    written("deep", 300, "inner"),
    written("shallow", 20, "outer"),
    written("beside", 1),
  ]);
  expect(size(selected("outer"))).toEqual({ bytes: 320, items: 2 });
  expect(size(selected("deep"))).toEqual({ bytes: 300, items: 1 });
});

test("found messages count with their attachments; drafts never do", () => {
  const { sim, container, size } = open("exchange");
  const message = itemsOf(sim, container).find(
    ({ message: fields }) => (fields?.attachments ?? []).length > 0,
  ) as ItemVersion;
  const [attachment] = message.message?.attachments ?? [];
  const mail = (itemId: string, isDraft: boolean) => ({
    itemId,
    kind: "message" as const,
    parentId: message.parentId,
    name: "Zeppelin",
    content: message.content,
    by: "Someone",
    message: message.message === null ? null : { ...message.message, isDraft },
  });
  write(sim, container, [mail("sent", false), mail("draft", true)]);
  const bytes = (message.content?.size ?? 0) + (attachment?.content.size ?? 0);
  expect(
    size({
      kind: "messages",
      searchResponseId: "s",
      expression: "subject -contains 'Zeppelin'",
    }),
  ).toEqual({ bytes, items: 1 });
  expect(size(null).items).toBe(6);
});
