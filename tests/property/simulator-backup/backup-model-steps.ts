import { expect } from "@jest/globals";
import * as fc from "fast-check";

import { membershipChanged } from "../../../simulator/directory/directory.ts";
import type { InProcessAnswer } from "../../../simulator/protocol/in-process.ts";
import { ADATUM, act, CONTOSO, type Json } from "../../contract/simulator/backup/backup-world.ts";
import { agree } from "./backup-model-agreement.ts";
import { APP_IDS, pickOf, type Real } from "./backup-model-world.ts";
import {
  SERVICES,
  type App,
  type BackupModel,
  type ModelPolicy,
  type ModelRule,
  type Service,
} from "./backup-model.ts";

const WORDS = {
  sharePoint: { unit: "site", id: "siteId", ids: "siteIds" },
  oneDriveForBusiness: { unit: "drive", id: "directoryObjectId", ids: "directoryObjectIds" },
  exchange: { unit: "mailbox", id: "directoryObjectId", ids: "directoryObjectIds" },
} as const;
const MISSING = "00000000-0000-4000-8000-000000000000";

const codeOf = (answer: InProcessAnswer) =>
  (answer.body as { error?: { code: string } } | undefined)?.error?.code;

/** One thing that somebody asks for; afterwards model and service must agree. */
class Step implements fc.AsyncCommand<BackupModel, Real> {
  readonly #name: string;
  readonly #run: (model: BackupModel, real: Real) => Promise<void>;

  constructor(name: string, run: (model: BackupModel, real: Real) => Promise<void>) {
    this.#name = name;
    this.#run = run;
  }

  check = () => true;

  async run(model: BackupModel, real: Real): Promise<void> {
    await this.#run(model, real);
    await agree(model, real);
  }

  toString = () => this.#name;
}

/** Whether the answer is the refusal that the model foresees for everybody in our place. */
function isRefused(
  model: BackupModel,
  purpose: "change" | "restore",
  answer: InProcessAnswer,
): boolean {
  const refusal = model.refusal(purpose);
  if (refusal === null) return false;
  expect({ status: answer.status, code: codeOf(answer) }).toEqual(refusal);
  return true;
}

const createPolicy = (service: Service) =>
  new Step(`create policy of ${service}`, async (model, { client }) => {
    const answer = await client.call("POST", `/${service}ProtectionPolicies`, { displayName: "P" });
    if (isRefused(model, "change", answer)) return;
    const isTaken = model.hasOtherActive(service, null);
    expect(answer.status).toBe(isTaken ? 409 : 201);
    if (isTaken) return;
    const { id } = answer.body as { id: string };
    model.policies.set(id, { id, service, isActive: false, updatingUntil: 0 });
  });

const changePolicy = (pick: number, action: "activate" | "deactivate" | "delete") =>
  new Step(`${action} policy ${pick}`, async (model, { client }) => {
    const policy = pickOf(model.policies.values(), pick);
    if (policy === undefined) return;
    const isDelete = action === "delete";
    const answer = await client.call(
      isDelete ? "DELETE" : "POST",
      `/protectionPolicies/${policy.id}${isDelete ? "" : `/${action}`}`,
    );
    if (isRefused(model, "change", answer)) return;
    const status = model.statusOf(policy);
    const isRight = status === (action === "deactivate" ? "active" : "inactive");
    const isTaken = action === "activate" && model.hasOtherActive(policy.service, policy);
    if (!isRight) {
      expect(codeOf(answer)).toBe(
        isDelete ? "PolicyActionNotAllowed" : "invalidStateForActivation",
      );
    } else if (isTaken) expect(answer.status).toBe(409);
    else {
      expect(answer.status).toBe(isDelete ? 204 : 202);
      model[action](policy);
    }
  });

