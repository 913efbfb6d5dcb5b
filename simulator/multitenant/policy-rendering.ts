import type { CrossTenantPolicy } from "./organization-state.ts";
import {
  NO_SETTINGS,
  type Partner,
  type PolicyTemplates,
  SYSTEM_DEFAULT,
} from "./partner-policy.ts";

type Json = Record<string, unknown>;

const CONSENT_INHERITED = { inboundAllowed: null, outboundAllowed: null };

function renderSettings(settings: PolicyTemplates["partner"]["settings"]): Json {
  return {
    ...settings,
    // Graph gives this one as an object of nulls where the others are null (crosstenantaccesspolicy-list-partners).
    automaticUserConsentSettings: {
      ...CONSENT_INHERITED,
      ...settings.automaticUserConsentSettings,
    },
  };
}

/** `crossTenantAccessPolicyConfigurationPartner`; `isTogether` is the read-only mark of a common organization. */
export function renderPartner(partner: Partner, isTogether: boolean): Json {
  return {
    tenantId: partner.tenantId,
    isServiceProvider: null,
    isInMultiTenantOrganization: isTogether,
    // A partner that an older version has stored lacks the settings that came later.
    ...renderSettings({ ...NO_SETTINGS, ...partner.settings }),
  };
}

/** `crossTenantIdentitySyncPolicyPartner`, or null where the partner has none. */
export function renderIdentitySynchronization(partner: Partner): Json | null {
  if (partner.identitySynchronization === null) {
    return null;
  }
  const { displayName, isSyncAllowed } = partner.identitySynchronization;
  return { tenantId: partner.tenantId, displayName, userSyncInbound: { isSyncAllowed } };
}

/** `crossTenantAccessPolicyConfigurationDefault`. Automatic redemption cannot be a default. */
export function renderDefault(policy: Readonly<CrossTenantPolicy>, tenantId: string): Json {
  return {
    id: tenantId,
    isServiceDefault: policy.defaults === null,
    ...SYSTEM_DEFAULT,
    ...policy.defaults,
    automaticUserConsentSettings: { inboundAllowed: false, outboundAllowed: false },
  };
}

/** `crossTenantAccessPolicy`. */
export function renderPolicy(policy: Readonly<CrossTenantPolicy>, tenantId: string): Json {
  return {
    id: tenantId,
    deletedDateTime: null,
    displayName: policy.displayName,
    allowedCloudEndpoints: policy.allowedCloudEndpoints,
  };
}

/** `multiTenantOrganizationIdentitySyncPolicyTemplate`. */
export function renderSynchronizationTemplate(templates: PolicyTemplates, id: string): Json {
  const { isSyncAllowed, level } = templates.synchronization;
  return { id, templateApplicationLevel: level, userSyncInbound: { isSyncAllowed } };
}

/** `multiTenantOrganizationPartnerConfigurationTemplate`. */
export function renderPartnerTemplate(templates: PolicyTemplates, id: string): Json {
  const { settings, level } = templates.partner;
  return { id, templateApplicationLevel: level, ...renderSettings(settings) };
}
