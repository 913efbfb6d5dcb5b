import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { MINUTE_MS } from "../../../simulator/backup/durations.ts";
import { iso } from "../../../simulator/core/iso.ts";
import {
  BackupClient,
  CONTOSO,
  createBackupWorld,
  type Json,
} from "../../contract/simulator/backup/backup-world.ts";
import { CASES, expectEqual } from "./expect-equal.ts";
import { askGraph } from "./graph-view.ts";
import { restore, UNITS } from "./restore-run.ts";

/** One random request of a mail client. */
const deed = fc.record({
  minutes: fc.integer({ min: 1, max: 25 }),
  kind: fc.constantFrom(
    ...(["receive", "draft", "categories", "attach", "detach", "read", "flag"] as const),
    ...(["importance", "move", "delete", "purge", "folder", "deleteFolder"] as const),
  ),
  pick: fc.nat({ max: 99 }),
});
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;

interface View {
  readonly messages: Readonly<Record<string, Json>>;
  readonly folders: Readonly<Record<string, Json>>;
}

/** A mailbox as any client reads and changes it. */
class GraphMailbox {
  readonly #client: BackupClient;
  readonly #user: string;

  constructor(client: BackupClient, userId: string) {
    this.#client = client;
    this.#user = `/users/${userId}`;
  }

  ask(method: string, path: string, json?: unknown): Promise<Json> {
    return askGraph(this.#client, method, `${this.#user}${path}`, json);
  }

  /** Every message with its attachments, and every folder, but for counts and what each write changes. */
  async view(): Promise<View> {
    const messages: Record<string, Json> = {};
    for (const item of await this.#list("/messages?$top=999")) {
      const id = item["id"] as string;
      const { "@odata.etag": _etag, changeKey: _key, lastModifiedDateTime: _at, ...rest } = item;
      const attachments = (await this.#list(`/messages/${id}/attachments`)).map(
        ({ name, contentBytes }) => ({ name, contentBytes }),
      );
      messages[id] = { ...rest, attachments };
    }
    const folders: Record<string, Json> = {};
    for (const { id, displayName, parentFolderId } of await this.#list("/mailFolders?$top=999")) {
      folders[id as string] = { displayName, parentFolderId };
    }
    return { messages, folders };
  }

  async perform({ kind, pick }: Deed, serial: number): Promise<void> {
    const ids = (await this.#list("/messages?$top=999&$select=id,isDraft"))
      .filter(({ isDraft }) => isDraft === false)
      .map(({ id }) => id as string);
    const folders = new Map(
      (await this.#list("/mailFolders?$top=999")).map(({ id, displayName }) => [
        id as string,
        displayName,
      ]),
    );
    const folderIds = [...folders.keys()];
    const folderId = folderIds[pick % folderIds.length] ?? "inbox";
    const path = `/messages/${ids[pick % Math.max(1, ids.length)] ?? ""}`;
    const message = { subject: `message ${serial}`, body: { content: `body ${serial}` } };
    const text = Buffer.from(`attachment ${pick % 3}`).toString("base64");
    switch (kind) {
      case "receive":
        await this.ask("POST", `/mailFolders/${folderId}/messages`, message);
        return;
      case "draft":
        await this.ask("POST", "/messages", message);
        return;
      case "folder":
        await this.ask("POST", "/mailFolders", { displayName: `folder ${serial}` });
        return;
      case "deleteFolder": {
        const own = folderIds.filter((id) => String(folders.get(id)).startsWith("folder "));
        if (own.length > 0)
          await this.ask("DELETE", `/mailFolders/${own[pick % own.length] ?? ""}`);
        return;
      }
      default:
        if (ids.length > 0) await this.#change(kind, path, { pick, folderId, text });
    }
  }

  async #change(
    kind: Deed["kind"],
    path: string,
    {
      pick,
      folderId,
      text,
    }: { readonly pick: number; readonly folderId: string; readonly text: string },
  ): Promise<void> {
    const patch = (json: object) => this.ask("PATCH", path, json);
    switch (kind) {
      case "categories":
        await patch({ categories: pick % 3 === 0 ? [] : [`category ${pick % 3}`] });
        return;
      case "read":
        await patch({ isRead: pick % 2 === 0 });
        return;
      case "flag":
        await patch({ flag: { flagStatus: pick % 2 === 0 ? "flagged" : "notFlagged" } });
        return;
      case "importance":
        await patch({ importance: pick % 2 === 0 ? "high" : "normal" });
        return;
      case "attach":
        await this.ask("POST", `${path}/attachments`, { name: "a.txt", contentBytes: text });
        return;
      case "detach": {
        const [first] = await this.#list(`${path}/attachments`);
        if (first !== undefined)
          await this.ask("DELETE", `${path}/attachments/${String(first["id"])}`);
        return;
      }
      case "move":
        await this.ask("POST", `${path}/move`, {
          destinationId: pick % 3 === 0 ? "deleteditems" : folderId,
        });
        return;
      case "purge":
        await this.ask("POST", `${path}/permanentDelete`);
        return;
      default:
        await this.ask("DELETE", path);
    }
  }

  async #list(path: string): Promise<Json[]> {
    return (await this.ask("GET", path))["value"] as Json[];
  }
}

/** What of a message is backed up: a change of anything else brings nothing back. */
function versioned(message: Json | undefined): unknown {
  if (message === undefined) return null;
  const { subject, body, toRecipients, ccRecipients, categories, attachments } = message;
  return [subject, body, toRecipients, ccRecipients, categories, attachments];
}

test("what Graph shows of a mailbox after a restore in place is what was changed or deleted as it was, and the rest as it is", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(deed, { maxLength: 10 }),
      fc.array(deed, { minLength: 1, maxLength: 20 }),
      async (before, after) => {
        const client = new BackupClient(createBackupWorld(), CONTOSO);
        const unit = await client.unit(UNITS.mailbox, 1);
        const mailbox = new GraphMailbox(client, unit["directoryObjectId"] as string);
        let serial = 0;
        for (const each of before) {
          client.sim.advanceBy(each.minutes * MINUTE_MS);
          await mailbox.perform(each, (serial += 1));
        }
        client.sim.advanceBy(MINUTE_MS);
        const then = await mailbox.view();
        const from = client.sim.now();
        client.sim.advanceBy(11 * MINUTE_MS);
        for (const each of after) {
          await mailbox.perform(each, (serial += 1));
          client.sim.advanceBy(each.minutes * MINUTE_MS);
        }
        const now = await mailbox.view();
        const [point] = await client.search(
          unit["id"] as string,
          iso(from),
          iso(client.sim.now()),
          { restorePointPreference: "oldest" },
        );
        const artifact = await restore(client, "mailbox", point?.["id"] as string, "inPlace");
        const recovered = artifact["restoredFolderId"];
        const expected: Record<string, Json> = { ...now.messages };
        let count = 0;
        for (const [id, message] of Object.entries(then.messages)) {
          const current = now.messages[id];
          const isSame = JSON.stringify(versioned(message)) === JSON.stringify(versioned(current));
          if (message["isDraft"] === true || isSame) continue;
          const isThere = now.folders[message["parentFolderId"] as string] !== undefined;
          expected[id] = isThere ? message : { ...message, parentFolderId: recovered };
          count += 1;
        }
        const result = await mailbox.view();
        expectEqual(result.messages, expected);
        expect(artifact["restoredItemCount"]).toBe(count);
        const { [String(recovered)]: _made, ...folders } = result.folders;
        expectEqual(folders, now.folders);
      },
    ),
    { numRuns: Math.ceil(CASES / 125) },
  );
});
