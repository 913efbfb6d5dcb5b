import { z } from "zod";

const accessTarget = z.strictObject({
  target: z.string().nullable(),
  targetType: z.enum(["user", "group", "application"]).nullable(),
});
const targetConfiguration = z.strictObject({
  accessType: z.enum(["allowed", "blocked"]).nullish(),
  targets: z.array(accessTarget).nullish(),
});
const b2bSetting = z.strictObject({
  applications: targetConfiguration.nullish(),
  usersAndGroups: targetConfiguration.nullish(),
});
const inboundTrust = z.strictObject({
  isMfaAccepted: z.boolean().nullish(),
  isCompliantDeviceAccepted: z.boolean().nullish(),
  isHybridAzureADJoinedDeviceAccepted: z.boolean().nullish(),
});
const consentSettings = z.strictObject({
  inboundAllowed: z.boolean().nullish(),
  outboundAllowed: z.boolean().nullish(),
});
const tenantRestrictions = z.strictObject({
  applications: targetConfiguration.nullish(),
  usersAndGroups: targetConfiguration.nullish(),
  devices: z
    .strictObject({ mode: z.enum(["allowed", "blocked"]).nullish(), rule: z.string().nullish() })
    .nullish(),
});
const appServiceConnect = z.strictObject({ applications: targetConfiguration.nullish() });
const m365Inbound = z.strictObject({ users: targetConfiguration.nullish() });
const m365Outbound = z.strictObject({ usersAndGroups: targetConfiguration.nullish() });
const redemptionProvider = z.enum([
  "azureActiveDirectory",
  "externalFederation",
  "socialIdentityProviders",
  "emailOneTimePasscode",
  "microsoftAccount",
  "defaultConfiguredIdp",
]);
const templateApplicationLevel = z
  .string()
  .regex(/^(?:none|newPartners|existingPartners)?(?:, ?(?:newPartners|existingPartners))*$/u);

/** Settings that a partner configuration and the template for new members have in common. */
const partnerSettings = {
  automaticUserConsentSettings: consentSettings.nullish(),
  b2bCollaborationInbound: b2bSetting.nullish(),
  b2bCollaborationOutbound: b2bSetting.nullish(),
  b2bDirectConnectInbound: b2bSetting.nullish(),
  b2bDirectConnectOutbound: b2bSetting.nullish(),
  inboundTrust: inboundTrust.nullish(),
};

/** Settings that the template lacks; names and members as in the metadata, their effect is outside of the simulator. */
const partnerOnlySettings = {
  appServiceConnectInbound: appServiceConnect.nullish(),
  m365CollaborationInbound: m365Inbound.nullish(),
  m365CollaborationOutbound: m365Outbound.nullish(),
  tenantRestrictions: tenantRestrictions.nullish(),
};

export const PartnerChange = z.strictObject({ ...partnerSettings, ...partnerOnlySettings });
export type PartnerChange = z.infer<typeof PartnerChange>;

export const NewPartner = z.strictObject({ tenantId: z.guid(), ...PartnerChange.shape });

export const DefaultChange = z.strictObject({
  b2bCollaborationInbound: b2bSetting.optional(),
  b2bCollaborationOutbound: b2bSetting.optional(),
  b2bDirectConnectInbound: b2bSetting.optional(),
  b2bDirectConnectOutbound: b2bSetting.optional(),
  inboundTrust: inboundTrust.optional(),
  appServiceConnectInbound: appServiceConnect.optional(),
  m365CollaborationInbound: m365Inbound.optional(),
  m365CollaborationOutbound: m365Outbound.optional(),
  tenantRestrictions: tenantRestrictions.optional(),
  invitationRedemptionIdentityProviderConfiguration: z
    .strictObject({
      primaryIdentityProviderPrecedenceOrder: z.array(redemptionProvider).nullish(),
      fallbackIdentityProvider: redemptionProvider.nullish(),
    })
    .optional(),
});
export type DefaultChange = z.infer<typeof DefaultChange>;

export const IdentitySynchronizationBody = z.strictObject({
  displayName: z.string().max(256).nullish(),
  userSyncInbound: z.strictObject({ isSyncAllowed: z.boolean() }).nullish(),
});
export type IdentitySynchronizationBody = z.infer<typeof IdentitySynchronizationBody>;

export const SynchronizationTemplateChange = z.strictObject({
  userSyncInbound: z.strictObject({ isSyncAllowed: z.boolean().nullable() }).nullish(),
  templateApplicationLevel: templateApplicationLevel.nullish(),
});
export type SynchronizationTemplateChange = z.infer<typeof SynchronizationTemplateChange>;

export const PartnerTemplateChange = z.strictObject({
  ...partnerSettings,
  templateApplicationLevel: templateApplicationLevel.nullish(),
});
export type PartnerTemplateChange = z.infer<typeof PartnerTemplateChange>;

type Settled<Change> = { [Name in keyof Change]-?: NonNullable<Change[Name]> | null };
type PartnerSettings = Settled<PartnerChange>;
type TemplateSettings = Settled<Omit<PartnerTemplateChange, "templateApplicationLevel">>;

/** What a target tenant lets a source tenant synchronize into it. */
interface IdentitySynchronization {
  readonly displayName: string | null;
  readonly isSyncAllowed: boolean | null;
}

/** One partner configuration; a null setting inherits the tenant's default. */
export interface Partner {
  readonly tenantId: string;
  readonly settings: PartnerSettings;
  readonly identitySynchronization: IdentitySynchronization | null;
}

