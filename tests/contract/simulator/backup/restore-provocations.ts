import {
  activate,
  application,
  artifact,
  artifactError,
  configure,
  draft,
  fail,
  type Found,
  hold,
  inlineFailureOf,
  MISSING,
  PERIOD,
  points,
  purge,
  refused,
} from "./provocations.ts";
import { BackupClient, type Json } from "./backup-world.ts";

type Provocation = () => Promise<Found>;

const many = (count: number) => Array.from({ length: count }, () => MISSING);
const SESSIONS = "/exchangeRestoreSessions";

/** Each row about restores, and how to meet it. */
export const restoreProvocations: Readonly<Record<string, Readonly<Record<string, Provocation>>>> =
  {
    restorePoints: {
      FilterLengthExceeded: () =>
        refused(
          application(),
          "GET",
          `/restorePoints?$filter=${Array.from({ length: 21 }, () => "protectionDateTime lt 2026-03-01T00:00:00Z").join(" and ")}`,
        ),
      InvalidSearchRequest: () =>
        refused(application(), "POST", "/restorePoints/search", {
          protectionUnitIds: many(21),
          protectionTimePeriod: PERIOD,
        }),
      InvalidProtectionUnitId: () =>
        refused(application(), "POST", "/restorePoints/search", {
          protectionUnitIds: ["none"],
          protectionTimePeriod: PERIOD,
        }),
      NotFound: () => refused(application(), "GET", "/restorePoints/none"),
    },
    createSession: {
      InvalidRequest: () => refused(application(), "POST", SESSIONS, { artifacts: [] }),
      InvalidPathType: async () => {
        const client = application();
        const [id] = await points(client);
        return createWith(client, [{ restorePoint: { id } }]);
      },
      InvalidArtifactRequest: () => createWith(application(), []),
      InvalidRestorePoint: () => createWith(application(), [artifact("none")]),
      async DifferentRestoreDestinationType() {
        const client = application();
        const [first = "", second = ""] = await points(client, 2);
        return createWith(client, [artifact(first), artifact(second, "new")]);
      },
      RestoreArtifactsLimitBreached: () =>
        createWith(
          application(),
          many(51).map((id) => artifact(id)),
        ),
      async DuplicateArtifactInList() {
        const client = application();
        const [id = ""] = await points(client);
        return createWith(client, [artifact(id), artifact(id)]);
      },
    },
    session: {
      InvalidRestoreSessionId: () => refused(application(), "GET", "/restoreSessions/none"),
      RestoreSessionNotFound: () => refused(application(), "GET", `/restoreSessions/${MISSING}`),
    },
    patchSession: {
      InvalidPatchRequest: () => patchDraft({ displayName: "A" }),
      InvalidRestorePoint: () => patchDraft(delta([{ destinationType: "new" }])),
      RestoreArtifactsLimitBreached: () => patchDraft(delta(many(51).map((id) => artifact(id)))),
      InvalidArtifactRequest: () => patchDraft(delta([])),
      async RestoreSessionActionNotAllowed() {
        const client = application();
        const [id = ""] = await points(client);
        const sessionId = await draft(client, [id]);
        await activate(client, sessionId);
        return refused(client, "PATCH", `${SESSIONS}/${sessionId}`, delta([artifact(id)]));
      },
      DuplicateArtifactInList: () => patchDraft(delta([artifact("a"), artifact("a")])),
    },
    patchSessionItem: {
      ArtifactNotFound: () =>
        patchDraftInline(() => [{ "@removed": { reason: "changed" }, id: MISSING }]),
      InvalidRestorePoint: () => patchDraftInline(() => [artifact("none")]),
      InvalidPathType: () => patchDraftInline((_held, free) => [artifact(free, "aside")]),
      DifferentRestoreDestinationType: () =>
        patchDraftInline((_held, free) => [artifact(free, "new")]),
      DuplicateArtifactInList: () => patchDraftInline((held) => [artifact(held)]),
    },
    deleteSession: {
      async RestoreSessionActionNotAllowed() {
        const client = application();
        const sessionId = await draft(client, await points(client));
        await activate(client, sessionId);
        return refused(client, "DELETE", `/restoreSessions/${sessionId}`);
      },
      async IncompleteArtifactDeletion() {
        const client = application();
        const sessionId = await draft(client, []);
        await fail(client, "transientRefusals");
        return refused(client, "DELETE", `/restoreSessions/${sessionId}`);
      },
    },
    activateSession: {
      async RestoreSessionActionNotAllowed() {
        const client = application();
        const sessionId = await draft(client, await points(client));
        await activate(client, sessionId);
        return refused(client, "POST", `/restoreSessions/${sessionId}/activate`);
      },
      async InvalidArtifactRequest() {
        const client = application();
        return refused(client, "POST", `/restoreSessions/${await draft(client, [])}/activate`);
      },
      async TooManyActiveRestoreSessions() {
        const client = application();
        for (const id of await points(client, 25))
          await activate(client, await draft(client, [id]));
        const last = await draft(client, await points(client, 1, "mailbox"));
        return refused(client, "POST", `/restoreSessions/${last}/activate`);
      },
      RestoreSessionsCapExceeded: () => activateBeyond({ restoreSessionsPerService: 1 }),
      RestoringArtifactsCapExceeded: () => activateBeyond({ restoringArtifactsPerService: 1 }),
      DailyArtifactsCapExceeded: () => activateBeyond({ restoredArtifactsPerDay: 1 }, 12),
      async GranularMessagesCapExceeded() {
        const client = application();
        await configure(client, { limits: { backup: { messagesPerGranularRestore: 1 } } });
        const session = await draftOfMessages(client, "subject -contains 'e'");
        return refused(client, "POST", `/restoreSessions/${session}/activate`);
      },
      MonthlyRestoresCapExceeded: () => activateBeyond({ restoresPerUnitAndMonth: 1 }, 24 * 10),
    },
    artifactItem: {
      async UnknownError() {
        const client = application();
        await fail(client, "failedArtifacts");
        const sessionId = await draft(client, await points(client));
        await activate(client, sessionId);
        return artifactError(client, sessionId);
      },
      async ArtifactNotFound() {
        const client = application();
        const unit = await client.unit("mailboxProtectionUnits");
        const sessionId = await draft(client, await points(client));
        await activate(client, sessionId);
        purge(client, unit["directoryObjectId"] as string);
        return artifactError(client, sessionId);
      },
      async InvalidRestoreTime() {
        const client = application();
        const unit = await client.unit("mailboxProtectionUnits");
        const [oldest] = await client.search(
          unit["id"] as string,
          "2025-01-01T00:00:00Z",
          PERIOD.endDateTime,
          { restorePointPreference: "oldest" },
        );
        client.sim.advanceTo(Date.parse(oldest?.["expirationDateTime"] as string) - 60_000);
        const sessionId = await draft(client, [oldest?.["id"] as string]);
        await activate(client, sessionId);
        return artifactError(client, sessionId);
      },
      async ArtifactCannotBeRestored() {
        const client = application();
        const unit = await client.unit("mailboxProtectionUnits");
        hold(client, unit["directoryObjectId"] as string);
        const sessionId = await draft(client, await points(client));
        await activate(client, sessionId);
        return artifactError(client, sessionId);
      },
      async DuplicateArtifactRestoreRequest() {
        const client = application();
        const ids = await points(client);
        await activate(client, await draft(client, ids));
        client.sim.advanceBy(60_000);
        const second = await draft(client, ids);
        await activate(client, second);
        return artifactError(client, second);
      },
    },
    browse: {
      NotFound: () => refused(application(), "GET", `/sharePointBrowseSessions/${MISSING}`),
      RoleRequired() {
        const { sim, tenantId } = application();
        const person = new BackupClient(sim, tenantId, { isDelegated: true });
        return refused(person, "GET", "/browseSessions");
      },
      async NotReady() {
        const client = application();
        const session = await client.ask(
          "POST",
          BROWSING,
          { restorePointId: await sitePoint(client, "fastRestore") },
          201,
        );
        return refused(client, "POST", `${BROWSING}/${session["id"] as string}/browse`);
      },
      InvalidRequest: () => refused(application(), "POST", BROWSING, {}),
      async InvalidRestorePoint() {
        const client = application();
        const restorePointId = await sitePoint(client, "none");
        return refused(client, "POST", BROWSING, { restorePointId });
      },
    },
    bulkRestore: {
      async InvalidBulkRestoreArtifactId() {
        const { client, path } = await bulkDraft();
        return refused(client, "GET", `${path}/none`);
      },
      BulkRestoreInvalidCreateRequest: () => bulkRestore({ mailboxes: ["a@contoso.example"] }),
      BulkRestoreRestorationResourcesCountExceedsLimit: () =>
        bulkRestore({ ...BULK, directoryObjectIds: many(10_001) }),
      async BulkRestoreInvalidCreateRequestSiteUrl() {
        const client = application();
        const session = await client.ask("POST", "/sharePointRestoreSessions", {}, 201);
        const path = `/sharePointRestoreSessions/${session["id"] as string}/siteRestoreArtifactsBulkAdditionRequests`;
        return refused(client, "POST", path, { ...BULK, siteWebUrls: ["not an address"] });
      },
      BulkRestoreInvalidCreateRequestUserEmail: () =>
        bulkRestore({ ...BULK, mailboxes: ["nobody"] }),
      async BulkRestoreArtifactsNotFound() {
        const { client, path } = await bulkDraft();
        return refused(client, "GET", `${path}/${MISSING}`);
      },
      async InvalidStateForBulkRequestDeletion() {
        const { client, path } = await bulkDraft();
        const made = await client.ask(
          "POST",
          path,
          { ...BULK, directoryObjectIds: [MISSING] },
          201,
        );
        return refused(client, "DELETE", `${path}/${made["id"] as string}`);
      },
      async MixedSession() {
        const client = application();
        const sessionId = await draft(client, await points(client));
        const path = `${SESSIONS}/${sessionId}/mailboxRestoreArtifactsBulkAdditionRequests`;
        return refused(client, "POST", path, { ...BULK, directoryObjectIds: [MISSING] });
      },
    },
  };

