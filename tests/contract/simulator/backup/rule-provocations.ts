import { application, CONTOSO, MISSING, refused, type Found } from "./provocations.ts";
import { BackupClient } from "./backup-world.ts";

const HOUR_MS = 3_600_000;
const GROUP_EXPRESSION = (count: number) =>
  `(memberOf -any (group.id -in [${Array.from({ length: count }, (_, index) => `'00000000-0000-4000-8000-${String(index).padStart(12, "0")}'`).join(", ")}]))`;

async function rulesPath(client: BackupClient): Promise<string> {
  const [policy] = await client.list("/exchangeProtectionPolicies");
  return `/exchangeProtectionPolicies/${policy?.["id"] as string}/mailboxInclusionRules`;
}

/** A rule of Contoso's Exchange policy, its work done unless `isFresh`. */
async function rule(options: { readonly isDynamic: boolean; readonly isFresh?: boolean }) {
  const client = new BackupClient(application(CONTOSO).sim, CONTOSO);
  const path = await rulesPath(client);
  const made = await client.ask(
    "POST",
    path,
    { mailboxExpression: GROUP_EXPRESSION(1), isAutoApplyEnabled: options.isDynamic },
    201,
  );
  if (options.isFresh !== true) client.sim.advanceBy(HOUR_MS);
  return { client, path: `${path}/${made["id"] as string}` };
}

async function create(body: unknown): Promise<Found> {
  const client = application();
  return refused(client, "POST", await rulesPath(client), body);
}

async function ruleBeingDeleted() {
  const { client, path } = await rule({ isDynamic: true });
  await client.ask("POST", `${path}/deleteAndUnprotect`, undefined, 202);
  return { client, path };
}

/** Each row of inclusion rules, and how to meet it. */
export const ruleProvocations: Readonly<
  Record<string, Readonly<Record<string, () => Promise<Found>>>>
> = {
  rule: {
    InvalidInclusionRuleCreateRequest: () => create({ expression: "x" }),
    InvalidRuleExpression: () => create({ mailboxExpression: "everybody" }),
    InvalidRuleExpressionGroupLimitExceeded: () =>
      create({ mailboxExpression: GROUP_EXPRESSION(101), isAutoApplyEnabled: true }),
    async InvalidInclusionRuleId() {
      const client = application();
      return refused(client, "GET", `${await rulesPath(client)}/none`);
    },
    async ProtectionRuleNotFound() {
      const client = application();
      return refused(client, "GET", `${await rulesPath(client)}/${MISSING}`);
    },
    async ProtectionRuleActionNotAllowed() {
      const { client, path } = await rule({ isDynamic: false, isFresh: true });
      return refused(client, "POST", `${path}/run`);
    },
    async RunNotAllowedForDynamicRule() {
      const { client, path } = await rule({ isDynamic: true });
      return refused(client, "POST", `${path}/run`);
    },
    async InvalidProtectionRulePatchRequest() {
      const { client, path } = await rule({ isDynamic: true });
      return refused(client, "PATCH", path, { isAutoApplyEnabled: false });
    },
    async InvalidProtectionRuleStatusForUpdation() {
      const { client, path } = await rule({ isDynamic: true, isFresh: true });
      return refused(client, "PATCH", path, { mailboxExpression: GROUP_EXPRESSION(2) });
    },
    async PatchNotAllowedForStaticRule() {
      const { client, path } = await rule({ isDynamic: false });
      return refused(client, "PATCH", path, { mailboxExpression: GROUP_EXPRESSION(2) });
    },
    async InvalidProtectionRuleStatusForDynamicRuleEdit() {
      const { client, path } = await ruleBeingDeleted();
      return refused(client, "PATCH", path, { mailboxExpression: GROUP_EXPRESSION(2) });
    },
    async InvalidProtectionRuleStatusForDeletion() {
      const { client, path } = await rule({ isDynamic: false, isFresh: true });
      return refused(client, "DELETE", path);
    },
    async InvalidProtectionRuleStatusForDynamicRuleDeletion() {
      const { client, path } = await ruleBeingDeleted();
      return refused(client, "DELETE", path);
    },
    async InvalidProtectionRuleStatusForDynamicRuleDeleteAndUnprotectAll() {
      const { client, path } = await ruleBeingDeleted();
      return refused(client, "POST", `${path}/deleteAndUnprotect`);
    },
  },
};