const patchUnits = (pick: number, thing: number, isAddition: boolean) =>
  new Step(
    `${isAddition ? "add" : "remove"} thing ${thing} of policy ${pick}`,
    async (model, real) => {
      const policy = pickOf(model.policies.values(), pick);
      if (policy === undefined) return;
      const { unit: word, id } = WORDS[policy.service];
      const resourceId = pickOf(real.things[policy.service], thing) ?? "";
      const unitId = await unitIdOf(model, real, policy.service, resourceId);
      if (!isAddition && unitId === null) return;
      const element = isAddition
        ? { [id]: resourceId }
        : { "@removed": { reason: "changed" }, id: unitId };
      const answer = await real.client.call(
        "PATCH",
        `/${policy.service}ProtectionPolicies/${policy.id}`,
        { [`${word}ProtectionUnits@delta`]: [element] },
      );
      if (isRefused(model, "change", answer)) return;
      const unit = model.unit(policy.service, resourceId);
      const isHeld = model.holderOf(unit) === policy.id;
      if (!isAddition && isHeld && unit?.sources.has("dynamicRule") === true) {
        expect(codeOf(answer)).toBe("ProtectionUnitActionNotAllowed");
        return;
      }
      const isAllowed = isAddition
        ? model.isAddable(policy, resourceId)
        : isHeld && unit !== undefined && model.unitStatus(unit) !== "removeRequested";
      const [result] =
        (answer.body as Record<string, Json[]>)[`${word}ProtectionUnits@delta`] ?? [];
      expect(result?.["@Core.DataModificationException"] === undefined).toBe(isAllowed);
      if (!isAllowed) return;
      if (isAddition) model.join(policy, resourceId, "manual");
      else model.release(policy, [resourceId], "manual");
    },
  );

/** The unit of a thing that was ever protected; only while we may read. */
async function unitIdOf(
  model: BackupModel,
  { client }: Real,
  service: Service,
  resourceId: string,
): Promise<string | null> {
  if (model.refusal("read") !== null || model.unit(service, resourceId) === undefined) return null;
  const { unit, id } = WORDS[service];
  const [found] = await client.list(
    `/${unit}ProtectionUnits?$filter=${id} eq '${encodeURIComponent(resourceId)}'`,
  );
  return found?.["id"] as string;
}

const createJob = (pick: number, things: readonly number[], hasStranger: boolean) =>
  new Step(`job for ${things.join()} in policy ${pick}`, async (model, real) => {
    const policy = pickOf(model.policies.values(), pick);
    if (policy === undefined) return;
    const { unit, ids } = WORDS[policy.service];
    const all = real.things[policy.service];
    const resources = [...new Set(things.map((thing) => pickOf(all, thing) ?? ""))];
    const answer = await real.client.call(
      "POST",
      `/${policy.service}ProtectionPolicies/${policy.id}/${unit}ProtectionUnitsBulkAdditionJobs`,
      { displayName: "J", [ids]: [...resources, ...(hasStranger ? [MISSING] : [])] },
    );
    if (isRefused(model, "change", answer)) return;
    expect(answer.status).toBe(201);
    const { id } = answer.body as { id: string };
    model.addJob({
      id,
      policy,
      resources: [...resources, ...(hasStranger ? [null] : [])],
      status: "active",
    });
  });

const createRule = (pick: number, isDynamic: boolean) =>
  new Step(`${isDynamic ? "dynamic" : "static"} rule in policy ${pick}`, async (model, real) => {
    const policy = pickOf(model.policies.values(), pick);
    if (policy === undefined) return;
    const isSite = policy.service === "sharePoint";
    const name = real.siteNames[0] ?? "";
    const expression = isSite
      ? `displayName -contains '${name}'`
      : `(memberOf -any (group.id -in ['${real.groupId}']))`;
    const { unit } = WORDS[policy.service];
    const answer = await real.client.call("POST", rulesOf(policy), {
      [`${unit}Expression`]: expression,
      isAutoApplyEnabled: isDynamic,
    });
    if (isRefused(model, "change", answer)) return;
    const hasDynamic = [...model.rules.values()].some(
      (rule) => rule.policy === policy && rule.isDynamic,
    );
    if (isDynamic && (isSite || hasDynamic)) {
      expect(codeOf(answer)).toBe("InvalidInclusionRuleCreateRequest");
      return;
    }
    expect(answer.status).toBe(201);
    const { id } = answer.body as { id: string };
    model.addRule({
      id,
      policy,
      isDynamic,
      status: "active",
      held: new Set(),
      matches: () => (isSite ? real.things.sharePoint.slice(0, 1) : [...model.members]),
    });
  });

