import { z } from "zod";
import { WORKLOADS } from "../domain/workload.ts";

/** An Entra tenant's id: a GUID in any case; compared and stored in lower case. */
export const TenantId = z.guid("a GUID").transform((value) => value.toLowerCase());

export const Workload = z.enum(WORKLOADS);

/** An instant as ISO 8601 with an offset or Z; stored in UTC with milliseconds. */
export const Instant = z.iso
  .datetime({ offset: true })
  .transform((value) => new Date(value).toISOString());

/** Who asked for something: an Entra object id and a name for people. */
export const Actor = z.object({ objectId: z.string(), name: z.string() });
export type Actor = z.infer<typeof Actor>;

/** Why something stands still, for people. */
export const Waiting = z.object({
  reason: z.string(),
  since: z.string(),
  nextLookAt: z.string().nullable(),
  deadline: z.string(),
});
export type Waiting = z.infer<typeof Waiting>;
