import type { z } from "zod";

/** Entra app roles of the API. Admin may do everything; Operator and Approver may also read. */
export const ROLES = ["Reader", "Operator", "Approver", "Admin"] as const;
export type Role = (typeof ROLES)[number];

/**
 * One operation of the HTTP API: what registers the route, validates requests, checks roles and describes it in
 * OpenAPI, so that none of these can disagree.
 */
export interface Operation {
  readonly id: string;
  readonly method: "GET" | "POST";
  /** Below `/api`, with `{name}` for path parameters. */
  readonly route: string;
  readonly tag: "Health" | "Tenants" | "Verifications" | "Restores" | "Onboarding";
  readonly summary: string;
  /** Any of these roles suffices; null is open to everybody. */
  readonly roles: readonly Role[] | null;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Media types of the body besides `application/json`. */
  readonly bodyTypes?: readonly string[];
  readonly answers: Readonly<
    Record<number, { readonly description: string; readonly schema?: z.ZodType }>
  >;
  /** HTTP statuses of the problems that it may answer besides 400, 401 and 403. */
  readonly problems?: readonly number[];
}

export const defineOperation = <const Definition extends Operation>(
  definition: Definition,
): Definition => definition;
