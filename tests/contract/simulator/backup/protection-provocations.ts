import { ERROR_CATALOGUE } from "../../../../simulator/backup/error-catalogue.ts";
import type { ErrorRow } from "../../../../simulator/backup/error-row.ts";
import { POWERSHELL_CLIENT_ID } from "../../../../simulator/backup/access.ts";
import { createValidatedSimulator } from "../validated-simulator.ts";
import { APP_ID, BackupClient, backupSeed } from "./backup-world.ts";
import {
  ADATUM,
  application,
  change,
  competitor,
  CONTOSO,
  configure,
  fail,
  type Found,
  groupId,
  inlineFailureOf,
  LITWARE,
  MISSING,
  person,
  policyIn,
  refused,
  setBilling,
  takeover,
  userIds,
  WINGTIP,
} from "./provocations.ts";

type Provocation = () => Promise<Found>;

const many = (count: number) => Array.from({ length: count }, () => MISSING);
const EXCHANGE = "/exchangeProtectionPolicies";
const SESSIONS = "/exchangeRestoreSessions";

/** Each row about protection, but those of rules, and how to meet it. */
export const protectionProvocations: Readonly<
  Record<string, Readonly<Record<string, Provocation>>>
> = {
  access: {
    UnknownError: () => refused(application(WINGTIP), "GET", ""),
    ServiceDisabled: () => refused(application(ADATUM), "POST", EXCHANGE, { displayName: "A" }),
    async ProtectionChangeLocked() {
      const client = application(ADATUM);
      change(client, { status: "protectionChangeLocked" });
      return refused(client, "POST", EXCHANGE, { displayName: "A" });
    },
    Forbidden: () => refused(powerShell(), "GET", ""),
    async RestoreLocked() {
      const client = application();
      change(client, { status: "restoreLocked" });
      return refused(client, "POST", SESSIONS, {});
    },
  },
  enable: {
    InvalidBillingProfile: () =>
      refused(application(LITWARE), "POST", "/enable", { appOwnerTenantId: CONTOSO }),
    async UnableToReadBillingProfile() {
      const client = application(ADATUM);
      setBilling(client, "unreadable");
      return refused(client, "POST", "/enable", { appOwnerTenantId: CONTOSO });
    },
    InvalidAppOwnerTenantId: () =>
      refused(application(ADATUM), "POST", "/enable", { appOwnerTenantId: MISSING }),
  },
  serviceApp: {
    NotFound: () => refused(application(), "GET", `/serviceApps/${MISSING}`),
    AlreadyRegistered: () => refused(application(), "POST", "/serviceApps", {}),
    async ChangePending() {
      const client = application();
      await takeover(client);
      const deleted = person(client);
      return refused(deleted, "POST", `/serviceApps/${await pendingId(client)}/activate`, {
        effectiveDateTime: "2026-03-14T06:00:00Z",
      });
    },
    DeactivateActive: () =>
      refused(person(application()), "POST", `/serviceApps/${APP_ID}/deactivate`),
    async DeletePendingInactive() {
      const client = application();
      await takeover(client);
      return refused(client, "DELETE", `/serviceApps/${APP_ID}`);
    },
    async InvalidEffectiveDateTime() {
      const client = application();
      await competitor(client).ask("POST", "/serviceApps", {}, 201);
      return refused(person(client), "POST", `/serviceApps/${await pendingId(client)}/activate`, {
        effectiveDateTime: "2026-03-03T06:00:00Z",
      });
    },
  },
  createPolicy: {
    InvalidCreateRequest: () => refused(application(), "POST", EXCHANGE, { name: "A" }),
    InvalidDisplayName: () => refused(application(), "POST", EXCHANGE, { displayName: "" }),
    InvalidProtectionUnitId: () =>
      refused(application(), "POST", EXCHANGE, {
        displayName: "A",
        mailboxProtectionUnits: [{ directoryObjectId: MISSING }],
      }),
    ProtectionUnitsLimitBreached: () =>
      refused(application(), "POST", EXCHANGE, {
        displayName: "A",
        mailboxProtectionUnits: many(51).map((directoryObjectId) => ({ directoryObjectId })),
      }),
    PolicyCreationNotAllowed: () => refused(application(), "POST", EXCHANGE, { displayName: "A" }),
    async ProtectionUnitAlreadyExists() {
      const client = application(ADATUM);
      const [directoryObjectId] = await userIds(client);
      const units = { mailboxProtectionUnits: [{ directoryObjectId }] };
      await policyIn(client, { units });
      return refused(client, "POST", EXCHANGE, { displayName: "B", ...units });
    },
    async PolicySaveFailed() {
      const client = application(ADATUM);
      await client.ask("POST", "/enable", { appOwnerTenantId: CONTOSO });
      await fail(client, "transientRefusals");
      return refused(client, "POST", EXCHANGE, { displayName: "B" });
    },
  },
  policy: {
    InvalidPolicyId: () => refused(application(), "GET", "/protectionPolicies/none"),
    PolicyNotFound: () => refused(application(), "GET", `/protectionPolicies/${MISSING}`),
  },
  patchPolicy: {
    InvalidPatchRequest: () => patchOurs({ name: "A" }),
    InvalidDisplayName: () => patchOurs({ displayName: "" }),
    ProtectionUnitsLimitBreached: () => patchOurs(additions(many(51))),
    DuplicateProtectionUnitInList: () => patchOurs(additions(many(2))),
    async ProtectionUnitActionNotAllowed() {
      const client = application(ADATUM);
      const path = `${EXCHANGE}/${await policyIn(client)}`;
      const mailboxExpression = `(memberOf -any (group.id -in ['${await groupId(client)}']))`;
      const rule = { mailboxExpression, isAutoApplyEnabled: true };
      await client.ask("POST", `${path}/mailboxInclusionRules`, rule, 201);
      client.sim.advanceBy(3_600_000);
      const [unit] = await client.list(`${path}/mailboxProtectionUnits`);
      return refused(client, "PATCH", path, {
        "mailboxProtectionUnits@delta": [{ "@removed": { reason: "changed" }, id: unit?.["id"] }],
      });
    },
  },
  patchPolicyItem: {
    ProtectionUnitNotFound: () =>
      patchOursInline({
        "mailboxProtectionUnits@delta": [{ "@removed": { reason: "changed" }, id: MISSING }],
      }),
    async ProtectionUnitAlreadyExists() {
      const client = application(ADATUM);
      const [directoryObjectId] = await userIds(client);
      const units = { mailboxProtectionUnits: [{ directoryObjectId }] };
      const policyId = await policyIn(client, { units });
      const body = await client.ask("PATCH", `${EXCHANGE}/${policyId}`, {
        "mailboxProtectionUnits@delta": [{ directoryObjectId }],
      });
      return inlineFailureOf(body);
    },
    InvalidProtectionUnitId: () => patchOursInline(additions([MISSING])),
  },
  deletePolicy: {
    PolicyActionNotAllowed: async () => {
      const client = application();
      return refused(client, "DELETE", `/protectionPolicies/${await exchangePolicy(client)}`);
    },
  },
  activatePolicy: {
    async invalidStateForActivation() {
      const client = application(ADATUM);
      const policyId = await policyIn(client);
      await client.ask("POST", `/protectionPolicies/${policyId}/activate`, undefined, 202);
      return refused(client, "POST", `/protectionPolicies/${policyId}/activate`);
    },
    async PolicyActionNotAllowed() {
      const client = application(ADATUM);
      const policyId = await policyIn(client);
      await client.ask("POST", `/protectionPolicies/${policyId}/activate`, undefined, 202);
      await configure(client, { options: { backup: { wrongPolicyState: "article" } } });
      return refused(client, "POST", `/protectionPolicies/${policyId}/activate`);
    },
    async AnotherPolicyActive() {
      const client = application(ADATUM);
      const first = await policyIn(client);
      const second = await policyIn(client);
      await client.ask("POST", `/protectionPolicies/${first}/activate`, undefined, 202);
      return refused(client, "POST", `/protectionPolicies/${second}/activate`);
    },
  },
  deactivatePolicy: {
    async invalidStateForActivation() {
      const client = application(ADATUM);
      const policyId = await policyIn(client);
      return refused(client, "POST", `/protectionPolicies/${policyId}/deactivate`);
    },
    async PolicyActionNotAllowed() {
      const client = application(ADATUM);
      const policyId = await policyIn(client);
      await configure(client, { options: { backup: { wrongPolicyState: "article" } } });
      return refused(client, "POST", `/protectionPolicies/${policyId}/deactivate`);
    },
  },
  units: {
    InvalidProtectionUnitId: () => refused(application(), "GET", "/protectionUnits/none"),
    ProtectionUnitNotFound: () => refused(application(), "GET", `/protectionUnits/${MISSING}`),
    FilterLengthExceeded: () =>
      refused(
        application(),
        "GET",
        `/mailboxProtectionUnits?$filter=${many(21)
          .map((id) => `directoryObjectId eq '${id}'`)
          .join(" or ")}`,
      ),
    async OperationNotAllowed() {
      const client = application();
      const unit = await client.unit("mailboxProtectionUnits");
      return refused(person(client), "POST", `/protectionUnits/${unit["id"] as string}/offboard`);
    },
  },
  unitItem: Object.fromEntries(
    Object.values(ERROR_CATALOGUE.unitItem).map((row) => [row.code, () => unitErrorOf(row)]),
  ),
  bulkJob: {
    async NotFound() {
      const client = application();
      const path = `${EXCHANGE}/${await exchangePolicy(client)}/mailboxProtectionUnitsBulkAdditionJobs`;
      return refused(client, "GET", `${path}/${MISSING}`);
    },
    InvalidRequest: () => bulkJob({ displayName: "A" }),
    LimitExceeded: () => bulkJob({ displayName: "A", directoryObjectIds: many(50_001) }),
  },
};

