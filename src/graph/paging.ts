import { z } from "zod";
import type { TenantGraph } from "./graph-client.ts";

/** One page of a Graph collection. */
export interface GraphPage<Item> {
  readonly items: readonly Item[];
  /** Opaque link to the next page (absolute or relative, as Graph gave it); null on the last page. */
  readonly nextLink: string | null;
}

/** Reads one page. `path` is a collection below the version or the `nextLink` of the page before. */
export async function readPage<Schema extends z.ZodType>(
  graph: TenantGraph,
  path: string,
  item: Schema,
): Promise<GraphPage<z.infer<Schema>>> {
  const page = await graph.read(
    { method: "GET", path },
    z.object({ value: z.array(item), "@odata.nextLink": z.string().nullish() }),
  );
  return { items: page.value, nextLink: page["@odata.nextLink"] ?? null };
}

/** Reads a collection to its end. Only for collections that are small by nature (policies, sessions, partners). */
export async function readAll<Schema extends z.ZodType>(
  graph: TenantGraph,
  path: string,
  item: Schema,
): Promise<z.infer<Schema>[]> {
  const items: z.infer<Schema>[] = [];
  let next: string | null = path;
  while (next !== null) {
    const page: GraphPage<z.infer<Schema>> = await readPage(graph, next, item);
    items.push(...page.items);
    next = page.nextLink;
  }
  return items;
}
