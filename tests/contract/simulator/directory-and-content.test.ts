import { beforeEach, expect, test } from "@jest/globals";

import { contentArea } from "../../../simulator/content/area.ts";
import { directoryArea } from "../../../simulator/directory/area.ts";
import { OWNER, smallEstate } from "./small-estate.ts";
import { createValidatedSimulator, type ValidatedSimulator } from "./validated-simulator.ts";

interface Entity {
  readonly id: string;
  readonly name: string;
  readonly driveId: string;
  readonly folder?: object;
  readonly eTag: string;
  readonly "@odata.nextLink": string;
  readonly "@odata.deltaLink": string;
  readonly value: readonly Entity[];
  readonly [name: string]: unknown;
}

let simulator: ValidatedSimulator;
let token: string;

beforeEach(async () => {
  simulator = createValidatedSimulator(smallEstate());
  token = await simulator.token(OWNER);
});

async function call(method: string, path: string, json?: unknown, bytes?: Uint8Array) {
  const answer = await simulator.fetch(`/v1.0${path}`, {
    method,
    token,
    ...(json === undefined ? {} : { json }),
    ...(bytes === undefined ? {} : { bytes }),
  });
  return { ...answer, entity: answer.body as Entity };
}

const get = async (path: string) => (await call("GET", path)).entity;
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("utf8");

test("gives the documented default properties of a user and others only when they are selected", async () => {
  const [user] = (await get("/users?$top=1")).value;
  expect(user).not.toHaveProperty("userType");
  const selected = await get(`/users/${user?.id ?? ""}?$select=userType,assignedPlans`);
  expect(selected).toMatchObject({ id: user?.id, userType: "Member" });
  expect(selected).not.toHaveProperty("displayName");
  expect(
    (selected["assignedPlans"] as readonly { service: string }[]).map(({ service }) => service),
  ).toEqual(["exchange", "SharePoint"]);
});

test("gives every user exactly once over the pages of a list", async () => {
  const ids: string[] = [];
  let page = await get("/users?$top=5&$select=id");
  for (;;) {
    ids.push(...page.value.map(({ id }) => id));
    if (page["@odata.nextLink"] === undefined) break;
    page = await get(new URL(page["@odata.nextLink"]).href.split("/v1.0")[1] ?? "");
  }
  expect(ids).toHaveLength(12);
  expect(new Set(ids).size).toBe(12);
});

test("finds users by filter and refuses to filter by what the directory cannot", async () => {
  const [admin] = (await get("/users?$filter=userPrincipalName eq 'ADMIN@contoso.com'")).value;
  expect(admin?.["userPrincipalName"]).toBe("admin@contoso.com");
  const some = await get("/users?$filter=startsWith(mail,'admin') or userType eq 'Guest'");
  expect(some.value).toHaveLength(1);
  const refused = await call("GET", "/users?$filter=assignedPlans eq 'x'");
  expect(refused.status).toBe(400);
});

test("keeps versions of a file through upload, rename, move and deletion", async () => {
  const [user] = (await get("/users?$top=1")).value;
  const drive = await get(`/users/${user?.id ?? ""}/drive`);
  const root = `/drives/${drive.id}`;
  const created = await call(
    "PUT",
    `${root}/root:/plan.txt:/content`,
    undefined,
    Buffer.from("one"),
  );
  expect(created.status).toBe(201);
  const item = created.entity.id;
  simulator.advanceBy(60_000);
  await call("PUT", `${root}/items/${item}/content`, undefined, Buffer.from("two"));
  const folder = (await call("POST", `${root}/root/children`, { name: "Plans", folder: {} }))
    .entity;
  await call("PATCH", `${root}/items/${item}`, {
    name: "final.txt",
    parentReference: { id: folder.id },
  });
  expect((await get(`${root}/root:/Plans/final.txt`)).id).toBe(item);
  expect((await get(`${root}/items/${folder.id}/children`)).value).toHaveLength(1);
  expect((await get(`${root}/root:/Plans:/children`)).value).toHaveLength(1);
  const versions = (await get(`${root}/items/${item}/versions`)).value;
  expect(versions.map(({ id }) => id)).toEqual(["2.0", "1.0"]);
  expect(text((await call("GET", `${root}/items/${item}/content`)).bytes)).toBe("two");
  const first = await call("GET", `${root}/items/${item}/versions/1.0/content`);
  expect(text(first.bytes)).toBe("one");
  expect((await call("DELETE", `${root}/items/${folder.id}`)).status).toBe(204);
  expect((await call("GET", `${root}/items/${item}`)).status).toBe(404);
});

