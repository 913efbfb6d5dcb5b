import { z } from "zod";
import type { Clock } from "../../domain/clock.ts";
import { BATCH_SIZE, readBatch } from "../batch.ts";
import type { TenantGraph } from "../graph-client.ts";
import { type GraphPage, readAll, readPage } from "../paging.ts";

/** Ids of the groups of that display name; names are not unique in a directory. */
export async function findGroups(graph: TenantGraph, displayName: string): Promise<string[]> {
  const filter = encodeURIComponent(`displayName eq '${displayName.replaceAll("'", "''")}'`);
  const groups = await readAll(
    graph,
    `/groups?$filter=${filter}&$select=id,displayName`,
    z.object({ id: z.string() }),
  );
  return groups.map(({ id }) => id);
}

const MemberAnswer = z.object({
  "@odata.type": z.string().nullish(),
  id: z.string(),
  userPrincipalName: z.string().nullish(),
  mail: z.string().nullish(),
  userType: z.string().nullish(),
  accountEnabled: z.boolean().nullish(),
});
export type GroupMember = z.infer<typeof MemberAnswer>;

/**
 * One page of a group's direct members of every kind.
 *
 * @param nextLink The link of the page before; null for the first page.
 */
export const readGroupMembers = (
  graph: TenantGraph,
  groupId: string,
  nextLink: string | null,
): Promise<GraphPage<GroupMember>> =>
  readPage(
    graph,
    nextLink ??
      `/groups/${groupId}/members?$select=id,userPrincipalName,mail,userType,accountEnabled&$top=100`,
    MemberAnswer,
  );

const UserAnswer = z.object({
  id: z.string(),
  userPrincipalName: z.string().nullish(),
  mail: z.string().nullish(),
  userType: z.string().nullish(),
  externalUserState: z.string().nullish(),
});
export type DirectoryUser = z.infer<typeof UserAnswer>;

const UsersAnswer = z.object({ value: z.array(UserAnswer) });
const USER_PROPERTIES = "id,userPrincipalName,mail,userType,externalUserState";

/**
 * The users whom each filter finds, in the order of the filters, twenty filters a request.
 *
 * @throws GraphError when any of the searches fails: a user who could not be looked for is not a missing user.
 */
export async function findUsers(
  graph: TenantGraph,
  filters: readonly string[],
  clock: Clock,
): Promise<DirectoryUser[][]> {
  const found: DirectoryUser[][] = [];
  for (let start = 0; start < filters.length; start += BATCH_SIZE) {
    const results = await readBatch(
      graph,
      filters.slice(start, start + BATCH_SIZE).map((filter) => ({
        method: "GET" as const,
        path: `/users?$filter=${encodeURIComponent(filter)}&$select=${USER_PROPERTIES}`,
      })),
      clock,
    );
    for (const result of results) {
      if (!result.ok) {
        throw result.error;
      }
      found.push(UsersAnswer.parse(result.body).value);
    }
  }
  return found;
}
