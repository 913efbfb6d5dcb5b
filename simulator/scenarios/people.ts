import { z } from "zod";

import type { User } from "../directory/user.ts";
import type { Sequence } from "../odata/page.ts";
import { ScenarioRefusal } from "./scenario.ts";

export const Person = z.strictObject({ id: z.string(), userPrincipalName: z.string() });

export function personOf({ id, userPrincipalName }: User): z.infer<typeof Person> {
  return { id, userPrincipalName };
}

/** A sequence without its holes. */
export function listPeople(sequence: Sequence<User>): readonly User[] {
  const people: User[] = [];
  for (let index = 0; index < sequence.length; index += 1) {
    const user = sequence.at(index);
    if (user !== undefined) people.push(user);
  }
  return people;
}

/** The named ones among the people; refuses when one is not among them. */
export function choosePeople(
  people: readonly User[],
  idsOrNames: readonly string[],
): readonly User[] {
  if (idsOrNames.length === 0) return [];
  const byKey = new Map(
    people.flatMap((user) => [
      [user.id, user],
      [user.userPrincipalName.toLowerCase(), user],
    ]),
  );
  return idsOrNames.map((name) => {
    const user = byKey.get(name.toLowerCase());
    if (user === undefined)
      throw new ScenarioRefusal(`${name} is not one of the people it could meet.`);
    return user;
  });
}
