import * as fc from "fast-check";
import { planMailboxInPlace } from "../../../simulator/backup/restore-mailbox.ts";
import type { NewVersion } from "../../../simulator/content/content.ts";
import type { ItemVersion, MessageFields } from "../../../simulator/content/item.ts";
import type { InMemoryContent } from "./in-memory-content.ts";

/** One random thing that happens in a mailbox. */
export interface MailStep {
  readonly kind:
    | "receive"
    | "draft"
    | "createFolder"
    | "subject"
    | "body"
    | "recipients"
    | "categories"
    | "attach"
    | "read"
    | "flag"
    | "importance"
    | "move"
    | "delete"
    | "deleteFolder"
    | "restore";
  readonly pick: number;
  readonly other: number;
}

export const mailStep: fc.Arbitrary<MailStep> = fc.record({
  kind: fc.constantFrom<MailStep["kind"]>(
    "receive",
    "receive",
    "receive",
    "draft",
    "createFolder",
    "subject",
    "body",
    "recipients",
    "categories",
    "attach",
    "read",
    "flag",
    "importance",
    "move",
    "move",
    "delete",
    "delete",
    "deleteFolder",
    "restore",
  ),
  pick: fc.nat({ max: 999 }),
  other: fc.nat({ max: 999 }),
});

/** What the model knows of a folder or message. */
export interface ModelMail {
  readonly parentId: string | null;
  readonly name: string;
  readonly isFolder: boolean;
  readonly isDraft: boolean;
  /** All of which a change is backed up, besides the name. */
  readonly versioned: {
    readonly body: string;
    readonly to: string;
    readonly cc: string;
    readonly categories: string;
    readonly file: string;
  };
  readonly marks: { readonly isRead: boolean; readonly flag: string; readonly importance: string };
}
export type MailModel = Readonly<Record<string, ModelMail>>;

const NEW: Pick<ModelMail, "versioned" | "marks"> = {
  versioned: { body: "", to: "", cc: "", categories: "", file: "" },
  marks: { isRead: false, flag: "", importance: "" },
};

/** Lets steps happen to a mailbox of the simulator and to a model; keeps the model of every instant. */
export class MailHistory {
  readonly content: InMemoryContent;
  readonly moments: { readonly at: number; readonly model: MailModel }[] = [];
  model: MailModel = {};

  constructor(content: InMemoryContent, steps: readonly MailStep[]) {
    this.content = content;
    this.#remember();
    for (const step of steps) {
      this.#take(step);
      this.#remember();
    }
  }

  /** The plan of a restore in place to a moment. */
  planTo(at: number) {
    const { content } = this;
    return planMailboxInPlace({
      past: content.list(at),
      current: content.list(),
      folderName: "Recovered Items",
      newItemId: () => content.newId(),
    });
  }

