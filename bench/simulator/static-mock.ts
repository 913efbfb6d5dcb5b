import type { IncomingMessage, RequestListener } from "node:http";

type Json = Record<string, unknown>;

const numbered = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;

const USERS: Json[] = Array.from({ length: 500 }, (_, index) => ({
  id: numbered(index),
  displayName: `User ${index}`,
  givenName: "User",
  surname: String(index),
  mail: `user${index}@contoso.example`,
  userPrincipalName: `user${index}@contoso.example`,
  jobTitle: null,
  mobilePhone: null,
  officeLocation: null,
  preferredLanguage: null,
  businessPhones: [],
}));
const USER_BY_ID = new Map(USERS.map((user) => [user["id"], user]));

const FILES = Array.from({ length: 4 }, (_, index) => ({
  id: `01FILE${index}`,
  name: `Report ${index}.docx`,
  size: 20_480,
  file: { mimeType: "text/plain", hashes: { quickXorHash: "AAAAAAAAAAAAAAAAAAAAAAAAAAA=" } },
  parentReference: { driveId: "b!drive", path: "/drive/root:" },
  createdDateTime: "2026-01-01T00:00:00Z",
  lastModifiedDateTime: "2026-02-01T00:00:00Z",
}));

const UNITS = Array.from({ length: 100 }, (_, index) => ({
  "@odata.type": "#microsoft.graph.mailboxProtectionUnit",
  id: numbered(index),
  policyId: numbered(0),
  status: "protected",
  directoryObjectId: numbered(index),
  createdDateTime: "2026-01-01T00:00:00Z",
  lastModifiedDateTime: "2026-01-01T00:00:00Z",
}));

const POINTS = Array.from({ length: 5 }, (_, index) => ({
  id: `point-${index}`,
  protectionDateTime: `2026-02-28T23:${50 - 10 * index}:00Z`,
  expirationDateTime: `2027-02-28T23:${50 - 10 * index}:00Z`,
  tags: "none",
}));

function answer(method: string, target: string, body: unknown): Json {
  if (target.endsWith("/$batch")) {
    const { requests } = body as {
      requests: { id: string; method: string; url: string; body?: unknown }[];
    };
    const answerOne = (request: (typeof requests)[number]) =>
      answer(request.method, request.url, request.body);
    return {
      responses: requests.map((one) => ({ id: one.id, status: 200, body: answerOne(one) })),
    };
  }
  if (target.endsWith("/search")) {
    const { protectionUnitIds: ids } = body as { protectionUnitIds: string[] };
    const hitsOf = (id: string) =>
      POINTS.map((point) => ({
        restorePoint: { ...point, protectionUnit: { id } },
        artifactHitCount: 0,
      }));
    return { searchResults: ids.flatMap(hitsOf), noResultProtectionUnitIds: [] };
  }
  if (target.includes("mailboxProtectionUnits")) return { value: UNITS };
  if (target.endsWith("/children")) return { value: FILES };
  const id = /\/users\/([^/?]+)/.exec(target)?.[1];
  if (id === undefined) return { value: USERS.slice(0, 100) };
  const user = USER_BY_ID.get(id) ?? USERS[0] ?? {};
  return method === "PATCH" ? Object.assign(user, body) : user;
}

/**
 * What people write instead of a simulator: a server that finds objects in lists and sends them as JSON. No tokens, no
 * permissions, no checks, no journal, nothing kept; an id that it does not know is some user.
 */
export const answerStatically: RequestListener = (request, response) => {
  void bodyOf(request).then((body) => {
    const text = JSON.stringify(answer(request.method ?? "GET", request.url ?? "/", body));
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
    });
    response.end(text);
  });
};

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  if ((request.headers["content-length"] ?? "0") === "0") return undefined;
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const isJson = request.headers["content-type"] === "application/json";
  return isJson ? JSON.parse(Buffer.concat(parts).toString("utf8")) : undefined;
}
