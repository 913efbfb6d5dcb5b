import { z } from "zod";

import type { Context } from "../core/context.ts";
import { fraction } from "../core/random.ts";
import { directoryState, membershipChanged, type Group } from "../directory/directory.ts";
import { syncGroupId, type User } from "../directory/user.ts";
import { wakeEdges } from "../multitenant/synchronization-wake.ts";
import { choosePeople, listPeople, Person, personOf } from "./people.ts";
import { At, atOf, defineScenario, ScenarioRefusal, Seed, TenantId } from "./scenario.ts";
import { rankBySeed } from "./strike.ts";

export const membershipChange = defineScenario({
  name: "membership-change",
  summary: "People join and leave a group; synchronization and dynamic rules follow at their pace.",
  input: z
    .strictObject({
      tenantId: TenantId,
      groupId: z
        .guid()
        .optional()
        .describe("Default: the group that the seed makes for cross-tenant synchronization."),
      add: z.int().nonnegative().default(0).describe("How many people join."),
      remove: z.int().nonnegative().default(0).describe("How many members leave."),
      addUserIds: z.array(z.string().min(1)).default([]).describe("Or who joins: ids or names."),
      removeUserIds: z.array(z.string().min(1)).default([]).describe("Or who leaves."),
      seed: Seed,
    })
    .refine(
      ({ add, remove, addUserIds, removeUserIds }) =>
        add + remove + addUserIds.length + removeUserIds.length > 0,
      { message: "Say who joins or leaves: add, remove, addUserIds or removeUserIds." },
    ),
  answer: z.strictObject({
    group: z.strictObject({ id: z.string(), displayName: z.string() }),
    added: z.array(Person),
    removed: z.array(Person),
    at: At,
  }),
  run(context, input) {
    const group = groupOf(context, input.groupId);
    const directory = directoryState.of(context).tenant(context.tenantId);
    const members = listPeople(directory.members(group.id));
    const outside = listPeople(directory.users()).filter(
      ({ id }) => !directory.isMember(group.id, id),
    );
    const rank = (word: string) => (user: User) =>
      fraction("scenario", input.seed, word, group.id, user.id);
    const added = [
      ...choosePeople(outside, input.addUserIds),
      ...rankBySeed(outside, rank("join")).slice(0, input.add),
    ];
    const removed = [
      ...choosePeople(members, input.removeUserIds),
      ...rankBySeed(members, rank("leave")).slice(0, input.remove),
    ];
    const change = (users: Iterable<User>, isMember: boolean) => {
      for (const user of users) {
        context.emit(membershipChanged, { groupId: group.id, userId: user.id, isMember });
      }
    };
    const joining = new Set(added);
    const leaving = new Set(removed);
    change(joining, true);
    change(leaving, false);
    wakeEdges(context, [context.tenantId]);
    return {
      group: { id: group.id, displayName: group.displayName },
      added: [...joining].map(personOf),
      removed: [...leaving].map(personOf),
      ...atOf(context),
    };
  },
});

function groupOf(context: Context, groupId: string | undefined): Group {
  const tenant = context.world.estate.tenant(context.tenantId);
  if (groupId === undefined && (tenant === null || tenant.syncGroup === null)) {
    throw new ScenarioRefusal("The seed makes no group for this tenant: give groupId.");
  }
  const id = groupId ?? (tenant === null ? "" : syncGroupId(tenant));
  const group = directoryState.of(context).tenant(context.tenantId).findGroup(id);
  if (group === null) throw new ScenarioRefusal(`The tenant has no group ${id}.`);
  return group;
}
