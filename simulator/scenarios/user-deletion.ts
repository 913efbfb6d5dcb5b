import { z } from "zod";

import { fraction } from "../core/random.ts";
import { directoryState, userDeleted } from "../directory/directory.ts";
import { wakeEdges } from "../multitenant/synchronization-wake.ts";
import { choosePeople, listPeople, Person, personOf } from "./people.ts";
import { At, atOf, defineScenario, Seed, TenantId } from "./scenario.ts";
import { rankBySeed } from "./strike.ts";

const Answer = z.strictObject({ users: z.array(Person), at: At });

export const userDeletion = defineScenario({
  name: "user-deletion",
  summary: "Users are deleted softly, never the tenant's administrator of the seed.",
  input: z
    .strictObject({
      tenantId: TenantId,
      users: z.int().positive().optional().describe("How many."),
      userIds: z.array(z.string().min(1)).min(1).optional().describe("Or who: ids or names."),
      seed: Seed,
    })
    .refine(({ users, userIds }) => (users === undefined) !== (userIds === undefined), {
      message: "Give either users or userIds.",
    }),
  answer: Answer,
  run(context, input) {
    const directory = directoryState.of(context).tenant(context.tenantId);
    const admin = context.world.estate.tenant(context.tenantId)?.ids.guid("user", 0);
    const people = listPeople(directory.users()).filter(({ id }) => id !== admin);
    const chosen = new Set(
      input.userIds === undefined
        ? rankBySeed(people, ({ id }) => fraction("scenario", input.seed, "delete", id)).slice(
            0,
            input.users,
          )
        : choosePeople(people, input.userIds),
    );
    for (const { id } of chosen) context.emit(userDeleted, { id });
    wakeEdges(context, [context.tenantId]);
    return { users: [...chosen].map(personOf), ...atOf(context) };
  },
});

export const userRestoration = defineScenario({
  name: "user-restoration",
  summary: "Softly deleted users come back.",
  input: z.strictObject({
    tenantId: TenantId,
    userIds: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe("Who: ids or names (default: everybody who is softly deleted)."),
  }),
  answer: Answer,
  run(context, input) {
    const deleted = directoryState.of(context).tenant(context.tenantId).deletedUsers();
    const chosen = new Set(
      input.userIds === undefined ? deleted : choosePeople(deleted, input.userIds),
    );
    for (const { id } of chosen) context.emit(userDeleted, { id, restored: true });
    wakeEdges(context, [context.tenantId]);
    return { users: [...chosen].map(personOf), ...atOf(context) };
  },
});