const rulesOf = ({ id, service }: ModelPolicy) =>
  `/${service}ProtectionPolicies/${id}/${WORDS[service].unit}InclusionRules`;

type RuleAction = "run" | "edit" | "delete" | "deleteAndUnprotect";

const changeRule = (pick: number, action: RuleAction) =>
  new Step(`${action} rule ${pick}`, async (model, { client, groupId }) => {
    const rule = pickOf(model.rules.values(), pick);
    if (rule === undefined) return;
    const isSite = rule.policy.service === "sharePoint";
    // Sites have neither edits nor dynamic rules.
    if (isSite && (action === "edit" || action === "deleteAndUnprotect")) return;
    const path = `${rulesOf(rule.policy)}/${rule.id}`;
    const { unit } = WORDS[rule.policy.service];
    const body = { [`${unit}Expression`]: `(memberOf -any (group.id -in ['${groupId}']))` };
    const answer = await {
      run: () => client.call("POST", `${path}/run`),
      edit: () => client.call("PATCH", path, body),
      delete: () => client.call("DELETE", path),
      deleteAndUnprotect: () => client.call("POST", `${path}/deleteAndUnprotect`),
    }[action]();
    if (isRefused(model, "change", answer)) return;
    const code = refusalOfRule(model, rule, action);
    if (code !== null) {
      expect(codeOf(answer)).toBe(code);
      return;
    }
    expect(answer.status).toBeLessThan(300);
    if (action === "delete") {
      model.deleteRule(rule);
      return;
    }
    rule.status = { run: "active", edit: "updateRequested", deleteAndUnprotect: "deleteRequested" }[
      action
    ] as ModelRule["status"];
    model.workSoon(rule);
  });

/** Code of the documented refusal, or null when the action is allowed. */
function refusalOfRule(model: BackupModel, rule: ModelRule, action: RuleAction): string | null {
  const isWorking = model.isWorking(rule);
  const isLeaving = rule.status === "deleteRequested";
  switch (action) {
    case "run":
      if (rule.isDynamic) return "RunNotAllowedForDynamicRule";
      return isWorking ? "ProtectionRuleActionNotAllowed" : null;
    case "edit":
      if (!rule.isDynamic) return "PatchNotAllowedForStaticRule";
      if (isLeaving) return "InvalidProtectionRuleStatusForDynamicRuleEdit";
      return isWorking ? "InvalidProtectionRuleStatusForUpdation" : null;
    case "delete":
      if (!isWorking && !isLeaving) return null;
      return rule.isDynamic
        ? "InvalidProtectionRuleStatusForDynamicRuleDeletion"
        : "InvalidProtectionRuleStatusForDeletion";
    case "deleteAndUnprotect":
      return rule.isDynamic && !isWorking && !isLeaving
        ? null
        : "InvalidProtectionRuleStatusForDynamicRuleDeleteAndUnprotectAll";
  }
}

const changeMembership = (thing: number) =>
  new Step(`user ${thing} joins or leaves the group`, (model, { client, things, groupId }) => {
    const userId = pickOf(things.exchange, thing) ?? "";
    const isMember = !model.members.has(userId);
    act(client.sim, ADATUM, (context) => {
      context.emit(membershipChanged, { groupId, userId, isMember });
    });
    if (isMember) model.members.add(userId);
    else model.members.delete(userId);
    return Promise.resolve();
  });

