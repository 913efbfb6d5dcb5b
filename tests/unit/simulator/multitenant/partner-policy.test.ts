import { expect, test } from "@jest/globals";
import {
  applyTemplates,
  changePartner,
  changeTemplates,
  createPartner,
  DEFAULT_TEMPLATES,
  type PolicyTemplates,
} from "../../../../simulator/multitenant/partner-policy.ts";

const tenant = { tenantId: "t", displayName: "Tailspin" };

function templates(level: string | null): PolicyTemplates {
  const synchronization = changeTemplates(DEFAULT_TEMPLATES, {
    kind: "synchronization",
    body: { userSyncInbound: { isSyncAllowed: true }, templateApplicationLevel: level },
  });
  return changeTemplates(synchronization, {
    kind: "partner",
    body: {
      automaticUserConsentSettings: { inboundAllowed: true, outboundAllowed: true },
      templateApplicationLevel: level,
    },
  });
}

test.each([
  ["newPartners,existingPartners", true, true],
  ["newPartners, existingPartners", true, true],
  ["newPartners", true, false],
  ["existingPartners", false, true],
  ["none", false, false],
  ["", false, false],
  [null, false, false],
])("the level %p reaches new partners: %p, existing ones: %p", (level, isNew, isExisting) => {
  const set = templates(level);
  for (const [existing, isReached] of [
    [null, isNew],
    [createPartner("t", {}), isExisting],
  ] as const) {
    const { settings, identitySynchronization } = applyTemplates(set, existing, tenant);
    expect(settings.automaticUserConsentSettings?.inboundAllowed ?? null).toBe(
      isReached ? true : null,
    );
    expect(identitySynchronization?.isSyncAllowed ?? null).toBe(isReached ? true : null);
  }
});

test("a template property that is null leaves the partner's own value", () => {
  const own = createPartner("t", {
    inboundTrust: { isMfaAccepted: true },
    b2bCollaborationInbound: { applications: { accessType: "blocked" } },
  });
  const { settings } = applyTemplates(templates("existingPartners"), own, tenant);
  expect(settings.inboundTrust).toEqual({ isMfaAccepted: true });
  expect(settings.b2bCollaborationInbound).toEqual({ applications: { accessType: "blocked" } });
});

test("flags merge, configurations of access are replaced as a whole", () => {
  const partner = createPartner("t", {
    inboundTrust: { isMfaAccepted: true },
    b2bCollaborationInbound: { applications: { accessType: "blocked" } },
  });
  const { settings } = changePartner(partner, {
    inboundTrust: { isCompliantDeviceAccepted: false },
    b2bCollaborationInbound: { usersAndGroups: { accessType: "allowed" } },
  });
  expect(settings.inboundTrust).toEqual({ isMfaAccepted: true, isCompliantDeviceAccepted: false });
  expect(settings.b2bCollaborationInbound).toEqual({ usersAndGroups: { accessType: "allowed" } });
});
