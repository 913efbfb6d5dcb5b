import { defineEvent, defineState } from "../core/area.ts";
import type { Context } from "../core/context.ts";
import { RecentMap } from "../core/recent-map.ts";
import type { World } from "../core/world.ts";
import type { Estate } from "../seed/estate.ts";
import type { BlobStore } from "./blob-store.ts";
import type { ContentSize } from "./content-size.ts";
import { randomBytesOf, textBytesOf } from "./generated-bytes.ts";
import { shownVersions } from "./item-history.ts";
import {
  containerKey,
  type Container,
  type ContentReference,
  type ItemVersion,
  type VersionMark,
} from "./item.ts";
import { liveOf, PresentItems } from "./present-items.ts";
import { expectedSize, generateVersions, rootItemId } from "./seeded-items.ts";
import { WrittenVersions } from "./written-versions.ts";

const CACHED_CONTAINERS = 1_000;
const CACHED_CHECKSUMS = 10_000;

/** An item at an instant with the version history that it had then. */
export interface ItemState {
  readonly item: ItemVersion;
  readonly versions: readonly ItemVersion[];
}

/**
 * The version histories of all mailboxes, drives and sites. What the seed gives is generated when asked for and only
 * kept for a while; what requests add is kept.
 */
class Content {
  readonly #estate: Estate;
  readonly #written = new WrittenVersions();
  readonly #generated = new RecentMap<string, readonly ItemVersion[]>(CACHED_CONTAINERS);
  readonly #present = new RecentMap<string, PresentItems>(CACHED_CONTAINERS);
  readonly #checksums = new RecentMap<string, string>(CACHED_CHECKSUMS);

  constructor(estate: Estate) {
    this.#estate = estate;
  }

  /** Every version in a container up to an instant (inclusive), oldest first. */
  versions(container: Container, until = Number.POSITIVE_INFINITY): readonly ItemVersion[] {
    const all = this.#presentOf(container).versions;
    if (until === Number.POSITIVE_INFINITY) return all;
    return all.every((version) => version.at <= until)
      ? all
      : all.filter((version) => version.at <= until);
  }

  /** Items that existed at an instant (default: now), each as it was then, in order of creation. */
  list(container: Container, until?: number): readonly ItemVersion[] {
    if (until === undefined) return this.#presentOf(container).live;
    return liveOf(this.versions(container, until));
  }

  /** The last version of each item that is deleted now. */
  deleted(container: Container): readonly ItemVersion[] {
    // The seed deletes nothing.
    if (!this.isTouched(container)) return [];
    return this.#presentOf(container).deleted;
  }

  /** What lies directly in a folder now; null: at the top. */
  children(container: Container, parentId: string | null): readonly ItemVersion[] {
    return this.#presentOf(container).children(parentId);
  }

  /** What has a name in a folder now; case does not matter. */
  named(container: Container, parentId: string | null, name: string): readonly ItemVersion[] {
    return this.#presentOf(container).named(parentId, name);
  }

  /** One item as it was at an instant (default: now), or null if it did not exist. */
  read(container: Container, itemId: string, until?: number): ItemVersion | null {
    const version = this.history(container, itemId, until).at(-1);
    return version === undefined || version.isDeleted ? null : version;
  }

  /** Everything that a restore of a site or drive is about at an instant (default: now), the root with it. */
  states(container: Container, until?: number): readonly ItemState[] {
    const root = this.root(container, until);
    return [...(root === null ? [] : [root]), ...this.list(container, until)].map((item) => ({
      item,
      versions: shownVersions(this.history(container, item.itemId, until)),
    }));
  }

  /** The root of a drive as an item, or null when nobody ever shared it. */
  root(container: Container, until?: number): ItemVersion | null {
    return this.read(container, rootItemId(container), until);
  }

  /** All versions of one item, oldest first, deletions included. */
  history(container: Container, itemId: string, until?: number): readonly ItemVersion[] {
    const history = this.#presentOf(container).history(itemId);
    return until === undefined ? history : history.filter((version) => version.at <= until);
  }

  /** What requests added to a container, in the order in which it arrived. */
  arrivals(container: Container): readonly ItemVersion[] {
    return this.#written.get(containerKey(container))?.arrivals ?? [];
  }

  /** Whether anything was written to a container since the seed. */
  isTouched(container: Container): boolean {
    return this.#written.has(containerKey(container));
  }

