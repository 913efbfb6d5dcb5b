import { shapedAs } from "../core/shaped-as.ts";
import type {
  DefaultShape,
  IdentitySynchronizationShape,
  PartnerShape,
  PartnerTemplateShape,
  PolicyShape,
  SynchronizationTemplateShape,
} from "./graph-shapes.ts";
import type { CrossTenantPolicy } from "./organization-state.ts";
import {
  NO_SETTINGS,
  type Partner,
  type PolicyTemplates,
  SYSTEM_DEFAULT,
} from "./partner-policy.ts";

const CONSENT_INHERITED = { inboundAllowed: null, outboundAllowed: null };

function renderSettings(settings: PolicyTemplates["partner"]["settings"]) {
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
export function renderPartner(partner: Partner, isTogether: boolean) {
  return shapedAs<PartnerShape>()({
    tenantId: partner.tenantId,
    isServiceProvider: null,
    isInMultiTenantOrganization: isTogether,
    // A partner that an older version has stored lacks the settings that came later.
    ...renderSettings({ ...NO_SETTINGS, ...partner.settings }),
  });
}

/** `crossTenantIdentitySyncPolicyPartner`, or null where the partner has none. */
export function renderIdentitySynchronization(
  partner: Partner,
): IdentitySynchronizationShape | null {
  if (partner.identitySynchronization === null) {
    return null;
  }
  const { displayName, isSyncAllowed } = partner.identitySynchronization;
  return { tenantId: partner.tenantId, displayName, userSyncInbound: { isSyncAllowed } };
}

/** `crossTenantAccessPolicyConfigurationDefault`. Automatic redemption cannot be a default. */
export function renderDefault(policy: Readonly<CrossTenantPolicy>, tenantId: string) {
  return shapedAs<DefaultShape>()({
    id: tenantId,
    isServiceDefault: policy.defaults === null,
    ...SYSTEM_DEFAULT,
    ...policy.defaults,
    automaticUserConsentSettings: { inboundAllowed: false, outboundAllowed: false },
  });
}

/** `crossTenantAccessPolicy`. */
export function renderPolicy(policy: Readonly<CrossTenantPolicy>, tenantId: string): PolicyShape {
  return {
    id: tenantId,
    deletedDateTime: null,
    displayName: policy.displayName,
    allowedCloudEndpoints: policy.allowedCloudEndpoints,
  };
}

/** `multiTenantOrganizationIdentitySyncPolicyTemplate`. */
export function renderSynchronizationTemplate(
  templates: PolicyTemplates,
  id: string,
): SynchronizationTemplateShape {
  const { isSyncAllowed, level } = templates.synchronization;
  return { id, templateApplicationLevel: level, userSyncInbound: { isSyncAllowed } };
}

/** `multiTenantOrganizationPartnerConfigurationTemplate`. */
export function renderPartnerTemplate(templates: PolicyTemplates, id: string) {
  const { settings, level } = templates.partner;
  return shapedAs<PartnerTemplateShape>()({
    id,
    templateApplicationLevel: level,
    ...renderSettings(settings),
  });
}