/** Template for the partner configurations that joining an organization creates; a null property touches nothing. */
export interface PolicyTemplates {
  readonly synchronization: {
    readonly isSyncAllowed: boolean | null;
    readonly level: string;
  };
  readonly partner: { readonly settings: TemplateSettings; readonly level: string };
}

const NO_TEMPLATE_SETTINGS: TemplateSettings = {
  automaticUserConsentSettings: null,
  b2bCollaborationInbound: null,
  b2bCollaborationOutbound: null,
  b2bDirectConnectInbound: null,
  b2bDirectConnectOutbound: null,
  inboundTrust: null,
};

/** Everything inherits. */
export const NO_SETTINGS: PartnerSettings = {
  ...NO_TEMPLATE_SETTINGS,
  appServiceConnectInbound: null,
  m365CollaborationInbound: null,
  m365CollaborationOutbound: null,
  tenantRestrictions: null,
};

/** The level of a template that nobody has touched (multitenantorganizationidentitysyncpolicytemplate-get). */
const DEFAULT_TEMPLATE_LEVEL = "newPartners,existingPartners";

export const DEFAULT_TEMPLATES: PolicyTemplates = {
  synchronization: { isSyncAllowed: null, level: DEFAULT_TEMPLATE_LEVEL },
  partner: { settings: NO_TEMPLATE_SETTINGS, level: DEFAULT_TEMPLATE_LEVEL },
};

const everyone = (accessType: "allowed" | "blocked") => ({
  usersAndGroups: { accessType, targets: [{ target: "AllUsers", targetType: "user" as const }] },
  applications: {
    accessType,
    targets: [{ target: "AllApplications", targetType: "application" as const }],
  },
});

/** The system default: collaboration allowed, direct connect blocked, nothing trusted, no automatic redemption. */
export const SYSTEM_DEFAULT: DefaultChange = {
  b2bCollaborationInbound: everyone("allowed"),
  b2bCollaborationOutbound: everyone("allowed"),
  b2bDirectConnectInbound: everyone("blocked"),
  b2bDirectConnectOutbound: everyone("blocked"),
  inboundTrust: {
    isMfaAccepted: false,
    isCompliantDeviceAccepted: false,
    isHybridAzureADJoinedDeviceAccepted: false,
  },
};

/** A new partner with the settings that were given; the rest inherits. */
export function createPartner(tenantId: string, change: PartnerChange): Partner {
  return changePartner({ tenantId, settings: NO_SETTINGS, identitySynchronization: null }, change);
}

/** The partner after a PATCH: a property that is absent stays, null resets to inherit, an object merges its members. */
export function changePartner(partner: Partner, change: PartnerChange): Partner {
  return { ...partner, settings: mergeSettings(partner.settings, change) };
}

/** "applications" and "usersAndGroups" are replaced as a whole, flags are merged one by one. */
function mergeSettings<Settings extends object>(settings: Settings, change: object): Settings {
  const merged = { ...settings } as Record<string, unknown>;
  for (const [name, value] of Object.entries(change) as [string, object | null | undefined][]) {
    if (value === undefined) continue;
    const isFlags = name === "automaticUserConsentSettings" || name === "inboundTrust";
    const before = merged[name] as object | null | undefined;
    merged[name] = isFlags && value !== null ? { ...before, ...value } : value;
  }
  return merged as Settings;
}

export function changeTemplates(
  templates: PolicyTemplates,
  change:
    | { readonly kind: "synchronization"; readonly body: SynchronizationTemplateChange }
    | { readonly kind: "partner"; readonly body: PartnerTemplateChange },
): PolicyTemplates {
  const level = normalizeLevel(change.body.templateApplicationLevel);
  if (change.kind === "synchronization") {
    const { userSyncInbound } = change.body;
    const { synchronization } = templates;
    return {
      ...templates,
      synchronization: {
        isSyncAllowed:
          userSyncInbound === undefined
            ? synchronization.isSyncAllowed
            : (userSyncInbound?.isSyncAllowed ?? null),
        level: level ?? synchronization.level,
      },
    };
  }
  const { templateApplicationLevel: _, ...settings } = change.body;
  return {
    ...templates,
    partner: {
      settings: mergeSettings(templates.partner.settings, settings),
      level: level ?? templates.partner.level,
    },
  };
}

/** Pages say `none`, null or the empty string to disable a template; all of them read back as `none`. */
function normalizeLevel(level: string | null | undefined): string | null {
  if (level === undefined) {
    return null;
  }
  return level === null || level === "" ? "none" : level.replaceAll(" ", "");
}

/**
 * The partner configuration of a tenant for another one at the moment they become members of one organization.
 * Templates act now and never again; a null template property leaves the partner's own value.
 */
export function applyTemplates(
  templates: PolicyTemplates,
  existing: Partner | null,
  tenant: { readonly tenantId: string; readonly displayName: string },
): Partner {
  const level = existing === null ? "newPartners" : "existingPartners";
  let partner = existing ?? createPartner(tenant.tenantId, {});
  if (templates.partner.level.includes(level)) {
    const set = Object.entries(templates.partner.settings).filter(([, value]) => value !== null);
    partner = changePartner(partner, Object.fromEntries(set));
  }
  const { isSyncAllowed } = templates.synchronization;
  if (templates.synchronization.level.includes(level) && isSyncAllowed !== null) {
    const displayName = partner.identitySynchronization?.displayName ?? tenant.displayName;
    partner = { ...partner, identitySynchronization: { displayName, isSyncAllowed } };
  }
  return partner;
}
