import { z } from "zod";

/**
 * A reader of Microsoft Graph of the demonstration's own: it shares no code with the app, so that what it sees is a second
 * opinion.
 */
export interface GraphReader {
  readonly tenantId: string;
  /** Reads one resource. */
  get<Answer>(path: string): Promise<Answer>;
  /** Reads a collection to its end. */
  list<Item>(path: string): Promise<Item[]>;
  bytes(path: string): Promise<Buffer>;
}

const Token = z.object({ access_token: z.string() });
/** Open requests at a time; more would only queue in the simulator. */
const CONCURRENCY = 16;

/** Gets a token of the simulator's own authority: an application's, or a signed-in person's. */
export async function requestToken(
  simulatorUrl: string,
  tenantId: string,
  form: Readonly<Record<string, string>>,
): Promise<string> {
  const response = await fetch(`${simulatorUrl}/${tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({ scope: "https://graph.microsoft.com/.default", ...form }),
  });
  if (!response.ok) {
    throw new Error(`No token for ${tenantId}: ${response.status} ${await response.text()}`);
  }
  return Token.parse(await response.json()).access_token;
}

/** Reads one tenant as an application with read permissions. Time stands still meanwhile, so a token outlives the reading. */
export async function createGraphReader(
  simulatorUrl: string,
  tenantId: string,
  application: { readonly clientId: string; readonly clientSecret: string },
): Promise<GraphReader> {
  const token = await requestToken(simulatorUrl, tenantId, {
    grant_type: "client_credentials",
    client_id: application.clientId,
    client_secret: application.clientSecret,
  });

  async function open(path: string): Promise<Response> {
    const url = path.startsWith("http") ? path : `${simulatorUrl}/v1.0${path}`;
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${token}`, prefer: "include-unknown-enum-members" },
    });
    if (!response.ok) {
      throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
    }
    return response;
  }

  return {
    tenantId,
    async get<Answer>(path: string) {
      return (await (await open(path)).json()) as Answer;
    },
    async list<Item>(path: string) {
      const items: Item[] = [];
      let next: string | undefined = path;
      while (next !== undefined) {
        const page = (await (await open(next)).json()) as {
          value: Item[];
          "@odata.nextLink"?: string;
        };
        items.push(...page.value);
        next = page["@odata.nextLink"];
      }
      return items;
    },
    async bytes(path) {
      return Buffer.from(await (await open(path)).arrayBuffer());
    },
  };
}

/** Does something for every item, some at a time; answers in the order of the items. */
export async function forEachAtOnce<Item, Answer>(
  items: readonly Item[],
  task: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next;
      next += 1;
      answers[index] = await task(items[index] as Item);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return answers;
}
