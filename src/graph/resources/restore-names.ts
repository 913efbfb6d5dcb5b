import { z } from "zod";
import type { Clock } from "../../domain/clock.ts";
import type { RequestedName } from "../../domain/requested-unit.ts";
import { BATCH_SIZE, type BatchItem, type BatchResult, readBatch } from "../batch.ts";
import { type GraphError, NotFoundError, TerminalError } from "../errors.ts";
import type { TenantGraph } from "../graph-client.ts";

/** What the directory says about a name. */
export type NameFinding =
  | { readonly kind: "found"; readonly resourceId: string; readonly name: string }
  | { readonly kind: "none" }
  | { readonly kind: "unknown"; readonly error: GraphError };

const UserAnswer = z.object({ id: z.string(), userPrincipalName: z.string().nullish() });
const UsersAnswer = z.object({ value: z.array(UserAnswer) });
const SiteAnswer = z.object({ id: z.string(), webUrl: z.string().nullish() });

/**
 * Looks names up in the directory and among the sites, 20 a request, in the order given. An e-mail that is no user
 * principal name is asked for as a mail address too.
 */
export async function findNames(
  graph: TenantGraph,
  names: readonly RequestedName[],
  clock: Clock,
): Promise<NameFinding[]> {
  const first = await readMany(graph, names.map(lookUp), clock);
  const findings = names.map((name, index) => finding(name, first[index] ?? null));

  const byMail = names.flatMap((name, index) =>
    name.kind === "email" && findings[index]?.kind === "none" ? [{ name, index }] : [],
  );
  const second = await readMany(
    graph,
    byMail.map(({ name }) => ({
      method: "GET",
      path: `/users?$filter=${encodeURIComponent(`mail eq '${name.email.replaceAll("'", "''")}'`)}&$select=id,userPrincipalName`,
    })),
    clock,
  );
  for (const [position, { index }] of byMail.entries()) {
    findings[index] = findingOfList(second[position] ?? null);
  }
  return findings;
}

function lookUp(name: RequestedName): BatchItem | null {
  switch (name.kind) {
    case "directoryObject":
      return userItem(name.id);
    case "email":
      return userItem(name.email);
    case "siteId":
      return { method: "GET", path: `/sites/${name.id}?$select=id,webUrl` };
    case "siteUrl":
      return {
        method: "GET",
        path: `/sites/${name.hostname}${name.path === "" ? "" : `:${name.path}`}?$select=id,webUrl`,
      };
    case "unreadable":
      return null;
  }
}

const userItem = (idOrName: string): BatchItem => ({
  method: "GET",
  path: `/users/${encodeURIComponent(idOrName)}?$select=id,userPrincipalName`,
});

/** Sends the items in batches; a null item has a null result. */
async function readMany(
  graph: TenantGraph,
  items: readonly (BatchItem | null)[],
  clock: Clock,
): Promise<(BatchResult | null)[]> {
  const results: (BatchResult | null)[] = items.map(() => null);
  const asked = items.flatMap((item, index) => (item === null ? [] : [{ item, index }]));
  for (let start = 0; start < asked.length; start += BATCH_SIZE) {
    const batch = asked.slice(start, start + BATCH_SIZE);
    const answers = await readBatch(
      graph,
      batch.map(({ item }) => item),
      clock,
    );
    for (const [position, { index }] of batch.entries()) {
      results[index] = answers[position] ?? null;
    }
  }
  return results;
}

function finding(name: RequestedName, result: BatchResult | null): NameFinding {
  if (result === null) {
    return { kind: "none" };
  }
  if (!result.ok) {
    return notFoundOrUnknown(result.error);
  }
  if (name.kind === "siteId" || name.kind === "siteUrl") {
    const site = SiteAnswer.safeParse(result.body);
    return site.success
      ? { kind: "found", resourceId: site.data.id, name: site.data.webUrl ?? site.data.id }
      : { kind: "none" };
  }
  const user = UserAnswer.safeParse(result.body);
  return user.success ? foundUser(user.data) : { kind: "none" };
}

function findingOfList(result: BatchResult | null): NameFinding {
  if (result === null || !result.ok) {
    return result === null ? { kind: "none" } : notFoundOrUnknown(result.error);
  }
  const users = UsersAnswer.safeParse(result.body);
  // Two users with one mail address are not one of them: the caller has to say which.
  const [user, other] = users.success ? users.data.value : [];
  return user === undefined || other !== undefined ? { kind: "none" } : foundUser(user);
}

const foundUser = (user: z.infer<typeof UserAnswer>): NameFinding => ({
  kind: "found",
  resourceId: user.id,
  name: user.userPrincipalName ?? user.id,
});

/** A name that Graph calls malformed is a name of nothing. */
const notFoundOrUnknown = (error: GraphError): NameFinding =>
  error instanceof NotFoundError || (error instanceof TerminalError && error.details.status === 400)
    ? { kind: "none" }
    : { kind: "unknown", error };
