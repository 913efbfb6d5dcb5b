import { expect, test } from "@jest/globals";

import { shapedAs } from "../../../../simulator/core/shaped-as.ts";
import type {
  JobShape,
  MemberShape,
  OrganizationShape,
  PartnerShape,
  PartnerTemplateShape,
  ProvisioningRowShape,
} from "../../../../simulator/multitenant/graph-shapes.ts";

const stranger = { isTrusted: true };

/** The compiler is the judge here: an expected error that does not come is an error of its own. */
export const refusedByTheCompiler = [
  // @ts-expect-error -- Microsoft's type has no such member, though a spread hides it from the usual check.
  shapedAs<PartnerShape>()({ tenantId: "1", ...stranger }),
  // @ts-expect-error -- The enumeration has no such member.
  shapedAs<OrganizationShape>()({ state: "forming" }),
  // @ts-expect-error -- Deep inside, too.
  shapedAs<JobShape>()({ status: { code: "Sleeping" } }),
  // @ts-expect-error -- A number.
  shapedAs<ProvisioningRowShape>()({ durationInMilliseconds: "long" }),
  // @ts-expect-error -- That is joinedDateTime.
  shapedAs<MemberShape>()({ joinedAt: "2026-03-02T06:00:00Z" }),
];

test("what the package lacks of the service's metadata is said beside its types", () => {
  const value = { users: { accessType: "blocked" as const, targets: [] } };
  const partner = shapedAs<PartnerShape>()({ m365CollaborationInbound: value });
  expect(partner.m365CollaborationInbound).toBe(value);
  const level = "newPartners,existingPartners";
  const template = shapedAs<PartnerTemplateShape>()({ templateApplicationLevel: level });
  expect(template.templateApplicationLevel).toBe(level);
});
