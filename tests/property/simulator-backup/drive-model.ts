import * as fc from "fast-check";
import { planRollback } from "../../../simulator/backup/restore-files.ts";
import { changeGovernance, type ItemPermission } from "../../../simulator/content/governance.ts";
import type { ItemVersion } from "../../../simulator/content/item.ts";
import type { InMemoryContent } from "./in-memory-content.ts";

/** One random thing that happens to a drive or site. `pick` chooses among what is there. */
export interface DriveStep {
  readonly kind:
    | "createFile"
    | "createFolder"
    | "edit"
    | "rename"
    | "move"
    | "delete"
    | "share"
    | "unshare"
    | "shareRoot"
    | "label"
    | "unlabel"
    | "restoreVersion"
    | "rollback";
  readonly pick: number;
  readonly other: number;
}

export const driveStep: fc.Arbitrary<DriveStep> = fc.record({
  kind: fc.constantFrom<DriveStep["kind"]>(
    "createFile",
    "createFile",
    "createFolder",
    "edit",
    "edit",
    "rename",
    "move",
    "delete",
    "share",
    "unshare",
    "shareRoot",
    "label",
    "unlabel",
    "restoreVersion",
    "rollback",
  ),
  pick: fc.nat({ max: 999 }),
  other: fc.nat({ max: 999 }),
});

/** What the model knows of an item; the same shape as `InMemoryContent.view` gives. */
interface ModelItem {
  kind: "file" | "folder" | "root";
  parentId: string | null;
  name: string;
  content: string | null;
  governance: unknown;
  createdAt: number;
  modified: readonly [number, string];
  versions: readonly (readonly [string | null, readonly [number, string]])[];
}
type Model = Record<string, ModelItem>;

/**
 * Lets steps happen to the simulator's content and to a model of its own that knows nothing of versions, marks or
 * rollbacks: a plain object for each item. Keeps the model of every instant.
 */
export class DriveHistory {
  readonly content: InMemoryContent;
  /** The model after each step, and the instant of the step. */
  readonly moments: { readonly at: number; readonly model: Model }[] = [];
  #model: Model = {};

  constructor(content: InMemoryContent, steps: readonly DriveStep[]) {
    this.content = content;
    this.#remember();
    for (const step of steps) {
      this.#take(step);
      this.#remember();
    }
  }

  /** Rolls content and model back to a moment. */
  rollBackTo(place: number): void {
    const moment = this.moments[place % this.moments.length];
    if (moment === undefined) return;
    const { content } = this;
    content.write(planRollback(content.states(moment.at), content.states(), moment.at));
    this.#model = structuredClone(moment.model);
  }

  get model(): Model {
    return this.#model;
  }

