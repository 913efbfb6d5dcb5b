import { z } from "zod";

/** One field of a request that is wrong. */
export const FieldError = z.object({
  /** Path of the field, as `units.mailboxes[2]`; empty for the body itself. */
  field: z.string(),
  expected: z.string(),
  given: z.string(),
});
export type FieldError = z.infer<typeof FieldError>;

/** RFC 9457 problem details, answered as `application/problem+json`. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  errors: z.array(FieldError).optional(),
});
export type Problem = z.infer<typeof Problem>;
