/** The caller of one Graph request as its access token names it. */
export type Principal =
  | {
      readonly kind: "application";
      readonly tenantId: string;
      readonly appId: string;
      readonly appDisplayName: string;
      readonly roles: readonly string[];
    }
  | {
      readonly kind: "delegated";
      readonly tenantId: string;
      readonly appId: string;
      readonly appDisplayName: string;
      readonly userId: string;
      readonly userDisplayName: string;
      readonly scopes: readonly string[];
    };

export interface Identity {
  readonly application?: { readonly id: string; readonly displayName: string };
  readonly user?: { readonly id: string; readonly displayName: string };
}

/** The caller as Graph's `identitySet`, for `createdBy` and `lastModifiedBy`. */
export function identityOf(principal: Principal): Identity {
  const application = { id: principal.appId, displayName: principal.appDisplayName };
  return principal.kind === "application"
    ? { application }
    : { application, user: { id: principal.userId, displayName: principal.userDisplayName } };
}