  #remember(): void {
    this.moments.push({ at: this.content.now, model: structuredClone(this.#model) });
  }

  #take(step: DriveStep): void {
    switch (step.kind) {
      case "rollback":
        this.rollBackTo(step.pick);
        return;
      case "createFile":
      case "createFolder":
        this.#create(step);
        return;
      case "shareRoot":
        this.#shareRoot(step);
        return;
      default:
        this.#takeOnItem(step);
    }
  }

  #takeOnItem(step: DriveStep): void {
    const ids = Object.keys(this.#model).filter((id) => this.#model[id]?.kind !== "root");
    const id = ids[step.pick % Math.max(1, ids.length)];
    if (id !== undefined) this.#change(id, this.#model[id] as ModelItem, step);
  }

  #create({ kind, pick, other }: DriveStep): void {
    const itemId = this.content.newId();
    const folders = this.#folders();
    const parentId = folders[pick % (folders.length + 1)] ?? null;
    const isFile = kind === "createFile";
    const key = isFile ? `${itemId}/${other}` : null;
    this.content.write([
      {
        itemId,
        kind: isFile ? "file" : "folder",
        parentId,
        name: `item ${pick}`,
        content: key === null ? null : { kind: "text", key, size: 10 },
        by: `person ${other}`,
      },
    ]);
    const modified = [this.content.now, `person ${other}`] as const;
    this.#model[itemId] = {
      kind: isFile ? "file" : "folder",
      parentId,
      name: `item ${pick}`,
      content: key,
      governance: null,
      createdAt: this.content.now,
      modified,
      versions: [[key, modified]],
    };
  }

  #shareRoot({ pick, other }: DriveStep): void {
    const governance = pick % 3 === 0 ? undefined : { permissions: [permission(other)] };
    const { rootId } = this.content;
    this.content.write([
      {
        itemId: rootId,
        kind: "root",
        parentId: null,
        name: "root",
        content: null,
        governance,
        createdAt: 0,
        by: "Somebody",
        as: { kind: "sharing", at: 0, by: "Nobody" },
      },
    ]);
    if (governance === undefined) delete this.#model[rootId];
    else {
      const modified = [0, "Nobody"] as const;
      const first = this.#model[rootId]?.versions ?? [[null, modified] as const];
      this.#model[rootId] = {
        kind: "root",
        parentId: null,
        name: "root",
        content: null,
        governance,
        createdAt: 0,
        modified,
        versions: first,
      };
    }
  }

  #change(id: string, item: ModelItem, { kind, pick, other }: DriveStep): void {
    const by = `person ${other}`;
    const current = this.content.list().find(({ itemId }) => itemId === id) as ItemVersion;
    const write = (changes: Partial<ItemVersion>, model: Partial<ModelItem>) => {
      const { at: _at, ...rest } = current;
      this.content.write([{ ...rest, ...changes, by }]);
      this.#model[id] = { ...item, ...model, modified: [this.content.now, by] };
    };
    switch (kind) {
      case "edit":
      case "restoreVersion": {
        if (item.kind !== "file") return;
        const earlier = item.versions[pick % item.versions.length]?.[0];
        const key = kind === "edit" ? `${id}/edit ${pick} ${other}` : (earlier ?? "");
        const content = { kind: "text", key, size: 10 } as const;
        const isAnother = key !== item.content;
        write({ content }, { content: key });
        const version = [key, [this.content.now, by]] as const;
        if (isAnother) (this.#model[id] as ModelItem).versions = [...item.versions, version];
        return;
      }
      case "rename":
        write({ name: `renamed ${other}` }, { name: `renamed ${other}` });
        return;
      case "move": {
        const folders = this.#folders().filter((folder) => !this.#isInside(folder, id));
        const parentId = folders[other % (folders.length + 1)] ?? null;
        write({ parentId }, { parentId });
        return;
      }
      case "label":
      case "unlabel": {
        const sensitivityLabel =
          kind === "label"
            ? ({ id: `label ${other % 5}`, assignmentMethod: "standard" } as const)
            : null;
        const governance = changeGovernance(current.governance, { sensitivityLabel });
        write({ governance }, { governance: governance ?? null });
        return;
      }
      case "share":
      case "unshare": {
        const permissions = kind === "share" ? [permission(other)] : null;
        const governance = changeGovernance(current.governance, { permissions });
        const [at, modifier] = item.modified;
        const { at: _at, ...rest } = current;
        const as = { kind: "sharing", at, by: modifier } as const;
        this.content.write([{ ...rest, governance, by, as }]);
        // Sharing is no modification.
        this.#model[id] = { ...item, governance: governance ?? null };
        return;
      }
      default:
        this.#delete(id, by);
    }
  }

  #delete(id: string, by: string): void {
    const doomed = Object.keys(this.#model).filter((each) => this.#isInside(each, id));
    this.content.write(
      this.content
        .list()
        .filter(({ itemId }) => doomed.includes(itemId))
        .map(({ at: _at, ...item }) => ({ ...item, isDeleted: true, by })),
    );
    for (const each of doomed) delete this.#model[each];
  }

  #folders(): string[] {
    return Object.keys(this.#model).filter((id) => this.#model[id]?.kind === "folder");
  }

  #isInside(id: string, folderId: string): boolean {
    for (let at: string | null = id; at !== null; at = this.#model[at]?.parentId ?? null) {
      if (at === folderId) return true;
    }
    return false;
  }
}

function permission(number: number): ItemPermission {
  return {
    id: `permission ${number}`,
    role: number % 2 === 0 ? "read" : "write",
    grantees: [{ kind: "user", id: `user ${number % 7}`, displayName: "Someone", email: null }],
    link: null,
    invitation: null,
    expiresAt: null,
  };
}
