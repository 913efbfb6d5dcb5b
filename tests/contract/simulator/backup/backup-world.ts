import {
  contentState,
  appendVersions,
  type NewVersion,
} from "../../../../simulator/content/content.ts";
import type { Container, ItemVersion } from "../../../../simulator/content/item.ts";
import type { Context } from "../../../../simulator/core/context.ts";
import type {
  InProcessAnswer,
  InProcessSimulator,
} from "../../../../simulator/protocol/in-process.ts";
import { validate } from "../metadata.ts";
import { createValidatedSimulator, type ValidatedSimulator } from "../validated-simulator.ts";

export const BACKUP = "/v1.0/solutions/backupRestore";
export const APP_ID = "6f0c2f5e-4c35-4d0e-8a53-0c9f1f6f4a01";
export const OTHER_APP_ID = "6f0c2f5e-4c35-4d0e-8a53-0c9f1f6f4a02";
/** Protected since January: 30 users, 6 sites. */
export const CONTOSO = "1b7f5e0a-51f3-4a53-9a51-7f2f5d8b1c01";
/** Controller active, billing present, nothing enabled. */
export const ADATUM = "1b7f5e0a-51f3-4a53-9a51-7f2f5d8b1c02";
/** Controller inactive. */
export const TAILSPIN = "1b7f5e0a-51f3-4a53-9a51-7f2f5d8b1c03";
/** Never had the product. */
export const WINGTIP = "1b7f5e0a-51f3-4a53-9a51-7f2f5d8b1c04";
/** Controller active, no billing. */
export const LITWARE = "1b7f5e0a-51f3-4a53-9a51-7f2f5d8b1c05";

export const STARTS_AT = "2026-03-02T06:00:00Z";

const admin = (domain: string) => ({
  userPrincipalName: `admin@${domain}`,
  password: "correct horse",
});

const small = { messagesPerMailbox: 5, filesPerDrive: 4, filesPerSite: 6 };

function tenant(tenantId: string, name: string, backup: unknown, size = { users: 12, sites: 3 }) {
  const domain = `${name.toLowerCase()}.example`;
  return {
    tenantId,
    displayName: name,
    domain,
    ...size,
    admin: admin(domain),
    content: small,
    syncGroup: { displayName: "Members", members: 5 },
    backup,
  };
}

/** Two applications; five tenants in the states that matter to the backup service. */
export function backupSeed(seed = 42): unknown {
  const ids = [CONTOSO, ADATUM, TAILSPIN, WINGTIP, LITWARE];
  const consents = ids.map((tenantId) => ({ tenantId, roles: "all" }));
  const application = (clientId: string, displayName: string) => ({
    clientId,
    clientSecret: "not a real secret",
    displayName,
    homeTenantId: CONTOSO,
    consents,
  });
  const off = { enabled: false, protected: null };
  return {
    seed,
    startsAt: STARTS_AT,
    applications: [application(APP_ID, "Continuity"), application(OTHER_APP_ID, "Competitor")],
    tenants: [
      tenant(
        CONTOSO,
        "Contoso",
        {
          billing: true,
          serviceApp: "active",
          enabled: true,
          protected: {
            since: "2026-01-01T00:00:00Z",
            mailboxes: 0.9,
            drives: 0.9,
            sites: 0.8,
            stale: 3,
            errors: 3,
          },
        },
        { users: 30, sites: 10 },
      ),
      tenant(ADATUM, "Adatum", { billing: true, serviceApp: "active", ...off }),
      tenant(TAILSPIN, "Tailspin", { billing: true, serviceApp: "inactive", ...off }),
      tenant(WINGTIP, "Wingtip", null),
      tenant(LITWARE, "Litware", { billing: false, serviceApp: "active", ...off }),
    ],
  };
}

export type Json = Record<string, unknown>;

/** A backup area to talk to: one tenant, one caller, fresh tokens however far time moves. */
export class BackupClient {
  readonly sim: InProcessSimulator;
  readonly tenantId: string;
  readonly #options: { readonly application: number; readonly isDelegated: boolean };
  #token = "";
  #tokenFrom = Number.NEGATIVE_INFINITY;

