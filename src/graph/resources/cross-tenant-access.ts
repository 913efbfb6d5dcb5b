import { z } from "zod";
import { NotFoundError } from "../errors.ts";
import type { TenantGraph } from "../graph-client.ts";

const ROOT = "/policies/crossTenantAccessPolicy";

const Redemption = z.object({
  inboundAllowed: z.boolean().nullish(),
  outboundAllowed: z.boolean().nullish(),
});
const InboundSync = z.object({ isSyncAllowed: z.boolean().nullish() });

const PartnerAnswer = z.object({
  tenantId: z.string(),
  automaticUserConsentSettings: Redemption.nullish(),
});
const IdentitySynchronizationAnswer = z.object({ userSyncInbound: InboundSync.nullish() });

/** One tenant's settings for another. */
export interface Partner {
  /** Whether invitations from there, and to there, are redeemed without asking the user. */
  readonly isInboundRedeemed: boolean;
  readonly isOutboundRedeemed: boolean;
}

const partnerPath = (partnerId: string): string => `${ROOT}/partners/${partnerId}`;

async function orNull<Value>(reading: Promise<Value>): Promise<Value | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof NotFoundError) {
      return null;
    }
    throw error;
  }
}

/** The settings for a partner; null when there are none. */
export async function readPartner(graph: TenantGraph, partnerId: string): Promise<Partner | null> {
  const answer = await orNull(
    graph.read({ method: "GET", path: partnerPath(partnerId) }, PartnerAnswer),
  );
  return answer === null
    ? null
    : {
        isInboundRedeemed: answer.automaticUserConsentSettings?.inboundAllowed === true,
        isOutboundRedeemed: answer.automaticUserConsentSettings?.outboundAllowed === true,
      };
}

/** @throws ConflictError when there are settings for that partner already. */
export async function createPartner(graph: TenantGraph, partnerId: string): Promise<void> {
  await graph.send({ method: "POST", path: `${ROOT}/partners`, body: { tenantId: partnerId } });
}

/** Invitations between the two tenants are redeemed without asking; it works only where both sides say so. */
export async function allowRedemption(graph: TenantGraph, partnerId: string): Promise<void> {
  await graph.send({
    method: "PATCH",
    path: partnerPath(partnerId),
    body: { automaticUserConsentSettings: { inboundAllowed: true, outboundAllowed: true } },
  });
}

/** Whether users of the partner may be synchronized into this tenant; null when nobody ever said. */
export async function readInboundSynchronization(
  graph: TenantGraph,
  partnerId: string,
): Promise<boolean | null> {
  const answer = await orNull(
    graph.read(
      { method: "GET", path: `${partnerPath(partnerId)}/identitySynchronization` },
      IdentitySynchronizationAnswer,
    ),
  );
  return answer === null ? null : answer.userSyncInbound?.isSyncAllowed === true;
}

/**
 * Allows users of the partner to be synchronized into this tenant.
 *
 * @param method PUT only creates (409 when it exists), PATCH only changes (404 when it does not).
 */
export async function allowInboundSynchronization(
  graph: TenantGraph,
  method: "PUT" | "PATCH",
  partner: { readonly tenantId: string; readonly displayName: string },
): Promise<void> {
  await graph.send({
    method,
    path: `${partnerPath(partner.tenantId)}/identitySynchronization`,
    body: { displayName: partner.displayName, userSyncInbound: { isSyncAllowed: true } },
  });
}

const TEMPLATES = `${ROOT}/templates`;
const EVERY_PARTNER = "newPartners,existingPartners";

const SynchronizationTemplate = z.object({
  templateApplicationLevel: z.string().nullish(),
  userSyncInbound: InboundSync.nullish(),
});
const PartnerTemplate = z.object({
  templateApplicationLevel: z.string().nullish(),
  automaticUserConsentSettings: Redemption.nullish(),
});

const appliesToEveryPartner = (level: string | null | undefined): boolean =>
  EVERY_PARTNER.split(",").every((part) => level?.split(",").some((word) => word.trim() === part));

/**
 * Which of the two templates of a multitenant organization do not yet allow synchronization and redemption with every
 * member. They act at the moment when somebody joins, so they have to be set before.
 */
export async function readMissingTemplates(
  graph: TenantGraph,
): Promise<readonly ("identitySynchronization" | "partnerConfiguration")[]> {
  const synchronization = await graph.read(
    { method: "GET", path: `${TEMPLATES}/multiTenantOrganizationIdentitySynchronization` },
    SynchronizationTemplate,
  );
  const partner = await graph.read(
    { method: "GET", path: `${TEMPLATES}/multiTenantOrganizationPartnerConfiguration` },
    PartnerTemplate,
  );
  const isSynchronizationSet =
    synchronization.userSyncInbound?.isSyncAllowed === true &&
    appliesToEveryPartner(synchronization.templateApplicationLevel);
  const isPartnerSet =
    partner.automaticUserConsentSettings?.inboundAllowed === true &&
    partner.automaticUserConsentSettings.outboundAllowed === true &&
    appliesToEveryPartner(partner.templateApplicationLevel);
  return [
    ...(isSynchronizationSet ? [] : (["identitySynchronization"] as const)),
    ...(isPartnerSet ? [] : (["partnerConfiguration"] as const)),
  ];
}

/** Sets one template; settings that it does not name stay as they are. */
export async function setTemplate(
  graph: TenantGraph,
  template: "identitySynchronization" | "partnerConfiguration",
): Promise<void> {
  const settings =
    template === "identitySynchronization"
      ? { userSyncInbound: { isSyncAllowed: true } }
      : { automaticUserConsentSettings: { inboundAllowed: true, outboundAllowed: true } };
  const name =
    template === "identitySynchronization"
      ? "multiTenantOrganizationIdentitySynchronization"
      : "multiTenantOrganizationPartnerConfiguration";
  await graph.send({
    method: "PATCH",
    path: `${TEMPLATES}/${name}`,
    body: { ...settings, templateApplicationLevel: EVERY_PARTNER },
  });
}
