import { randomBytes, randomUUID } from "node:crypto";
import { HostError } from "../host-error.ts";
import type { AppSettings } from "../settings/app-settings.ts";
import { isTree, member, type SettingsTree } from "../settings/settings-tree.ts";
import { isSameSecret } from "./host-keys.ts";

/** Somebody who may call the app on this machine, in the place of an Entra user or application. */
export interface LocalIdentity {
  readonly name: string;
  readonly objectId: string;
  readonly roles: readonly string[];
  /** Tenants the roles are limited to; null for all. */
  readonly tenants: readonly string[] | null;
  readonly key: string;
}

const createIdentity = (name: string, roles: readonly string[]): LocalIdentity => ({
  name,
  objectId: randomUUID(),
  roles,
  tenants: null,
  key: randomBytes(24).toString("base64url"),
});

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === "string");

function parseIdentity(value: unknown, file: string): LocalIdentity {
  const [name, objectId, roles, key] = ["name", "objectId", "roles", "key"].map((property) =>
    member(value, property),
  );
  const tenants = member(value, "tenants") ?? null;
  const isValid =
    typeof name === "string" &&
    typeof objectId === "string" &&
    typeof key === "string" &&
    key.length >= 8 &&
    isTexts(roles) &&
    (tenants === null || isTexts(tenants));
  if (!isValid) {
    throw new HostError(
      "settings",
      `${file}: an entry of Host.LocalIdentities needs name, objectId, roles, tenants (or null) and a key of 8 or more characters.`,
    );
  }
  return { name, objectId, roles, tenants, key };
}

/** Identities that the settings file names, or null when it names none. */
export function parseLocalIdentities(settings: AppSettings): LocalIdentity[] | null {
  const configured = member(member(settings.tree, "Host"), "LocalIdentities");
  if (configured === undefined) {
    return null;
  }
  if (!Array.isArray(configured)) {
    throw new HostError("settings", `${settings.file}: Host.LocalIdentities must be an array.`);
  }
  return configured.map((entry) => parseIdentity(entry, settings.file));
}

/** A requester and an approver with fresh keys, and the settings with them. */
export function addLocalIdentities(settings: AppSettings): {
  identities: LocalIdentity[];
  tree: SettingsTree;
} {
  const identities = [
    createIdentity("requester", ["Reader", "Operator"]),
    createIdentity("approver", ["Reader", "Approver"]),
  ];
  const host = member(settings.tree, "Host");
  const tree = {
    ...settings.tree,
    Host: { ...(isTree(host) ? host : {}), LocalIdentities: identities },
  };
  return { identities, tree };
}

/** The identity with that key, or null. */
export const findIdentity = (
  identities: readonly LocalIdentity[],
  key: string,
): LocalIdentity | null => identities.find((identity) => isSameSecret(identity.key, key)) ?? null;

/** Role claims: `Operator` for all tenants, `Operator/<tenantId>` for each tenant it is limited to. */
const roleClaims = ({ roles, tenants }: LocalIdentity): string[] =>
  tenants === null
    ? [...roles]
    : roles.flatMap((role) => tenants.map((tenantId) => `${role}/${tenantId}`));

const NAME_CLAIM = "name";
const OBJECT_ID_CLAIM = "http://schemas.microsoft.com/identity/claims/objectidentifier";

/** The headers by which App Service tells an app who calls. */
export function principalHeaders(identity: LocalIdentity): Record<string, string> {
  const principal = {
    auth_typ: "aad",
    name_typ: NAME_CLAIM,
    role_typ: "roles",
    claims: [
      { typ: NAME_CLAIM, val: identity.name },
      { typ: OBJECT_ID_CLAIM, val: identity.objectId },
      ...roleClaims(identity).map((val) => ({ typ: "roles", val })),
    ],
  };
  return {
    "x-ms-client-principal": Buffer.from(JSON.stringify(principal)).toString("base64"),
    "x-ms-client-principal-id": identity.objectId,
    "x-ms-client-principal-name": identity.name,
    "x-ms-client-principal-idp": "aad",
  };
}