const draftRestore = (service: Service, thing: number) =>
  new Step(`draft a restore of ${service} ${thing}`, async (model, real) => {
    const resourceId = pickOf(real.things[service], thing) ?? "";
    const unitId = await unitIdOf(model, real, service, resourceId);
    const { client } = real;
    const points =
      unitId === null
        ? []
        : await client.search(
            unitId,
            "2026-03-01T00:00:00Z",
            new Date(client.sim.now()).toISOString(),
          );
    const artifacts = points.slice(0, 1).map(({ id }) => ({
      restorePoint: { id },
      destinationType: "inPlace",
    }));
    const answer = await client.call(
      "POST",
      `/${service}RestoreSessions`,
      artifacts.length === 0 ? {} : { [`${WORDS[service].unit}RestoreArtifacts`]: artifacts },
    );
    if (isRefused(model, "restore", answer)) return;
    expect(answer.status).toBe(201);
    const { id } = answer.body as { id: string };
    model.sessions.set(id, { id, service, artifacts: artifacts.length, activatedAt: null });
  });

const endDraft = (pick: number, isActivated: boolean) =>
  new Step(`${isActivated ? "activate" : "delete"} session ${pick}`, async (model, { client }) => {
    const session = pickOf(model.sessions.values(), pick);
    if (session === undefined) return;
    const path = `/restoreSessions/${session.id}`;
    const answer = await (isActivated
      ? client.call("POST", `${path}/activate`)
      : client.call("DELETE", path));
    if (isRefused(model, "restore", answer)) return;
    if (session.activatedAt !== null) {
      expect(codeOf(answer)).toBe("RestoreSessionActionNotAllowed");
    } else if (!isActivated) {
      expect(answer.status).toBe(204);
      model.sessions.delete(session.id);
    } else if (session.artifacts === 0) expect(codeOf(answer)).toBe("InvalidArtifactRequest");
    else {
      expect(answer.status).toBe(200);
      session.activatedAt = model.now;
    }
  });

const register = new Step("the other application registers", async (model, { competitor }) => {
  const answer = await competitor.call("POST", "/serviceApps", {});
  expect(answer.status).toBe(model.apps.has("theirs") ? 409 : 201);
  if (!model.apps.has("theirs")) model.apps.set("theirs", "inactive");
});

const changeController = (app: App, action: "activate" | "deactivate" | "delete", days: number) =>
  new Step(`${action} ${app} (${days} days)`, async (model, { client, competitor, admin }) => {
    const status = model.apps.get(app);
    const path = `/serviceApps/${APP_IDS[app]}`;
    const effectiveDateTime = new Date(client.sim.now() + days * 86_400_000).toISOString();
    const answer = await {
      activate: () => admin.call("POST", `${path}/activate`, { effectiveDateTime }),
      deactivate: () => admin.call("POST", `${path}/deactivate`),
      delete: () => competitor.call("DELETE", path),
    }[action]();
    if (status === undefined) {
      expect(answer.status).toBe(404);
      return;
    }
    const isFree = model.controller() === null;
    const expected = {
      activate:
        status === "active"
          ? 202
          : model.isChangePending()
            ? 403
            : isFree || (days >= 7 && days <= 30)
              ? 202
              : 400,
      deactivate: status === "active" ? 403 : 202,
      delete: status === "pendingInactive" ? 403 : 204,
    }[action];
    expect(answer.status).toBe(expected);
    if (expected >= 400) return;
    if (action === "activate" && status !== "active") model.takeControl(app, days);
    if (action === "deactivate" && status === "pendingActive") {
      model.apps.set(app, "inactive");
      model.returnControl();
    }
    if (action === "delete") {
      model.apps.delete(app);
      if (status === "pendingActive") model.returnControl();
      if (status === "active") model.orphan();
    }
  });