  #remember(): void {
    this.moments.push({ at: this.content.now, model: this.model });
  }

  #take({ kind, pick, other }: MailStep): void {
    if (kind === "restore") {
      const { at = 0 } = this.moments[pick % this.moments.length] ?? {};
      this.content.write(this.planTo(at).versions);
      this.model = modelOf(this.content.list());
      return;
    }
    const folders = this.#ids(true);
    const folderId = folders[other % (folders.length + 1)] ?? null;
    if (kind === "receive" || kind === "draft" || kind === "createFolder") {
      const isFolder = kind === "createFolder";
      this.#put(this.content.newId(), {
        ...NEW,
        parentId: folderId,
        name: `name ${other % 4}`,
        isFolder,
        isDraft: kind === "draft",
        versioned: { ...NEW.versioned, body: isFolder ? "" : `body ${pick % 3}` },
      });
      return;
    }
    const ids = this.#ids(kind === "deleteFolder");
    const id = ids[pick % Math.max(1, ids.length)];
    if (id !== undefined) this.#change(id, this.model[id] as ModelMail, { kind, other, folderId });
  }

  #change(
    id: string,
    mail: ModelMail,
    step: {
      readonly kind: MailStep["kind"];
      readonly other: number;
      readonly folderId: string | null;
    },
  ): void {
    const { kind, other, folderId } = step;
    // Few values, so that many changes are none or are undone by the next.
    const value = `${kind} ${other % 3}`;
    const versioned = (changes: Partial<ModelMail["versioned"]>) => {
      this.#put(id, { ...mail, versioned: { ...mail.versioned, ...changes } });
    };
    const marks = (changes: Partial<ModelMail["marks"]>) => {
      this.#put(id, { ...mail, marks: { ...mail.marks, ...changes } });
    };
    switch (kind) {
      case "subject":
        this.#put(id, { ...mail, name: `name ${other % 4}` });
        return;
      case "body":
        versioned({ body: `body ${other % 3}` });
        return;
      case "recipients":
        versioned(other % 2 === 0 ? { to: value } : { cc: value });
        return;
      case "categories":
        versioned({ categories: value });
        return;
      case "attach":
        versioned({ file: value });
        return;
      case "read":
        marks({ isRead: !mail.marks.isRead });
        return;
      case "flag":
        marks({ flag: mail.marks.flag === "" ? "flagged" : "" });
        return;
      case "importance":
        marks({ importance: mail.marks.importance === "" ? "high" : "" });
        return;
      case "move":
        this.#put(id, { ...mail, parentId: folderId });
        return;
      default:
        this.#delete(id);
    }
  }

  #put(id: string, mail: ModelMail): void {
    this.content.write([versionOf(id, mail)]);
    this.model = { ...this.model, [id]: mail };
  }

  #delete(id: string): void {
    const doomed = [id];
    for (const each of doomed) {
      doomed.push(
        ...Object.keys(this.model).filter((other) => this.model[other]?.parentId === each),
      );
    }
    this.content.write(
      doomed.map((each) => ({
        ...versionOf(each, this.model[each] as ModelMail),
        isDeleted: true,
      })),
    );
    this.model = Object.fromEntries(
      Object.entries(this.model).filter(([each]) => !doomed.includes(each)),
    );
  }

  #ids(isFolder: boolean): string[] {
    return Object.keys(this.model).filter((id) => this.model[id]?.isFolder === isFolder);
  }
}

/** What is backed up of a message differs between two moments. */
export function isAnother(left: ModelMail | undefined, right: ModelMail): boolean {
  return (
    left === undefined ||
    left.name !== right.name ||
    JSON.stringify(left.versioned) !== JSON.stringify(right.versioned)
  );
}

const people = (text: string) => (text === "" ? [] : [{ address: text, name: "Someone" }]);

function versionOf(itemId: string, mail: ModelMail): NewVersion {
  const { versioned, marks, isFolder } = mail;
  const message: MessageFields = {
    from: "a@contoso.example",
    fromName: "A",
    to: people(versioned.to),
    cc: people(versioned.cc),
    sentAt: 0,
    isRead: marks.isRead,
    isDraft: mail.isDraft,
    internetMessageId: `<${itemId}@contoso.example>`,
    categories: versioned.categories === "" ? [] : [versioned.categories],
    ...(marks.importance === "" ? {} : { importance: "high" }),
    ...(marks.flag === "" ? {} : { flag: "flagged" }),
    ...(versioned.file === ""
      ? {}
      : {
          attachments: [
            {
              id: "1",
              name: versioned.file,
              contentType: "text/plain",
              isInline: false,
              content: { kind: "text", key: versioned.file, size: 5 },
            },
          ],
        }),
  };
  return {
    itemId,
    kind: isFolder ? "mailFolder" : "message",
    parentId: mail.parentId,
    name: mail.name,
    content: isFolder ? null : { kind: "text", key: versioned.body, size: 10 },
    message: isFolder ? null : message,
    by: "Somebody",
  };
}

/** The mailbox as the model sees it. */
export function modelOf(items: readonly ItemVersion[]): MailModel {
  return Object.fromEntries(
    items.map((item): [string, ModelMail] => {
      const { message, content } = item;
      const isFolder = item.kind === "mailFolder";
      return [
        item.itemId,
        {
          parentId: item.parentId,
          name: item.name,
          isFolder,
          isDraft: message?.isDraft ?? false,
          versioned: {
            body: content === null || content.kind === "blob" ? "" : content.key,
            to: message?.to[0]?.address ?? "",
            cc: message?.cc?.[0]?.address ?? "",
            categories: message?.categories?.[0] ?? "",
            file: message?.attachments?.[0]?.name ?? "",
          },
          marks: {
            isRead: message?.isRead ?? false,
            flag: message?.flag ?? "",
            importance: message?.importance ?? "",
          },
        },
      ];
    }),
  );
}