test("tells through delta what changed and what is gone", async () => {
  const [site] = (await get("/sites?search=*")).value;
  const [drive] = (await get(`/sites/${site?.id ?? ""}/drives`)).value;
  const root = `/drives/${drive?.id ?? ""}/root`;
  const everything = await get(`${root}/delta?$top=3`);
  expect(everything["@odata.deltaLink"]).toBeUndefined();
  const rest = await get(everything["@odata.nextLink"].split("/v1.0")[1] ?? "");
  let last = rest;
  const seen = [...everything.value, ...rest.value];
  while (last["@odata.nextLink"] !== undefined) {
    last = await get(last["@odata.nextLink"].split("/v1.0")[1] ?? "");
    seen.push(...last.value);
  }
  expect(seen.filter((entry) => entry.folder === undefined)).toHaveLength(6);
  const link = last["@odata.deltaLink"].split("/v1.0")[1] ?? "";
  expect((await get(link)).value).toEqual([]);
  await call("DELETE", `/drives/${drive?.id ?? ""}/items/${seen.at(-1)?.id ?? ""}`);
  const changed = (await get(link)).value;
  expect(changed.map((entry) => entry["deleted"])).toContainEqual({ state: "deleted" });
});

test("finds a site by id, by address and by words", async () => {
  const all = (await get("/sites/getAllSites?$filter=isPersonalSite eq false")).value;
  expect(all).toHaveLength(3);
  const [site] = all;
  const url = new URL(String(site?.["webUrl"]));
  expect((await get(`/sites/${site?.id ?? ""}`)).id).toBe(site?.id);
  expect((await get(`/sites/${url.host}:${url.pathname}`)).id).toBe(site?.id);
  expect((await get(`/sites/${url.host}:${url.pathname}:/drives`)).value).toHaveLength(1);
  expect((await get("/sites?search=accounting")).value).toHaveLength(1);
  expect((await get("/sites/getAllSites")).value).toHaveLength(15);
});

test("reads, creates, changes and deletes mail", async () => {
  const mail = "/users/admin@contoso.com";
  const before = (await get(`${mail}/messages?$top=50`)).value;
  expect(before).toHaveLength(5);
  const created = await call("POST", `${mail}/messages`, {
    subject: "Draft of an offer",
    body: { contentType: "text", content: "Dear customer" },
    toRecipients: [{ emailAddress: { address: "someone@adatum.com" } }],
  });
  expect(created).toMatchObject({ status: 201, body: { isDraft: true } });
  await call("PATCH", `${mail}/messages/${created.entity.id}`, { subject: "Offer" });
  const drafts = await get(`${mail}/mailFolders/drafts/messages`);
  expect(drafts.value.map((entry) => entry["subject"])).toEqual(["Offer"]);
  const mime = await call("GET", `${mail}/messages/${created.entity.id}/$value`);
  expect(text(mime.bytes)).toContain("\r\n\r\nDear customer");
  const inbox = await get(`${mail}/mailFolders/inbox`);
  expect(inbox["displayName"]).toBe("Inbox");
  expect((await get(`${mail}/mailFolders`)).value.length).toBe(5);
  const gone = before[0]?.id ?? "";
  expect((await call("DELETE", `${mail}/messages/${gone}`)).status).toBe(204);
  expect((await call("GET", `${mail}/messages/${gone}`)).entity).toMatchObject({
    error: { code: "ErrorItemNotFound" },
  });
});