  /** About how much the seed gives to a container, without generating it. */
  expectedSize(container: Container): ContentSize {
    return expectedSize(this.#estate, container);
  }

  /** The checksum of a content, made by `make` unless it is known: equal references are equal bytes. */
  checksum(content: ContentReference, make: () => string): string {
    const name = content.kind === "blob" ? content.hash : content.key;
    return this.#checksums.get(`${content.kind} ${content.size} ${name}`, make);
  }

  /** All that the seed does not give. */
  save(): ReadonlyMap<string, Uint8Array> {
    return this.#written.save();
  }

  load(saved: ReadonlyMap<string, Uint8Array>): this {
    this.#written.load(saved);
    return this;
  }

  append(container: Container, versions: readonly ItemVersion[]): void {
    const key = containerKey(container);
    const present = this.#present.peek(key);
    const { versions: list, arrivals } = this.#written.edit(key);
    arrivals.push(...versions);
    for (const version of versions) {
      let place = list.length;
      // Scenarios report what happened over the past minutes; the list stays in order of time.
      while (place > 0 && (list[place - 1]?.at ?? 0) > version.at) place -= 1;
      list.splice(place, 0, version);
      // What belongs before another version is arranged anew when somebody reads.
      if (present?.add(version) === false) this.#present.delete(key);
    }
  }

  #presentOf(container: Container): PresentItems {
    const key = containerKey(container);
    return this.#present.get(key, () => {
      const seeded = this.#generated.get(key, () => generateVersions(this.#estate, container));
      const appended = this.#written.get(key)?.versions ?? [];
      return new PresentItems(merge(seeded, appended));
    });
  }
}

/** Both in order of time; what was added to the past stands where it belongs. */
function merge(
  seeded: readonly ItemVersion[],
  appended: readonly ItemVersion[],
): readonly ItemVersion[] {
  if (appended.length === 0) return seeded;
  const all = [...seeded, ...appended];
  const isInOrder = (seeded.at(-1)?.at ?? 0) <= (appended[0]?.at ?? 0);
  return isInOrder ? all : all.sort((left, right) => left.at - right.at);
}

export const contentState = defineState("content", (estate) => new Content(estate), {
  save: (content) => content.save(),
  load: (saved: ReadonlyMap<string, Uint8Array>, initial) => initial.load(saved),
});

const versionsAppended = defineEvent(
  contentState,
  "content.versionsAppended",
  (
    content,
    payload: { readonly container: Container; readonly versions: readonly ItemVersion[] },
  ) => {
    content.append(payload.container, payload.versions);
  },
  ({ container }) => `${container.kind}/${container.id}`,
);

export const contentEvents = [versionsAppended];

/** What a new version states; the rest follows from the transaction and, for an edit, from the version before. */
export type NewVersion = Pick<
  ItemVersion,
  "itemId" | "kind" | "parentId" | "name" | "content" | "by"
> &
  Partial<Pick<ItemVersion, "isDeleted" | "at" | "createdAt" | "message" | "governance">> & {
    /** Its mark; named otherwise than there, so that a version made from another one does not take it over. */
    readonly as?: VersionMark;
  };

/** Appends versions to a container as one event. `at` may lie before `context.now`, never after. */
export function appendVersions(
  context: Context,
  container: Container,
  versions: readonly NewVersion[],
): void {
  if (versions.length === 0) return;
  const content = contentState.of(context);
  context.inTenant(container.tenantId).emit(versionsAppended, {
    container,
    versions: versions.map(({ as, ...version }): ItemVersion => {
      const first = version.createdAt ?? content.history(container, version.itemId)[0]?.createdAt;
      const at = Math.min(version.at ?? context.now, context.now);
      const own = { at, createdAt: first ?? at, mark: as };
      return { isDeleted: false, message: null, ...version, ...own };
    }),
  });
}

/** The bytes of a version; empty for folders. */
export function bytesOf(
  source: { readonly world: World; readonly blobs: BlobStore },
  version: Pick<ItemVersion, "content">,
): Uint8Array {
  const content = version.content;
  if (content === null) return new Uint8Array();
  switch (content.kind) {
    case "text":
      return textBytesOf(content.key, content.size);
    case "random":
      return randomBytesOf(content.key, content.size);
    case "blob":
      return source.blobs.get(content.hash);
  }
}
