import type { ItemVersion } from "./item.ts";

type Group = Map<string, ItemVersion>;

/**
 * What a container holds now, arranged for reading. Versions are added to it as they come, so that a write costs the same
 * however much there is; what a folder holds and what has a name is only arranged once somebody asks.
 */
export class PresentItems {
  /** Every version, in order of time. */
  readonly versions: readonly ItemVersion[];
  readonly #versions: ItemVersion[];
  readonly #histories = new Map<string, ItemVersion[]>();
  /** Places in the order of creation. */
  readonly #ranks = new Map<string, number>();
  /** The last version of each item, in order of creation. */
  readonly #latest: Group = new Map();
  #live: readonly ItemVersion[] | null = null;
  #folders: Map<string | null, Group> | null = null;
  #names: Map<string, Group> | null = null;

  constructor(versions: readonly ItemVersion[]) {
    this.#versions = [...versions];
    this.versions = this.#versions;
    for (const version of versions) this.#take(version);
  }

  /** Adds a version, unless it belongs before another one. */
  add(version: ItemVersion): boolean {
    if ((this.#versions.at(-1)?.at ?? 0) > version.at) return false;
    const before = this.#latest.get(version.itemId);
    this.#versions.push(version);
    this.#take(version);
    this.#live = null;
    if (before !== undefined) {
      this.#folders?.get(before.parentId)?.delete(before.itemId);
      this.#names?.get(nameKey(before.parentId, before.name))?.delete(before.itemId);
    }
    if (isLive(version)) this.#arrange(version);
    return true;
  }

  history(itemId: string): readonly ItemVersion[] {
    return this.#histories.get(itemId) ?? [];
  }

  /** Items that are there, without the root. */
  get live(): readonly ItemVersion[] {
    return (this.#live ??= [...this.#latest.values()].filter(isLive));
  }

  /** The last version of each item that is gone. */
  get deleted(): readonly ItemVersion[] {
    return [...this.#latest.values()].filter(({ isDeleted }) => isDeleted);
  }

  /** What lies directly in a folder; null: at the top. */
  children(parentId: string | null): readonly ItemVersion[] {
    if (this.#folders === null) {
      this.#folders = new Map();
      for (const item of this.live) put(this.#folders, item.parentId, item);
    }
    return this.#inOrder(this.#folders.get(parentId));
  }

  /** What has a name in a folder; case does not matter. More than one only after a restore or a scenario. */
  named(parentId: string | null, name: string): readonly ItemVersion[] {
    if (this.#names === null) {
      this.#names = new Map();
      for (const item of this.live) put(this.#names, nameKey(item.parentId, item.name), item);
    }
    return this.#inOrder(this.#names.get(nameKey(parentId, name)));
  }

  #inOrder(group: Group | undefined): readonly ItemVersion[] {
    if (group === undefined) return [];
    const rankOf = ({ itemId }: ItemVersion) => this.#ranks.get(itemId) ?? 0;
    return [...group.values()].sort((left, right) => rankOf(left) - rankOf(right));
  }

  #take(version: ItemVersion): void {
    this.#latest.set(version.itemId, version);
    const history = this.#histories.get(version.itemId);
    if (history !== undefined) {
      history.push(version);
      return;
    }
    this.#histories.set(version.itemId, [version]);
    this.#ranks.set(version.itemId, this.#ranks.size);
  }

  #arrange(item: ItemVersion): void {
    if (this.#folders !== null) put(this.#folders, item.parentId, item);
    if (this.#names !== null) put(this.#names, nameKey(item.parentId, item.name), item);
  }
}

/** The last version of each item in a list, without the root and what is deleted. */
export function liveOf(versions: readonly ItemVersion[]): readonly ItemVersion[] {
  const latest: Group = new Map();
  for (const version of versions) latest.set(version.itemId, version);
  return [...latest.values()].filter(isLive);
}

function isLive({ isDeleted, kind }: ItemVersion): boolean {
  return !isDeleted && kind !== "root";
}

function nameKey(parentId: string | null, name: string): string {
  return `${parentId ?? ""}/${name.toLowerCase()}`;
}

function put<K>(groups: Map<K, Group>, key: K, item: ItemVersion): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, new Map([[item.itemId, item]]));
  else group.set(item.itemId, item);
}