const enable = new Step("enable the service", async (model, { client }) => {
  const answer = await client.call("POST", "/enable", { appOwnerTenantId: CONTOSO });
  if (model.refusal("read") !== null) expect(answer.status).toBe(403);
  else {
    expect(answer.status).toBe(200);
    model.isEnabled = true;
  }
});

const wait = (minutes: number) =>
  new Step(`wait ${minutes} min`, (model, { client }) => {
    client.sim.advanceBy(minutes * 60_000);
    model.advance(minutes);
    return Promise.resolve();
  });

/** Several things one after the other, which chance alone would seldom bring together. */
const inTurn = (name: string, parts: readonly Step[]) =>
  new Step(name, async (model, real) => {
    for (const part of parts) await part.run(model, real);
  });

const followGroup = (pick: number, thing: number) =>
  inTurn(`a dynamic rule of policy ${pick} follows user ${thing}`, [
    createRule(pick, true),
    wait(13),
    changeMembership(thing),
    wait(1_441),
  ]);

const takeOver = inTurn("the other application takes over", [
  register,
  changeController("theirs", "activate", 7),
  wait(8 * 1_440),
]);

const nat = fc.nat({ max: 20 });
const service = fc.constantFrom(...SERVICES);
const waits = fc.constantFrom(3, 7, 12, 31, 80, 400, 1_441).map(wait);
const additions = fc.tuple(nat, nat).map(([pick, thing]) => patchUnits(pick, thing, true));
const policyChanges = fc
  .tuple(
    nat,
    fc.constantFrom(
      "activate" as const,
      "activate" as const,
      "deactivate" as const,
      "delete" as const,
    ),
  )
  .map(([pick, action]) => changePolicy(pick, action));

/** Every kind of command, the frequent ones more than once. */
export const steps: fc.Arbitrary<fc.AsyncCommand<BackupModel, Real>>[] = [
  service.map(createPolicy),
  service.map(createPolicy),
  policyChanges,
  policyChanges,
  additions,
  additions,
  fc.tuple(nat, nat).map(([pick, thing]) => patchUnits(pick, thing, false)),
  fc
    .tuple(nat, fc.array(nat, { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([pick, things, hasStranger]) => createJob(pick, things, hasStranger)),
  fc.tuple(nat, fc.boolean()).map(([pick, isDynamic]) => createRule(pick, isDynamic)),
  fc
    .tuple(nat, fc.constantFrom<RuleAction>("run", "edit", "delete", "deleteAndUnprotect"))
    .map(([pick, action]) => changeRule(pick, action)),
  nat.map(changeMembership),
  fc.tuple(nat, nat).map(([pick, thing]) => followGroup(pick, thing)),
  fc.tuple(service, nat).map(([which, thing]) => draftRestore(which, thing)),
  fc.tuple(nat, fc.boolean()).map(([pick, isActivated]) => endDraft(pick, isActivated)),
  waits,
  waits,
  waits,
];

/** Commands about who controls the service: rare among the others, so that most of a run is not a stranger's. */
export const controlSteps: fc.Arbitrary<fc.AsyncCommand<BackupModel, Real>>[] = [
  fc.constant(register),
  fc.constant(takeOver),
  fc.constant(takeOver),
  fc
    .tuple(
      fc.constantFrom<App>("ours", "theirs"),
      fc.constantFrom("activate" as const, "activate" as const, "deactivate" as const),
      fc.constantFrom(1, 7, 12, 30, 31),
    )
    .map(([app, action, days]) => changeController(app, action, days)),
  fc.constant(changeController("theirs", "delete", 0)),
  fc.constant(
    inTurn("the other application leaves for good", [
      changeController("theirs", "delete", 0),
      wait(8 * 1_440),
    ]),
  ),
  fc.constant(enable),
  fc.constantFrom(5, 8, 13, 31).map((days) => wait(days * 1_440)),
];
