import { defineEvent, defineState } from "../core/area.ts";
import { iso } from "../core/iso.ts";
import { RecentMap } from "../core/recent-map.ts";
import type { Sequence } from "../odata/page.ts";
import type { Estate, EstateTenant } from "../seed/estate.ts";
import {
  everyoneGroupId,
  generateUser,
  indexOfPrincipalName,
  syncGroupId,
  type User,
} from "./user.ts";

export interface Group {
  readonly id: string;
  readonly displayName: string;
  readonly description: string | null;
  readonly mailNickname: string;
  readonly createdDateTime: string;
  readonly securityEnabled: boolean;
}

interface Membership {
  /** The first so many generated users belong to it from the seed. */
  readonly seeded: number;
  readonly added: Set<string>;
  readonly removed: Set<string>;
}

/** What a checkpoint keeps of a tenant: all that the seed does not give. */
interface SavedDirectory {
  readonly changed: ReadonlyMap<string, User>;
  readonly created: readonly string[];
  readonly byName: ReadonlyMap<string, string>;
  readonly purged: ReadonlySet<string>;
  readonly groups: ReadonlyMap<string, Group>;
  readonly members: ReadonlyMap<string, Membership>;
}

/** Users that were generated lately are kept for a while; each is about two kilobytes. */
const REMEMBERED_USERS = 1_000;

/** Users and groups of one tenant: generated ones until they change, and everything that requests made. */
export class TenantDirectory {
  readonly #tenant: EstateTenant;
  readonly #startsAt: number;
  readonly #generated = new RecentMap<number, User>(REMEMBERED_USERS);
  readonly #changed = new Map<string, User>();
  readonly #created: string[] = [];
  readonly #byName = new Map<string, string>();
  readonly #purged = new Set<string>();
  readonly #groups = new Map<string, Group>();
  readonly #members = new Map<string, Membership>();

  constructor(tenant: EstateTenant, startsAt: number) {
    this.#tenant = tenant;
    this.#startsAt = startsAt;
    this.putGroup(group(everyoneGroupId(tenant), "All Company", startsAt), tenant.users);
    if (tenant.syncGroup !== null) {
      const { displayName, members } = tenant.syncGroup;
      this.putGroup(
        group(syncGroupId(tenant), displayName, startsAt),
        Math.min(members, tenant.users),
      );
    }
  }

  /** A user by id or user principal name who is not deleted, or null. */
  findUser(idOrName: string): User | null {
    const user = this.findAnyUser(idOrName);
    return user === null || user.deletedDateTime !== null ? null : user;
  }

