import { beforeEach, expect, test } from "@jest/globals";

import { ContentCaller } from "./content-caller.ts";
import { OWNER } from "./small-estate.ts";

let caller: ContentCaller;
let drive: string;
let file: string;

beforeEach(async () => {
  caller = new ContentCaller();
  drive = await caller.drive();
  file = await caller.file(drive, "plan.txt", "one");
});

const rolesOf = async (item: string) =>
  (await caller.list(`${item}/permissions`)).map(({ roles }) => (roles as string[])[0]);

test("a file has its folder's permissions and its own, and says that it is shared", async () => {
  expect(await rolesOf(file)).toEqual(["owner"]);
  const before = await caller.get(file);
  expect(before).not.toHaveProperty("shared");
  const folder = await caller.ask("POST", `${drive}/root/children`, 201, {
    name: "Team",
    folder: {},
  });
  await caller.ask("POST", `${drive}/items/${folder.id}/createLink`, 201, { type: "edit" });
  await caller.ask("PATCH", file, 200, { parentReference: { id: folder.id } });
  expect(await rolesOf(file)).toEqual(["owner", "write"]);
  const { eTag, lastModifiedDateTime } = await caller.get(file);
  caller.simulator.advanceBy(60_000);
  const [colleague] = (await caller.get("/users?$top=3&$select=id,mail")).value.slice(2);
  const invited = await caller.ask("POST", `${file}/invite`, 200, {
    recipients: [{ objectId: colleague?.id }],
    roles: ["read"],
    requireSignIn: true,
    sendInvitation: false,
  });
  expect(invited.value).toMatchObject([
    { roles: ["read"], grantedToV2: { user: { id: colleague?.id } } },
  ]);
  expect(await rolesOf(file)).toEqual(["owner", "write", "read"]);
  // Sharing is no change of the file.
  expect(await caller.get(file)).toMatchObject({
    eTag,
    lastModifiedDateTime,
    shared: { scope: "users" },
  });
});

test("an inherited permission can be read below but only changed where it is given", async () => {
  const { id: root } = await caller.get(`${drive}/root`);
  const link = await caller.ask("POST", `${drive}/items/${root}/createLink`, 201, {
    type: "view",
  });
  const below = `${file}/permissions/${link.id}`;
  expect((await caller.get(below)).id).toBe(link.id);
  expect(await caller.refused("DELETE", below)).toEqual([403, "accessDenied"]);
  await caller.ask("DELETE", `${drive}/items/${root}/permissions/${link.id}`, 204);
  expect(await caller.refused("GET", below)).toEqual([404, "itemNotFound"]);
});

test("links expire, and sharing for the first time can cut what is inherited off", async () => {
  const expirationDateTime = new Date(caller.simulator.now() + 3_600_000).toISOString();
  const link = { type: "view", scope: "anonymous", expirationDateTime };
  const made = await caller.ask("POST", `${file}/createLink`, 201, link);
  const later = new Date(caller.simulator.now() + 7_200_000).toISOString();
  await caller.ask("PATCH", `${file}/permissions/${made.id}`, 200, { expirationDateTime: later });
  caller.simulator.advanceBy(3_600_000);
  expect(await rolesOf(file)).toEqual(["owner", "read"]);
  caller.simulator.advanceBy(3_600_000);
  expect(await rolesOf(file)).toEqual(["owner"]);
  expect((await caller.ask("POST", `${file}/createLink`, 201, { type: "view" })).id).not.toBe(
    made.id,
  );
  const folder = await caller.ask("POST", `${drive}/root/children`, 201, {
    name: "Team",
    folder: {},
  });
  const inner = `${drive}/items/${folder.id}`;
  await caller.ask("POST", `${inner}/createLink`, 201, { type: "edit" });
  const { id } = await caller.ask("PUT", `${inner}:/a.txt:/content`, 201, Buffer.from("a"));
  const item = `${drive}/items/${id}`;
  expect(await rolesOf(item)).toEqual(["owner", "write"]);
  const own = { type: "view", scope: "users", retainInheritedPermissions: false };
  await caller.ask("POST", `${item}/createLink`, 201, own);
  expect(await rolesOf(item)).toEqual(["owner", "read"]);
});

