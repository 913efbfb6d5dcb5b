/** A person, group or application that something is shared with; `id` is null for an address outside the tenant. */
export interface Grantee {
  readonly kind: "user" | "group" | "siteGroup" | "application";
  readonly id: string | null;
  readonly displayName: string;
  readonly email: string | null;
}

export type ShareRole = "read" | "write" | "owner" | "fullcontrol";

/** A permission that an item gives by itself, beside what it has from its folders. */
export interface ItemPermission {
  readonly id: string;
  readonly role: ShareRole;
  /** One for a grant; for a link those whom it names, nobody unless its scope is `users`. */
  readonly grantees: readonly Grantee[];
  readonly link: {
    readonly type: "view" | "edit";
    readonly scope: "anonymous" | "organization" | "users";
    /** Application that made it: the same application gets the same link again. Null: a person made it on the site. */
    readonly application: { readonly id: string; readonly displayName: string } | null;
  } | null;
  /** Set when an invitation was sent. */
  readonly invitation: { readonly email: string; readonly isSignInRequired: boolean } | null;
  /** Unix milliseconds; null: never. */
  readonly expiresAt: number | null;
}

/** A retention label as it is on one item; its settings follow from its name. */
export interface AppliedRetentionLabel {
  readonly name: string;
  /** Put on the item itself, not on a folder above it. */
  readonly isExplicit: boolean;
  /** Unlocked records can be edited. */
  readonly isLocked: boolean;
  readonly at: number;
  readonly byId: string | null;
  readonly byName: string;
}

export interface AppliedSensitivityLabel {
  readonly id: string;
  readonly assignmentMethod: "standard" | "privileged" | "auto";
}

/** Who may see an item, and what rules it stands under. */
export interface Governance {
  readonly permissions?: readonly ItemPermission[];
  /** The permissions of the folders above do not apply. */
  readonly isInheritanceBroken?: true;
  readonly retentionLabel?: AppliedRetentionLabel;
  readonly sensitivityLabel?: AppliedSensitivityLabel;
}

/** What an item without sharing and labels changes to by `changes`; null takes a part away. Undefined when nothing is left. */
export function changeGovernance(
  governance: Governance | undefined,
  changes: { readonly [name in keyof Governance]?: Governance[name] | null },
): Governance | undefined {
  const merged = { ...governance, ...changes };
  const { permissions, isInheritanceBroken, retentionLabel, sensitivityLabel } = merged;
  const hasPermissions =
    permissions !== undefined && permissions !== null && permissions.length > 0;
  const changed: Governance = {
    ...(hasPermissions ? { permissions } : {}),
    ...(isInheritanceBroken === true ? { isInheritanceBroken } : {}),
    ...(retentionLabel ? { retentionLabel } : {}),
    ...(sensitivityLabel ? { sensitivityLabel } : {}),
  };
  return Object.keys(changed).length === 0 ? undefined : changed;
}

/** Whether two items are shared alike and carry the same labels. */
export function isSameGovernance(
  left: Governance | undefined,
  right: Governance | undefined,
): boolean {
  // `changeGovernance` puts the parts in one order, so that equal ones are written alike.
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}
