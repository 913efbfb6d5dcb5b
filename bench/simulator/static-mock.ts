import type { RequestListener } from "node:http";

const USERS = Array.from({ length: 500 }, (_, index) => ({
  id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
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

/**
 * What people write instead of a simulator: a server that finds an object in a list and sends it as JSON. No tokens, no
 * permissions, no state, no journal.
 */
export const answerStatically: RequestListener = (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://mock");
  const id = /^\/v1\.0\/users\/([^/]+)$/.exec(pathname)?.[1];
  const body =
    id === undefined
      ? { value: USERS.slice(0, Number(searchParams.get("$top") ?? 100)) }
      : USERS.find((user) => user.id === id);
  const text = JSON.stringify(body ?? { error: { code: "NotFound" } });
  response.writeHead(body === undefined ? 404 : 200, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
};