test("sharing refuses what OneDrive for Business does not do", async () => {
  const invite = (more: object) =>
    caller.refused("POST", `${file}/invite`, {
      json: { recipients: [{ email: "admin@contoso.com" }], roles: ["read"], ...more },
    });
  const invalid = [400, "invalidRequest"];
  expect(await invite({ password: "secret" })).toEqual(invalid);
  expect(await invite({ roles: ["owner"] })).toEqual(invalid);
  expect(await invite({ recipients: [{ alias: "x" }] })).toEqual(invalid);
  // An application cannot invite guests that nobody knows yet; a person can.
  const guest = { recipients: [{ email: "guest@elsewhere.example" }] };
  expect(await invite(guest)).toEqual(invalid);
  const { status, entity } = await caller.call("POST", `${file}/invite`, {
    json: { ...guest, roles: ["read"] },
    isDelegated: true,
  });
  expect(status).toBe(200);
  expect(entity.value[0]).toMatchObject({ invitation: { email: "guest@elsewhere.example" } });
  expect(entity.value[0]).not.toHaveProperty("grantedToV2");
  expect(await caller.refused("POST", `${file}/createLink`, { json: { type: "embed" } })).toEqual(
    invalid,
  );
  const past = { type: "view", scope: "anonymous", expirationDateTime: "2026-01-01T00:00:00Z" };
  expect(await caller.refused("POST", `${file}/createLink`, { json: past })).toEqual(invalid);
  const link = await caller.ask("POST", `${file}/createLink`, 201, { type: "edit" });
  expect(
    await caller.refused("PATCH", `${file}/permissions/${link.id}`, { json: { roles: ["read"] } }),
  ).toEqual(invalid);
  expect(
    await caller.refused("DELETE", `${file}/permissions/${link.id}`, {
      headers: { "if-match": '"another"' },
    }),
  ).toEqual([412, "resourceModified"]);
});

test("applications are let into single sites, apart from what people may do there", async () => {
  const [site] = (await caller.get("/sites?search=*")).value;
  const path = `/sites/${site?.id ?? ""}`;
  const application = { id: OWNER, displayName: "Reader" };
  const { id } = await caller.ask("POST", `${path}/permissions`, 201, {
    roles: ["write"],
    grantedToIdentitiesV2: [{ application }],
  });
  expect(await caller.get(`${path}/permissions/${id}`)).toMatchObject({
    roles: ["write"],
    grantedToIdentitiesV2: [{ application }],
  });
  const { id: root } = await caller.get(`${path}/drive/root`);
  expect(await rolesOf(`${path}/drive/items/${root}`)).toEqual(["owner", "read", "write"]);
  expect(
    await caller.refused("POST", `${path}/permissions`, {
      json: { roles: ["read"], grantedToIdentities: [{ user: application }] },
    }),
  ).toEqual([400, "invalidRequest"]);
  await caller.ask("DELETE", `${path}/permissions/${id}`, 204);
  expect(await caller.list(`${path}/permissions`)).toEqual([]);
});

async function sharedItems(client: ContentCaller): Promise<(readonly [string, unknown])[]> {
  const [site] = (await client.get("/sites?search=*")).value;
  const items = await client.list(`/sites/${site?.id ?? ""}/drive/root/delta`);
  return items.flatMap(({ id, shared }) => (shared === undefined ? [] : [[id, shared] as const]));
}

test("the seed shares and labels some files, the same ones every time", async () => {
  const found = await sharedItems(caller);
  const scopes = found.map(([, facet]) => (facet as { readonly scope: string }).scope);
  expect(scopes.sort()).toEqual(["organization", "users"]);
  expect(await sharedItems(new ContentCaller())).toEqual(found);
});