const BULK = { displayName: "Bulk", protectionTimePeriod: PERIOD, destinationType: "inPlace" };

const delta = (elements: readonly unknown[]) => ({ "mailboxRestoreArtifacts@delta": elements });

function createWith(
  client: ReturnType<typeof application>,
  mailboxRestoreArtifacts: readonly unknown[],
): Promise<Found> {
  return refused(client, "POST", SESSIONS, { mailboxRestoreArtifacts });
}

/** Activates two sessions of one unit with so many hours between them while a cap is in force. */
async function activateBeyond(caps: Json, hours = 0): Promise<Found> {
  const client = application();
  await configure(client, { limits: { backup: caps } });
  const found = await points(client);
  await activate(client, await draft(client, found));
  const second = await draft(client, found);
  client.sim.advanceBy(hours * 3_600_000);
  return refused(client, "POST", `/restoreSessions/${second}/activate`);
}

/** A draft about all messages of the first mailbox that a search finds, which must be more than one. */
async function draftOfMessages(client: BackupClient, queryExpression: string): Promise<string> {
  const unit = await client.unit("mailboxProtectionUnits");
  const found = await client.ask("POST", "/restorePoints/search", {
    protectionUnitIds: [unit["id"]],
    protectionTimePeriod: PERIOD,
    artifactQuery: { artifactType: "message", queryExpression },
  });
  const [hit] = found["searchResults"] as { artifactHitCount: number; restorePoint: Json }[];
  if ((hit?.artifactHitCount ?? 0) < 2) throw new Error("The search has to find two messages.");
  const whole = artifact(hit?.restorePoint["id"] as string);
  const granular = [{ ...whole, searchResponseId: found["searchResponseId"] }];
  const body = { granularMailboxRestoreArtifacts: granular };
  return (await client.ask("POST", SESSIONS, body, 201))["id"] as string;
}

