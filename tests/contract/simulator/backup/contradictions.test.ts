import { expect, test } from "@jest/globals";

import { CONTRADICTIONS } from "../../../../simulator/backup/contradictions.ts";
import {
  ADATUM,
  application,
  artifact,
  competitor,
  configure,
  CONTOSO,
  draft,
  groupId,
  PERIOD,
  person,
  points,
  policyIn,
  TAILSPIN,
  userIds,
} from "./provocations.ts";
import type { BackupClient, Json } from "./backup-world.ts";
import { OTHER_APP_ID } from "./backup-world.ts";

const DAY_MS = 86_400_000;
const SESSIONS = "/exchangeRestoreSessions";
const EXCHANGE = "/exchangeProtectionPolicies";

const idOf = (json: Json | undefined) => json?.["id"] as string;
const removal = (id: string) => [{ "@removed": { reason: "changed" }, id }];
const statusOf = async (client: BackupClient, method: string, path: string, json?: unknown) =>
  (await client.call(method, path, json)).status;

/** A rule of a policy of Adatum, done with its first work. */
async function rule(isDynamic: boolean) {
  const client = application(ADATUM);
  const path = `${EXCHANGE}/${await policyIn(client)}/mailboxInclusionRules`;
  const answer = await client.call("POST", path, {
    mailboxExpression: `(memberOf -any (group.id -in ['${await groupId(client)}']))`,
    isAutoApplyEnabled: isDynamic,
  });
  client.sim.advanceBy(3_600_000);
  return { client, created: answer, path: `${path}/${idOf(answer.body as Json)}` };
}

