import { expect, test } from "@jest/globals";
import {
  findJoinTarget,
  judgeRemoval,
  type MemberRole,
  type Organization,
  type OrganizationMember,
} from "../../../../simulator/multitenant/organization.ts";

function member(
  tenantId: string,
  role: MemberRole,
  state: OrganizationMember["state"] = "active",
): OrganizationMember {
  return {
    tenantId,
    displayName: tenantId,
    addedByTenantId: "owner",
    addedAt: 0,
    joinedAt: null,
    role,
    state,
    transition: null,
  };
}

function organization(...members: OrganizationMember[]): Organization {
  return {
    id: "organization",
    createdAt: 0,
    activeAt: 10,
    displayName: "Contoso group",
    description: null,
    members: new Map(members.map((entry) => [entry.tenantId, entry])),
  };
}

const trio = () =>
  organization(member("owner", "owner"), member("a", "member"), member("b", "member"));

test.each([
  ["an owner removes a member", trio(), "owner", "a", "allowed"],
  ["a member removes itself", trio(), "a", "a", "allowed"],
  ["a member may not remove another one", trio(), "a", "b", "notAllowed"],
  ["a stranger may remove nobody", trio(), "c", "a", "notAllowed"],
  ["the last owner may not leave members behind", trio(), "owner", "owner", "lastOwner"],
  [
    "the last tenant may leave",
    organization(member("owner", "owner")),
    "owner",
    "owner",
    "allowed",
  ],
  [
    "an owner may leave when another owner stays",
    organization(member("owner", "owner"), member("a", "owner")),
    "owner",
    "owner",
    "allowed",
  ],
  [
    "an owner who has not joined does not count as one that stays",
    organization(member("owner", "owner"), member("a", "owner", "pending"), member("b", "member")),
    "owner",
    "owner",
    "lastOwner",
  ],
] as const)("%s", (_, subject, caller, tenantId, expected) => {
  expect(judgeRemoval(subject, caller, tenantId)).toBe(expected);
});

const attempt = {
  tenantId: "a",
  addedByTenantId: "owner",
  now: 20,
  internalUsers: [10, 10],
} as const;
const invited = () => organization(member("owner", "owner"), member("a", "member", "pending"));

function crowd(): Organization {
  const others = Array.from({ length: 99 }, (_, index) => member(`m${index}`, "member"));
  return organization(member("owner", "owner"), ...others, member("a", "member", "pending"));
}

test.each([
  ["an added tenant joins", [invited()], attempt, true],
  ["a tenant that nobody added does not", [organization(member("owner", "owner"))], attempt, false],
  [
    "an organization that is not visible yet takes nobody",
    [invited()],
    { ...attempt, now: 5 },
    false,
  ],
  [
    "a tenant of another organization does not",
    [invited(), organization(member("a", "owner"))],
    attempt,
    false,
  ],
  [
    "too many internal users stop it",
    [invited()],
    { ...attempt, internalUsers: [100_001, 1] },
    false,
  ],
  [
    "too many internal users of the owner stop it",
    [invited()],
    { ...attempt, internalUsers: [1, 100_001] },
    false,
  ],
  ["a hundred active tenants are the limit", [crowd()], attempt, false],
  [
    "only an owner can be named",
    [organization(member("owner", "member"), member("a", "member", "pending"))],
    attempt,
    false,
  ],
] as const)("%s", (_, organizations, subject, isJoined) => {
  expect(findJoinTarget(organizations, subject) !== null).toBe(isJoined);
});
