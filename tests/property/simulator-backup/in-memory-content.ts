import {
  appendVersions,
  contentState,
  type NewVersion,
} from "../../../simulator/content/content.ts";
import { createMemoryBlobStore } from "../../../simulator/content/blob-store.ts";
import {
  modificationOf,
  type Container,
  type ItemVersion,
} from "../../../simulator/content/item.ts";
import { rootItemId } from "../../../simulator/content/seeded-items.ts";
import type { Context } from "../../../simulator/core/context.ts";
import { World } from "../../../simulator/core/world.ts";
import { createEstate } from "../../../simulator/seed/estate.ts";
import { smallEstate } from "../../contract/simulator/small-estate.ts";

/** One world for all: making one costs more than a history. */
const WORLD = new World(createEstate(smallEstate()), [contentState]);
let containers = 0;

/** The simulator's own content, written to without a request: one empty container for each. */
export class InMemoryContent {
  readonly #context: Context;
  readonly #container: Container;
  #now = 0;
  #serial = 0;

  constructor(kind: Container["kind"]) {
    containers += 1;
    // A container that the seed does not know begins empty.
    this.#container = { tenantId: "nobody", kind, id: String(containers) };
    const source = this as { readonly now: number };
    this.#context = {
      world: WORLD,
      tenantId: "nobody",
      blobs: createMemoryBlobStore(),
      get now() {
        return source.now;
      },
      inTenant: () => this.#context,
      emit: (event, payload) => {
        const copy = JSON.parse(JSON.stringify(payload)) as typeof payload;
        event.apply(WORLD, copy, { at: this.#now, tenantId: "nobody", transaction: 1 });
      },
      schedule() {},
      newId: () => this.newId(),
      random: () => 0,
    };
  }

  get rootId(): string {
    return rootItemId(this.#container);
  }

  get now(): number {
    return this.#now;
  }

  newId(): string {
    this.#serial += 1;
    return `01ITEM${this.#serial}`;
  }

  /** Writes versions one minute after what came before. */
  write(versions: readonly NewVersion[]): void {
    this.#now += 60_000;
    appendVersions(this.#context, this.#container, versions);
  }

  list(until?: number): readonly ItemVersion[] {
    return this.#content.list(this.#container, until);
  }

  states(until?: number) {
    return this.#content.states(this.#container, until);
  }

  /** All that can be read of a drive at an instant, as plain data: what a rollback must bring back. */
  view(until?: number): Record<string, unknown> {
    const entries = this.states(until).map(({ item, versions }): [string, unknown] => [
      item.itemId,
      {
        kind: item.kind,
        parentId: item.parentId,
        name: item.name,
        content: keyOf(item),
        governance: item.governance ?? null,
        createdAt: item.createdAt,
        modified: plain(item),
        versions: versions.map((version) => [keyOf(version), plain(version)]),
      },
    ]);
    // A root that nobody shares any more is the same as one that nobody ever shared.
    return Object.fromEntries(
      entries.filter(([, value]) => {
        const { kind, governance } = value as { kind: string; governance: unknown };
        return kind !== "root" || governance !== null;
      }),
    );
  }

  get #content() {
    return contentState.of({ world: WORLD });
  }
}

function keyOf({ content }: ItemVersion): string | null {
  return content === null || content.kind === "blob" ? null : content.key;
}

function plain(version: ItemVersion): readonly [number, string] {
  const { at, by } = modificationOf(version);
  return [at, by];
}
