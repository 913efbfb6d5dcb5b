import { z } from "zod";
import { readJson } from "./data-files.ts";

const Identity = z.object({
  name: z.string(),
  objectId: z.string(),
  roles: z.array(z.string()),
  key: z.string(),
});
export type LocalIdentity = z.infer<typeof Identity>;

const SettingsFile = z.object({
  Host: z.object({ LocalIdentities: z.array(Identity) }),
});

/** The people that the first start created on this machine. */
export interface People {
  readonly requester: LocalIdentity;
  readonly approver: LocalIdentity;
}

/** Reads who may ask and who may approve from the settings file that the host completed at its first start. */
export async function readPeople(settingsFile: string): Promise<People> {
  const settings = SettingsFile.parse(await readJson(settingsFile));
  const identities = settings.Host.LocalIdentities;
  const withRole = (role: string, not: LocalIdentity | null) =>
    identities.find(({ roles, objectId }) => roles.includes(role) && objectId !== not?.objectId);
  const requester = withRole("Operator", null) ?? withRole("Admin", null);
  const approver = withRole("Approver", requester ?? null) ?? withRole("Admin", requester ?? null);
  if (requester === undefined || approver === undefined) {
    throw new Error(
      `${settingsFile} needs two local identities, one with the role Operator and one with the role Approver.`,
    );
  }
  return { requester, approver };
}

/** Somebody who speaks to the app's HTTP API. */
export interface AppClient {
  get<Answer>(path: string): Promise<Answer>;
  post<Answer>(path: string, body: unknown): Promise<Answer>;
  /** Follows `nextLink` to the end of a list. */
  list<Item>(path: string): Promise<Item[]>;
}

/** The API at an address, called as one of the local identities. */
export function createAppClient(baseUrl: string, identity: LocalIdentity): AppClient {
  async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(new URL(path, baseUrl), {
      method,
      headers: {
        authorization: `Bearer ${identity.key}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) {
      throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    }
    return (await response.json()) as Answer;
  }

  return {
    get: (path) => call("GET", path),
    post: (path, body) => call("POST", path, body),
    async list<Item>(path: string) {
      const items: Item[] = [];
      let next: string | null = path;
      while (next !== null) {
        const page: { value: Item[]; nextLink: string | null } = await call("GET", next);
        items.push(...page.value);
        next = page.nextLink;
      }
      return items;
    },
  };
}