test("answers each route of the directory and of content in the shape of the metadata", async () => {
  const user = (await get("/users/admin@contoso.com")).id;
  const [group] = (await get("/groups?$filter=displayName eq 'Members for the MTO'")).value;
  expect((await get(`/groups/${group?.id ?? ""}/members`)).value).toHaveLength(5);
  const [site] = (await get("/sites?search=*")).value;
  const drive = (await get(`/users/${user}/drive`)).id;
  const mail = `/users/${user}/messages`;
  const [message] = (await get(`${mail}?$filter=hasAttachments eq true`)).value;
  const [attachment] = (await get(`${mail}/${message?.id ?? ""}/attachments`)).value;
  const values: Record<string, string> = {
    userId: user,
    groupId: group?.id ?? "",
    siteId: site?.id ?? "",
    driveId: drive,
    tenantId: OWNER,
    domainName: "contoso.com",
    host: "contoso.sharepoint.com",
    messageId: message?.id ?? "",
    folderId: message?.["parentFolderId"] as string,
    assignmentId: (await get("/roleManagement/directory/roleAssignments")).value[0]?.id ?? "",
    attachmentId: attachment?.id ?? "",
    versionId: "1.0",
    token: Buffer.from("0").toString("base64url"),
  };
  const grant = await call("POST", `/sites/${site?.id ?? ""}/permissions`, {
    roles: ["write"],
    grantedToIdentities: [{ application: { id: OWNER, displayName: "Reader" } }],
  });
  // The administrator, the only one without a manager, gets one.
  const [, colleague] = (await get("/users?$top=2")).value;
  await call("PUT", `/users/${user}/manager/$ref`, {
    "@odata.id": `https://graph.microsoft.com/v1.0/users/${colleague?.id ?? ""}`,
  });
  for (const route of [...directoryArea.routes, ...contentArea.routes]) {
    if (route.method !== "GET") continue;
    const base = /^\/(drives|users|sites)\/\{\w+\}(\/drive)?/.exec(route.path)?.[0] ?? "";
    const fill = (path: string, extra: Record<string, string> = {}) =>
      path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ({ ...values, ...extra })[name] ?? name);
    let extra: Record<string, string> = { path: "sites/Accounting" };
    if (/itemId|root:/.test(route.path)) {
      const children = (await get(fill(`${base}/root/children`))).value;
      const isFolder = route.path.includes("children");
      const wanted = children.find((child) => (child.folder !== undefined) === isFolder);
      extra = { itemId: wanted?.id ?? "", path: wanted?.name ?? "" };
      if (route.path.includes("{itemId}:")) {
        extra = { itemId: (await get(fill(`${base}/root`))).id, path: wanted?.name ?? "" };
      } else if (!isFolder && route.path.includes("{itemId}")) {
        extra = { ...extra, ...(await prepareFile(`${fill(base)}/items/${wanted?.id ?? ""}`)) };
      }
    } else if (route.path.includes("{permissionId}")) {
      extra = { permissionId: grant.entity.id };
    }
    const query = route.path === "/sites" ? "?search=*" : "";
    const answer = await call("GET", fill(route.path, extra) + query);
    expect({ path: route.path, status: answer.status }).toEqual({ path: route.path, status: 200 });
  }
});

/** Gives a file a second version, a label and a permission of its own. */
async function prepareFile(item: string): Promise<Record<string, string>> {
  await call("PUT", `${item}/content`, undefined, Buffer.from(`edition ${simulator.now()}`));
  await call("PATCH", `${item}/retentionLabel`, { name: "Keep for seven years" });
  const link = await call("POST", `${item}/createLink`, { type: "view" });
  return { permissionId: link.entity.id };
}

test("changes, deletes and restores users and changes the members of groups", async () => {
  const user = (await get("/users/admin@contoso.com")).id;
  const group = (
    await call("POST", "/groups", {
      displayName: "Auditors",
      mailEnabled: false,
      mailNickname: "auditors",
      securityEnabled: true,
    })
  ).entity.id;
  const members = `/groups/${group}/members`;
  const reference = { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${user}` };
  expect((await call("POST", `${members}/$ref`, reference)).status).toBe(204);
  expect((await call("POST", `${members}/$ref`, reference)).status).toBe(400);
  expect((await get(members)).value.map(({ id }) => id)).toEqual([user]);
  await call("PATCH", `/users/${user}`, { department: "Audit" });
  expect(await get(`/users/${user}?$select=department`)).toMatchObject({ department: "Audit" });
  await call("DELETE", `/users/${user}`);
  expect((await call("GET", `/users/${user}`)).status).toBe(404);
  expect((await get(members)).value).toEqual([]);
  expect((await get("/directory/deletedItems/microsoft.graph.user")).value).toHaveLength(1);
  await call("POST", `/directory/deletedItems/${user}/restore`);
  expect((await get(members)).value).toHaveLength(1);
  expect((await call("DELETE", `${members}/${user}/$ref`)).status).toBe(204);
  expect((await get(members)).value).toEqual([]);
});