const additions = (ids: readonly string[]) => ({
  "mailboxProtectionUnits@delta": ids.map((directoryObjectId) => ({ directoryObjectId })),
});

async function pendingId(client: ReturnType<typeof application>): Promise<string> {
  const apps = await client.list("/serviceApps");
  return apps.find(({ status }) => status !== "active" && status !== "pendingInactive")?.[
    "id"
  ] as string;
}

async function exchangePolicy(client: ReturnType<typeof application>): Promise<string> {
  return (await client.list(EXCHANGE))[0]?.["id"] as string;
}

async function patchOurs(body: unknown): Promise<Found> {
  const client = application();
  return refused(client, "PATCH", `${EXCHANGE}/${await exchangePolicy(client)}`, body);
}

async function patchOursInline(body: unknown): Promise<Found> {
  const client = application();
  return inlineFailureOf(
    await client.ask("PATCH", `${EXCHANGE}/${await exchangePolicy(client)}`, body),
  );
}

/** The error that a scenario puts on a unit, as the unit shows it; its message must be the catalogue's too. */
async function unitErrorOf(row: ErrorRow): Promise<Found> {
  const client = application();
  const unit = await client.unit("mailboxProtectionUnits");
  const unitIds = [unit["id"]];
  await client.sim.fetch("/simulator/scenarios/unit-failed", {
    method: "POST",
    json: { tenantId: CONTOSO, unitIds, code: row.code },
  });
  const read = await client.ask("GET", `/protectionUnits/${unit["id"] as string}`);
  const error = read["error"] as { code: string; message: string };
  return { status: 200, code: error.message === row.message ? error.code : "another message" };
}

/** The client of Microsoft Graph PowerShell, in an estate that knows it. */
function powerShell(): ReturnType<typeof application> {
  const seed = backupSeed() as { applications: { clientId: string }[] };
  const [first] = seed.applications;
  if (first !== undefined) seed.applications.push({ ...first, clientId: POWERSHELL_CLIENT_ID });
  return new BackupClient(createValidatedSimulator(seed), CONTOSO, { application: 2 });
}

async function bulkJob(body: unknown): Promise<Found> {
  const client = application();
  const path = `${EXCHANGE}/${await exchangePolicy(client)}/mailboxProtectionUnitsBulkAdditionJobs`;
  return refused(client, "POST", path, body);
}