  constructor(
    sim: InProcessSimulator,
    tenantId: string,
    options: { readonly application?: number; readonly isDelegated?: boolean } = {},
  ) {
    this.sim = sim;
    this.tenantId = tenantId;
    this.#options = {
      application: options.application ?? 0,
      isDelegated: options.isDelegated ?? false,
    };
  }

  /** Calls a path below `/solutions/backupRestore`. */
  async call(
    method: string,
    path: string,
    json?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<InProcessAnswer> {
    const answer = await this.sim.fetch(`${BACKUP}${path}`, {
      method,
      token: await this.#freshToken(),
      headers,
      ...(json === undefined ? {} : { json }),
    });
    checkDelta(answer.body);
    return answer;
  }

  /** Calls, and gives the body of an answer with the expected status. */
  async ask(method: string, path: string, json?: unknown, status = 200): Promise<Json> {
    const answer = await this.call(method, path, json);
    if (answer.status !== status) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body as Json;
  }

  /** All elements of a list, over every page. */
  async list(path: string): Promise<Json[]> {
    const items: Json[] = [];
    let next: string | null = path;
    while (next !== null) {
      const page: Json = await this.ask("GET", next);
      items.push(...(page["value"] as Json[]));
      const link = page["@odata.nextLink"] as string | undefined;
      next = link === undefined ? null : link.slice(link.indexOf(BACKUP) + BACKUP.length);
    }
    return items;
  }

  /** The unit that protects a user's mailbox or drive, or a site. */
  async unit(collection: string, index = 0): Promise<Json> {
    const units = await this.list(`/${collection}`);
    return units[index] as Json;
  }

  /** Points of a unit in a period, latest first. */
  async search(unitId: string, from: string, to: string, more: Json = {}): Promise<Json[]> {
    const body = await this.ask("POST", "/restorePoints/search", {
      protectionUnitIds: [unitId],
      protectionTimePeriod: { startDateTime: from, endDateTime: to },
      ...more,
    });
    return (body["searchResults"] as Json[]).map((result) => result["restorePoint"] as Json);
  }

  async #freshToken(): Promise<string> {
    if (this.sim.now() - this.#tokenFrom > 1_800_000) {
      this.#token = this.#options.isDelegated
        ? await this.sim.delegatedToken(this.tenantId)
        : await this.sim.token(this.tenantId, this.#options.application);
      this.#tokenFrom = this.sim.now();
    }
    return this.#token;
  }
}

/** The metadata does not describe `@delta` lists; their elements are still entities. */
function checkDelta(body: unknown): void {
  for (const [name, list] of Object.entries(body ?? {})) {
    if (!name.endsWith("@delta")) continue;
    const definition = name.replace(/s@delta$/, "");
    const defects = (list as Json[]).flatMap((element) => validate(definition, element));
    if (defects.length > 0) throw new Error(defects.join("\n"));
  }
}

/** A world in memory that checks each of its answers against Microsoft's metadata. */
export function createBackupWorld(seed = 42): ValidatedSimulator {
  return createValidatedSimulator(backupSeed(seed));
}

/** Does something to the world as a journaled scenario would. */
export function act(
  sim: InProcessSimulator,
  tenantId: string,
  run: (context: Context) => void,
): void {
  sim.simulator.engine.execute(
    {
      kind: "scenario",
      tenantId,
      method: "SCENARIO",
      path: "test",
      appId: null,
      userId: null,
      requestId: null,
      clientRequestId: null,
    },
    (context) => {
      run(context);
      return { status: 200, code: null };
    },
  );
}

/** Writes versions into a mailbox, drive or site now. */
export function write(
  sim: InProcessSimulator,
  container: Container,
  versions: readonly NewVersion[],
): void {
  act(sim, container.tenantId, (context) => {
    appendVersions(context, container, versions);
  });
}

/** Live items of a container at an instant (default: now). */
export function itemsOf(
  sim: InProcessSimulator,
  container: Container,
  at?: number,
): readonly ItemVersion[] {
  return contentState.of({ world: sim.simulator.engine.world }).list(container, at);
}

/** What a restore must bring back, without times and authors. */
export function stateOf(items: readonly ItemVersion[]): unknown[] {
  return items
    .map(({ itemId, kind, parentId, name, content }) => ({ itemId, kind, parentId, name, content }))
    .sort((left, right) => (left.itemId < right.itemId ? -1 : 1));
}
