import type { BackupClient, Json } from "../../contract/simulator/backup/backup-world.ts";
import type { InProcessAnswer } from "../../../simulator/protocol/in-process.ts";

/** Reads and changes a drive as any client does: through ordinary Graph, not through anything of the backup. */
export class GraphDrive {
  readonly #client: BackupClient;
  readonly #drive: string;
  /** Address of the site; null for a OneDrive. */
  readonly #site: string | null;

  constructor(client: BackupClient, driveId: string, site: string | null) {
    this.#client = client;
    this.#drive = `/drives/${driveId}`;
    this.#site = site;
  }

  /** The drive of `/users/{id}` or `/sites/{id}`. */
  static async of(client: BackupClient, owner: string): Promise<GraphDrive> {
    const drive = await askGraph(client, "GET", `${owner}/drive`);
    return new GraphDrive(client, drive["id"] as string, owner.startsWith("/sites") ? owner : null);
  }

  /** Lets an application into the site; nothing for a OneDrive. */
  async grant(role: "read" | "write", application: string): Promise<void> {
    if (this.#site === null) return;
    await askGraph(this.#client, "POST", `${this.#site}/permissions`, {
      roles: [role],
      grantedToIdentities: [{ application: { id: application, displayName: "Reader" } }],
    });
  }

  ask(method: string, path: string, content?: unknown): Promise<Json> {
    return askGraph(this.#client, method, `${this.#drive}${path}`, content);
  }

  async items(): Promise<Json[]> {
    const { value } = await this.ask("GET", "/root/delta");
    return value as Json[];
  }

  /** Everything that Graph shows of the drive, but for tags, which change with every write. */
  async view(): Promise<Json[]> {
    const views: Json[] = [];
    for (const item of await this.items()) {
      const { eTag: _eTag, cTag: _cTag, ...rest } = item;
      const path = `/items/${item["id"] as string}`;
      const list = async (name: string) => (await this.ask("GET", `${path}/${name}`))["value"];
      const isFile = item["file"] !== undefined;
      views.push({
        ...rest,
        permissions: await list("permissions"),
        retentionLabel: item["root"] === undefined ? await this.#label(path) : null,
        ...(isFile
          ? {
              versions: await list("versions"),
              labels: (await this.ask("POST", `${path}/extractSensitivityLabels`))["labels"],
            }
          : {}),
      });
    }
    if (this.#site !== null) {
      const { value } = await askGraph(this.#client, "GET", `${this.#site}/permissions`);
      views.push({ id: "site", permissions: value });
    }
    return views.sort((left, right) => ((left["id"] as string) < (right["id"] as string) ? -1 : 1));
  }

  async #label(path: string): Promise<unknown> {
    const { status, body } = await call(
      this.#client,
      "GET",
      `${this.#drive}${path}/retentionLabel`,
    );
    return status === 404 ? null : body;
  }
}

/** A request to ordinary Graph. */
async function call(
  client: BackupClient,
  method: string,
  path: string,
  content?: unknown,
): Promise<InProcessAnswer> {
  return client.sim.fetch(`/v1.0${path}`, {
    method,
    token: await client.sim.token(client.tenantId),
    ...(content === undefined
      ? {}
      : content instanceof Uint8Array
        ? { bytes: content }
        : { json: content }),
  });
}

/** The body of an answer; conflicts and locks count as answers. */
export async function askGraph(
  client: BackupClient,
  method: string,
  path: string,
  content?: unknown,
): Promise<Json> {
  const answer = await call(client, method, path, content);
  if (answer.status >= 400 && answer.status !== 423 && answer.status !== 409) {
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  return (answer.body ?? {}) as Json;
}