/** Shows for each topic that the simulator does what the table says it chose. */
const PROOFS: Readonly<Record<string, () => Promise<void>>> = {
  async "activate or deactivate a policy in a wrong state"() {
    const client = application(ADATUM);
    const path = `/protectionPolicies/${await policyIn(client)}/deactivate`;
    expect(await statusOf(client, "POST", path)).toBe(400);
    await configure(client, { options: { backup: { wrongPolicyState: "article" } } });
    expect(await statusOf(client, "POST", path)).toBe(403);
  },
  async "create a service app"() {
    expect(await statusOf(competitor(application()), "POST", "/serviceApps", {})).toBe(201);
  },
  async "`run` of a rule"() {
    const { client, path } = await rule(false);
    expect(await statusOf(client, "POST", `${path}/run`)).toBe(202);
  },
  async "`deleteAndUnprotect`"() {
    const { client, path } = await rule(true);
    const { status, body } = await client.call("POST", `${path}/deleteAndUnprotect`);
    expect([status, idOf(body as Json)]).toEqual([202, path.split("/").at(-1)]);
  },
  async "create an inclusion rule for mailboxes"() {
    expect((await rule(false)).created.status).toBe(201);
  },
  async "status of a new session"() {
    const client = application();
    const sites = {
      siteRestoreArtifacts: (await points(client, 1, "site")).map((id) => artifact(id)),
    };
    expect(await client.ask("POST", "/sharePointRestoreSessions", sites, 201)).toMatchObject({
      status: "draft",
    });
  },
  async "reference to a restore point"() {
    const client = application();
    const [id] = await points(client);
    for (const restorePoint of [{ id }, { "@odata.id": id }]) {
      const mailboxRestoreArtifacts = [{ restorePoint, destinationType: "new" }];
      expect(await statusOf(client, "POST", SESSIONS, { mailboxRestoreArtifacts })).toBe(201);
    }
  },
  async "session without artifacts"() {
    const client = application();
    expect(await statusOf(client, "POST", SESSIONS, {})).toBe(201);
    const answer = await client.call("POST", SESSIONS, { mailboxRestoreArtifacts: [] });
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { code: "InvalidArtifactRequest" } },
    });
  },
  async "more than 50 artifacts"() {
    const client = application();
    const many = Array.from({ length: 51 }, (_, index) => artifact(String(index)));
    const session = `${SESSIONS}/${await draft(client, [])}`;
    expect([
      await statusOf(client, "POST", SESSIONS, { mailboxRestoreArtifacts: many }),
      await statusOf(client, "PATCH", session, { "mailboxRestoreArtifacts@delta": many }),
    ]).toEqual([413, 400]);
  },
  async "permission for restore points"() {
    const { sim } = application();
    const path = "/v1.0/solutions/backupRestore/restorePoints/search";
    const ask = async (scope: string) => {
      const token = await sim.delegatedToken(CONTOSO, scope);
      return (await sim.fetch(path, { method: "POST", token, json: {} })).status;
    };
    expect([
      await ask("BackupRestore-Search.Read.All"),
      await ask("BackupRestore-Restore.ReadWrite.All"),
    ]).toEqual([400, 403]);
  },
  async "`effectiveDateTime` of a controller"() {
    const free = application(TAILSPIN);
    const [app] = await free.list("/serviceApps");
    expect(await statusOf(person(free), "POST", `/serviceApps/${idOf(app)}/activate`, {})).toBe(
      202,
    );
    const held = application(ADATUM);
    await competitor(held).ask("POST", "/serviceApps", {}, 201);
    expect(await statusOf(person(held), "POST", `/serviceApps/${OTHER_APP_ID}/activate`, {})).toBe(
      400,
    );
  },
  async "`disableReason` when the controller has gone"() {
    const client = application(ADATUM);
    await policyIn(client);
    const [app] = await client.list("/serviceApps");
    await client.ask("DELETE", `/serviceApps/${idOf(app)}`, undefined, 204);
    client.sim.advanceBy(8 * DAY_MS);
    const root = await client.ask("GET", "");
    expect(root["serviceStatus"]).toMatchObject({
      status: "disabled",
      disableReason: "userRequested",
    });
  },
  async "`backupServiceConsumer`"() {
    const root = await application().ask("GET", "");
    expect(root["serviceStatus"]).toMatchObject({ backupServiceConsumer: "thirdparty" });
  },
  async "retention of an Exchange policy"() {
    const client = application();
    const [policy] = await client.list(EXCHANGE);
    expect(policy?.["retentionSettings"]).toEqual([
      { interval: "R/PT10M", period: "P2W" },
      { interval: "R/P1W", period: "P1Y" },
    ]);
    // Older than two weeks, and still ten minutes apart.
    const [id] = await points(client);
    const unit = (await client.list("/mailboxProtectionUnits"))[0];
    const found = await client.search(idOf(unit), "2026-02-01T00:00:00Z", "2026-02-01T00:59:00Z");
    expect([id !== undefined, found.length]).toEqual([true, 5]);
  },
  async "read one bulk request"() {
    const client = application();
    const path = `${SESSIONS}/${await draft(client, [])}/mailboxRestoreArtifactsBulkAdditionRequests`;
    const made = await client.ask(
      "POST",
      path,
      {
        displayName: "B",
        protectionTimePeriod: PERIOD,
        destinationType: "new",
        directoryObjectIds: (await userIds(client)).slice(0, 1),
      },
      201,
    );
    expect(idOf(await client.ask("GET", `${path}/${idOf(made)}`))).toBe(idOf(made));
  },
  async "recipients of e-mail notifications"() {
    const setting = await application().ask("GET", "/emailNotificationsSetting");
    expect(setting["recipients"]).toEqual({ role: "custom", customRecipients: [] });
  },
  async "`isAutoApplyEnabled` on creation"() {
    const { client, path, created } = await rule(true);
    expect(created.body).toMatchObject({ isAutoApplyEnabled: true });
    expect(await statusOf(client, "PATCH", path, { isAutoApplyEnabled: false })).toBe(400);
  },
  async "members of the unit's status"() {
    const client = application();
    const unit = await client.unit("mailboxProtectionUnits");
    const [policy] = await client.list(EXCHANGE);
    await client.ask("PATCH", `${EXCHANGE}/${idOf(policy)}`, {
      "mailboxProtectionUnits@delta": removal(idOf(unit)),
    });
    client.sim.advanceBy(7_200_000);
    await person(client).ask("POST", `/protectionUnits/${idOf(unit)}/offboard`);
    const path = `/protectionUnits/${idOf(unit)}`;
    const prefer = { prefer: "include-unknown-enum-members" };
    expect((await client.ask("GET", path))["status"]).toBe("unknownFutureValue");
    expect((await client.call("GET", path, undefined, prefer)).body).toMatchObject({
      status: "offboardRequested",
    });
  },
  async "points of a search"() {
    const client = application();
    const units = (await client.list("/mailboxProtectionUnits")).slice(0, 3);
    const body = { protectionUnitIds: units.map(idOf), protectionTimePeriod: PERIOD };
    const found = await client.ask("POST", "/restorePoints/search", body);
    expect((found["searchResults"] as Json[]).length).toBe(15);
  },
  async "names in answers"() {
    const client = application();
    expect(await client.unit("mailboxProtectionUnits")).not.toHaveProperty("email");
    expect(await person(client).unit("mailboxProtectionUnits")).toHaveProperty("email");
  },
  async "successful removals in the answer to an update"() {
    const client = application();
    const session = `${SESSIONS}/${await draft(client, await points(client))}`;
    const [held] = await client.list(`${session}/mailboxRestoreArtifacts`);
    const [policy] = await client.list(EXCHANGE);
    const unit = await client.unit("mailboxProtectionUnits");
    const ofSession = await client.ask("PATCH", session, {
      "mailboxRestoreArtifacts@delta": removal(idOf(held)),
    });
    const ofPolicy = await client.ask("PATCH", `${EXCHANGE}/${idOf(policy)}`, {
      "mailboxProtectionUnits@delta": removal(idOf(unit)),
    });
    expect(ofSession["mailboxRestoreArtifacts@delta"]).toEqual([]);
    expect(ofPolicy["mailboxProtectionUnits@delta"]).toMatchObject([{ status: "removeRequested" }]);
  },
  async "granular item"() {
    // `browse` and the restore of single items have a test of their own; here only that both names are known.
    const client = application();
    for (const name of ["id", "itemKey"]) {
      const answer = await client.call("POST", "/sharePointRestoreSessions", {
        granularSiteRestoreArtifacts: [{ browseSessionId: idOf({ id: "none" }), [name]: "x" }],
      });
      expect(answer.body).toMatchObject({ error: { code: "InvalidRestorePoint" } });
    }
  },
  async "units of a new policy"() {
    const client = application(ADATUM);
    await policyIn(client, { service: "sharePoint" });
    expect(await client.list("/sharePointProtectionPolicies")).toHaveLength(1);
  },
  async "`appOwnerTenantId`"() {
    for (const appOwnerTenantId of [CONTOSO, ADATUM]) {
      expect(await statusOf(application(ADATUM), "POST", "/enable", { appOwnerTenantId })).toBe(
        200,
      );
    }
  },
  async "status of a unit in an inactive policy"() {
    const client = application(ADATUM);
    const [directoryObjectId] = await userIds(client);
    await policyIn(client, { units: { mailboxProtectionUnits: [{ directoryObjectId }] } });
    expect((await client.unit("mailboxProtectionUnits"))["status"]).toBe("unprotected");
  },
  async "statistics of a policy"() {
    const client = application();
    const [policy] = await client.list(EXCHANGE);
    const path = `/reports/getStatisticsByPolicy(policyId='${idOf(policy)}')`;
    expect(await statusOf(client, "GET", path)).toBe(400);
  },
};

test("every contradiction has a proof of what was chosen, and the other way round", () => {
  expect(Object.keys(PROOFS).sort()).toEqual(CONTRADICTIONS.map(({ topic }) => topic).sort());
});

test.each(CONTRADICTIONS)("$topic: $choice", async ({ topic }) => {
  await PROOFS[topic]?.();
});