  /** Like `findUser`, but finds soft-deleted users too. */
  findAnyUser(idOrName: string): User | null {
    const key = idOrName.toLowerCase();
    const id = this.#byName.get(key) ?? key;
    if (this.#purged.has(id)) return null;
    const changed = this.#changed.get(id);
    if (changed !== undefined) return changed;
    const index = key.includes("@")
      ? indexOfPrincipalName(this.#tenant, key)
      : this.#tenant.ids.indexOf("user", key);
    if (index === null || index >= this.#tenant.users) return null;
    const user = this.#seeded(index);
    return key.includes("@") && user.userPrincipalName.toLowerCase() !== key ? null : user;
  }

  /** All users who are not deleted, generated ones first; deleted ones are holes. */
  users(): Sequence<User> {
    return this.#sequence((user) => user.deletedDateTime === null);
  }

  /** Soft-deleted users. */
  deletedUsers(): readonly User[] {
    return [...this.#changed.values()].filter(
      (user) => user.deletedDateTime !== null && !this.#purged.has(user.id),
    );
  }

  groups(): readonly Group[] {
    return [...this.#groups.values()];
  }

  findGroup(id: string): Group | null {
    return this.#groups.get(id.toLowerCase()) ?? null;
  }

  /** Ids of a group's direct members who are not deleted; holes where one was removed. */
  members(groupId: string): Sequence<User> {
    const membership = this.#members.get(groupId.toLowerCase());
    if (membership === undefined) return [];
    const added = [...membership.added];
    return {
      length: membership.seeded + added.length,
      at: (index) => {
        const id =
          index < membership.seeded
            ? this.#tenant.ids.guid("user", index)
            : added[index - membership.seeded];
        if (id === undefined || membership.removed.has(id)) return undefined;
        return this.findUser(id) ?? undefined;
      },
    };
  }

  isMember(groupId: string, userId: string): boolean {
    const membership = this.#members.get(groupId.toLowerCase());
    if (membership === undefined || membership.removed.has(userId)) return false;
    if (membership.added.has(userId)) return true;
    const index = this.#tenant.ids.indexOf("user", userId);
    return index !== null && index < membership.seeded;
  }

  putUser(user: User): void {
    const before = this.findAnyUser(user.id);
    if (before === null) this.#created.push(user.id);
    else this.#byName.delete(before.userPrincipalName.toLowerCase());
    this.#changed.set(user.id, user);
    this.#byName.set(user.userPrincipalName.toLowerCase(), user.id);
  }

  purgeUser(id: string): void {
    this.#purged.add(id);
  }

  putGroup(group: Group, seeded = 0): void {
    this.#groups.set(group.id, group);
    if (!this.#members.has(group.id)) {
      this.#members.set(group.id, { seeded, added: new Set(), removed: new Set() });
    }
  }

  addMember(groupId: string, userId: string): void {
    const membership = this.#members.get(groupId);
    membership?.removed.delete(userId);
    if (!this.isMember(groupId, userId)) membership?.added.add(userId);
  }

  removeMember(groupId: string, userId: string): void {
    const membership = this.#members.get(groupId);
    if (membership?.added.delete(userId) !== true) membership?.removed.add(userId);
  }

  save(): SavedDirectory {
    return {
      changed: this.#changed,
      created: this.#created,
      byName: this.#byName,
      purged: this.#purged,
      groups: this.#groups,
      members: this.#members,
    };
  }

  load(saved: SavedDirectory): void {
    for (const [id, user] of saved.changed) this.#changed.set(id, user);
    for (const id of saved.created) this.#created.push(id);
    for (const [name, id] of saved.byName) this.#byName.set(name, id);
    for (const id of saved.purged) this.#purged.add(id);
    for (const [id, group] of saved.groups) this.#groups.set(id, group);
    for (const [id, membership] of saved.members) this.#members.set(id, membership);
  }

  #sequence(isWanted: (user: User) => boolean): Sequence<User> {
    const seeded = this.#tenant.users;
    return {
      length: seeded + this.#created.length,
      at: (index) => {
        const id =
          index < seeded ? this.#tenant.ids.guid("user", index) : this.#created[index - seeded];
        if (id === undefined || this.#purged.has(id)) return undefined;
        const user = this.#changed.get(id) ?? (index < seeded ? this.#seeded(index) : undefined);
        return user !== undefined && isWanted(user) ? user : undefined;
      },
    };
  }

  #seeded(index: number): User {
    return this.#generated.get(index, () => generateUser(this.#tenant, index, this.#startsAt));
  }
}

function group(id: string, displayName: string, at: number): Group {
  return {
    id,
    displayName,
    description: null,
    mailNickname: displayName.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"),
    createdDateTime: iso(at - 500 * 86_400_000),
    securityEnabled: true,
  };
}

/** Users and groups of all tenants. */
class Directory {
  readonly #tenants: ReadonlyMap<string, TenantDirectory>;

  constructor(estate: Estate) {
    this.#tenants = new Map(
      estate.tenants.map((tenant) => [
        tenant.tenantId,
        new TenantDirectory(tenant, estate.startsAt),
      ]),
    );
  }

  tenant(tenantId: string): TenantDirectory {
    const directory = this.#tenants.get(tenantId.toLowerCase());
    if (directory === undefined) throw new Error(`There is no tenant ${tenantId}.`);
    return directory;
  }

  save(): ReadonlyMap<string, SavedDirectory> {
    return new Map([...this.#tenants].map(([tenantId, tenant]) => [tenantId, tenant.save()]));
  }

  load(saved: ReadonlyMap<string, SavedDirectory>): this {
    for (const [tenantId, tenant] of saved) this.tenant(tenantId).load(tenant);
    return this;
  }
}

export const directoryState = defineState("directory", (estate) => new Directory(estate), {
  save: (directory) => directory.save(),
  load: (saved: ReadonlyMap<string, SavedDirectory>, initial) => initial.load(saved),
});

/** Emitted in the tenant that the user belongs to. */
export const userCreated = defineEvent(
  directoryState,
  "directory.userCreated",
  (directory, { user }: { readonly user: User }, { tenantId }) => {
    directory.tenant(tenantId).putUser(user);
  },
  ({ user }) => user.id,
);

export const userUpdated = defineEvent(
  directoryState,
  "directory.userUpdated",
  (
    directory,
    { id, changes }: { readonly id: string; readonly changes: Partial<User> },
    { tenantId },
  ) => {
    const tenant = directory.tenant(tenantId);
    const user = tenant.findAnyUser(id);
    if (user !== null) tenant.putUser({ ...user, ...changes, id: user.id });
  },
  ({ id }) => id,
);

/** Soft deletion; `restored: true` takes it back. */
export const userDeleted = defineEvent(
  directoryState,
  "directory.userDeleted",
  (
    directory,
    { id, restored = false }: { readonly id: string; readonly restored?: boolean },
    { tenantId, at },
  ) => {
    const tenant = directory.tenant(tenantId);
    const user = tenant.findAnyUser(id);
    if (user !== null) tenant.putUser({ ...user, deletedDateTime: restored ? null : iso(at) });
  },
  ({ id }) => id,
);

export const userPurged = defineEvent(
  directoryState,
  "directory.userPurged",
  (directory, { id }: { readonly id: string }, { tenantId }) => {
    directory.tenant(tenantId).purgeUser(id);
  },
  ({ id }) => id,
);

export const groupCreated = defineEvent(
  directoryState,
  "directory.groupCreated",
  (directory, { group: created }: { readonly group: Group }, { tenantId }) => {
    directory.tenant(tenantId).putGroup(created);
  },
  ({ group: created }) => created.id,
);

/** `isMember` false removes. */
export const membershipChanged = defineEvent(
  directoryState,
  "directory.membershipChanged",
  (
    directory,
    change: { readonly groupId: string; readonly userId: string; readonly isMember: boolean },
    { tenantId },
  ) => {
    const tenant = directory.tenant(tenantId);
    if (change.isMember) tenant.addMember(change.groupId, change.userId);
    else tenant.removeMember(change.groupId, change.userId);
  },
  ({ groupId }) => groupId,
);

export const directoryEvents = [
  userCreated,
  userUpdated,
  userDeleted,
  userPurged,
  groupCreated,
  membershipChanged,
];
