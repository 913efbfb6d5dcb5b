import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { forEachAtOnce, type GraphReader } from "./graph-reader.ts";

/** What a unit held at one instant, read over ordinary Graph: every item's bytes by a name that survives a restore. */
export type UnitContent = ReadonlyMap<string, Buffer>;

export interface UnitReference {
  readonly kind: "mailbox" | "drive" | "site";
  /** User id for mailboxes and drives; composite site id for sites. */
  readonly id: string;
}

interface DriveItem {
  readonly id: string;
  readonly name: string;
  readonly folder?: unknown;
}

interface Message {
  readonly internetMessageId: string;
  readonly subject: string;
  readonly parentFolderId: string;
  readonly isDraft: boolean;
  readonly receivedDateTime: string;
  readonly from?: unknown;
  readonly toRecipients?: unknown;
  readonly body: { readonly content: string };
}

/** Reads everything that a unit holds now. Drafts are left out: Microsoft 365 Backup never backs them up. */
export async function readUnit(graph: GraphReader, unit: UnitReference): Promise<UnitContent> {
  switch (unit.kind) {
    case "mailbox":
      return readMailbox(graph, unit.id);
    case "drive":
      return readDrive(graph, (await graph.get<{ id: string }>(`/users/${unit.id}/drive`)).id);
    case "site": {
      const content = new Map<string, Buffer>();
      for (const drive of await graph.list<{ id: string; name: string }>(
        `/sites/${unit.id}/drives`,
      )) {
        for (const [path, bytes] of await readDrive(graph, drive.id)) {
          content.set(`${drive.name}${path}`, bytes);
        }
      }
      return content;
    }
  }
}

async function readMailbox(graph: GraphReader, userId: string): Promise<UnitContent> {
  const messages = await graph.list<Message>(`/users/${userId}/messages`);
  return new Map(
    messages
      .filter(({ isDraft }) => !isDraft)
      .map((message) => {
        const { internetMessageId, subject, from, toRecipients, receivedDateTime, body } = message;
        const whole = { subject, from, toRecipients, receivedDateTime, content: body.content };
        return [internetMessageId, Buffer.from(JSON.stringify(whole))];
      }),
  );
}

async function readDrive(graph: GraphReader, driveId: string): Promise<UnitContent> {
  const content = new Map<string, Buffer>();
  const folders = [{ id: "root", path: "" }];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    const { id, path } = folder;
    const address = id === "root" ? `/drives/${driveId}/root` : `/drives/${driveId}/items/${id}`;
    for (const item of await graph.list<DriveItem>(`${address}/children`)) {
      const itemPath = `${path}/${item.name}`;
      if (item.folder === undefined || item.folder === null) {
        content.set(itemPath, await graph.bytes(`/drives/${driveId}/items/${item.id}/content`));
      } else {
        folders.push({ id: item.id, path: itemPath });
      }
    }
  }
  return content;
}

/** How a unit differs from what a witness saw; empty when every byte is the same. */
export function differences(
  kind: UnitReference["kind"],
  before: UnitContent,
  after: UnitContent,
): string[] {
  const found: string[] = [];
  for (const [name, bytes] of before) {
    const now = after.get(name);
    if (now === undefined) {
      found.push(`${name} is missing`);
    } else if (!now.equals(bytes)) {
      found.push(`${name} differs`);
    }
  }
  // A mailbox keeps what came later; a drive or site goes back to exactly what it was.
  if (kind !== "mailbox") {
    found.push(
      ...[...after.keys()].filter((name) => !before.has(name)).map((name) => `${name} is new`),
    );
  }
  return found;
}

/** Keeps what was seen on disk, so that a demonstration that is killed compares with the same testimony afterwards. */
export async function writeTestimony(
  folder: string,
  units: readonly { readonly unit: UnitReference; readonly content: UnitContent }[],
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await forEachAtOnce(units, async ({ unit, content }) => {
    const items = [...content].map(([name, bytes]) => [name, bytes.toString("base64")]);
    await writeFile(testimonyFile(folder, unit), JSON.stringify(items));
  });
}

export async function readTestimony(folder: string, unit: UnitReference): Promise<UnitContent> {
  const text = await readFile(testimonyFile(folder, unit), "utf8");
  const items = JSON.parse(text) as [string, string][];
  return new Map(items.map(([name, base64]) => [name, Buffer.from(base64, "base64")]));
}

const testimonyFile = (folder: string, { kind, id }: UnitReference): string =>
  join(folder, `${kind}-${id.replace(/[^\w-]/gu, "_")}.json`);