const BROWSING = "/sharePointBrowseSessions";

/** A point of the first site with exactly this tag. */
async function sitePoint(client: ReturnType<typeof application>, tag: string): Promise<string> {
  const unit = await client.unit("siteProtectionUnits");
  const found = await client.search(
    unit["id"] as string,
    "2026-02-20T00:00:00Z",
    PERIOD.endDateTime,
    tag === "fastRestore" ? { tags: tag } : {},
  );
  return found.find(({ tags }) => tags === tag)?.["id"] as string;
}

async function patchDraft(body: unknown): Promise<Found> {
  const client = application();
  return refused(client, "PATCH", `${SESSIONS}/${await draft(client, [])}`, body);
}

async function bulkDraft() {
  const client = application();
  const sessionId = await draft(client, []);
  const path = `${SESSIONS}/${sessionId}/mailboxRestoreArtifactsBulkAdditionRequests`;
  return { client, path };
}

async function bulkRestore(body: unknown): Promise<Found> {
  const { client, path } = await bulkDraft();
  return refused(client, "POST", path, body);
}

/** Patches a draft that holds one artifact with elements made of a held unit's point and a free one's. */
async function patchDraftInline(
  elements: (held: string, free: string) => readonly unknown[],
): Promise<Found> {
  const client = application();
  const [held = "", free = ""] = await points(client, 2);
  const sessionId = await draft(client, [held]);
  return inlineFailureOf(
    await client.ask("PATCH", `${SESSIONS}/${sessionId}`, delta(elements(held, free))),
  );
}
