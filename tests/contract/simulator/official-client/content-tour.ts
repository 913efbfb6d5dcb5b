import { expect } from "@jest/globals";

import type { InProcessSimulator } from "../../../../simulator/protocol/in-process.ts";
import { OWNER } from "../small-estate.ts";
import { TenantCaller } from "./driven-simulator.ts";

const TEXT = Buffer.from("An offer");

/** Calls every route of the content area at least once, through a world made of `smallEstate`. */
export async function tourContent(sim: InProcessSimulator): Promise<void> {
  const owner = new TenantCaller(sim, OWNER);
  const user = `/users/${(await owner.get("/users/admin@contoso.com")).id}`;
  const [site] = (await owner.get("/sites?search=*")).value;
  const sitePath = `/sites/${site?.id ?? ""}`;
  const { host, pathname } = new URL(site?.["webUrl"] as string);
  expect((await owner.get("/sites/getAllSites")).value.length).toBeGreaterThan(3);
  for (const path of [sitePath, `/sites/${host}:${pathname}`]) {
    expect((await owner.get(path)).id).toBe(site?.id);
  }
  const [library] = (await owner.get(`${sitePath}/drives`)).value;
  expect((await owner.get(`/sites/${host}:${pathname}:/drives`)).value[0]?.id).toBe(library?.id);
  expect((await owner.get(`${user}/drives`)).value).toHaveLength(1);

  const own = await owner.get(`${user}/drive`);
  for (const drive of [`${user}/drive`, `${sitePath}/drive`, `/drives/${own.id}`]) {
    await tourDrive(owner, drive);
  }
  await tourSitePermissions(owner, sitePath);
  await tourMailbox(owner, user);
}

async function tourDrive(owner: TenantCaller, drive: string): Promise<void> {
  const { id: driveId } = await owner.get(drive);
  expect(await owner.get(`${drive}/root`)).toHaveProperty("root");
  const folder = await owner.ask("POST", `${drive}/root/children`, 201, {
    name: "Offers",
    folder: {},
    "@microsoft.graph.conflictBehavior": "fail",
  });
  const folderName = folder["name"] as string;
  const inner = await owner.ask("POST", `${drive}/items/${folder.id}/children`, 201, {
    name: "Inner",
    folder: {},
  });
  const address = `${drive}/root:/${folderName}/offer.txt`;
  const file = await owner.ask("PUT", `${address}:/content`, 201, TEXT);
  const item = `${drive}/items/${file.id}`;
  await owner.ask("PUT", `${item}/content`, 200, Buffer.from("Another offer"));
  await owner.ask("PATCH", item, 200, { name: "final.txt", parentReference: { id: folder.id } });
  const final = address.replace("offer.txt", "final.txt");
  for (const path of [item, final]) expect((await owner.get(path)).id).toBe(file.id);
  for (const path of [`${item}/content`, `${final}:/content`]) {
    expect(await textAt(owner, path)).toBe("Another offer");
  }
  expect((await owner.get(`${item}/versions`)).value.map(({ id }) => id)).toEqual(["2.0", "1.0"]);
  expect(await textAt(owner, `${item}/versions/1.0/content`)).toBe("An offer");
  expect((await owner.get(`${item}/versions/1.0`))["size"]).toBe(TEXT.length);
  const below = `${drive}/items/${folder.id}:/final.txt`;
  expect((await owner.get(below)).id).toBe(file.id);
  expect(await textAt(owner, `${below}:/content`)).toBe("Another offer");
  await owner.ask("PUT", `${below}:/content`, 200, Buffer.from("A third offer"));
  await owner.ask("POST", `${item}/versions/2.0/restoreVersion`, 204);
  expect(await textAt(owner, `${item}/content`)).toBe("Another offer");
  await tourSharing(owner, item, `${final}:`);
  await tourLabels(owner, item);
  await tourUploads(owner, drive, { folder: folder.id, file: file.id });
  for (const path of [
    `${drive}/items/${folder.id}/children`,
    `${drive}/root:/${folderName}:/children`,
  ]) {
    const ids = (await owner.get(path)).value.map(({ id }) => id);
    expect(ids.sort()).toEqual([inner.id, file.id].sort());
  }
  const top = (await owner.get(`${drive}/root/children`)).value;
  expect(top.map(({ id }) => id)).toContain(folder.id);
  const everything = (await owner.get(`${drive}/root/delta`)).value;
  expect(everything.map(({ id }) => id)).toContain(file.id);
  expect(everything[0]).toHaveProperty("root");
  const latest = (await owner.get(`${drive}/root/delta?token=latest`))["@odata.deltaLink"];
  const token = new URL(latest as string).searchParams.get("token") ?? "";
  await owner.ask("POST", `${drive}/items/${inner.id}/permanentDelete`, 204);
  const since = (await owner.get(`${drive}/root/delta(token='${token}')`)).value;
  expect(since.map(({ deleted }) => deleted)).toContainEqual({ state: "deleted" });
  await owner.ask("DELETE", `${drive}/items/${folder.id}`, 204);
  expect(driveId).toMatch(/^b!/);
}

async function tourSharing(owner: TenantCaller, item: string, address: string): Promise<void> {
  const invited = await owner.ask("POST", `${item}/invite`, 200, {
    recipients: [{ email: "admin@contoso.com" }],
    roles: ["read"],
    requireSignIn: true,
    sendInvitation: true,
  });
  const permission = `${item}/permissions/${invited.value[0]?.id ?? ""}`;
  expect((await owner.ask("PATCH", permission, 200, { roles: ["write"] }))["roles"]).toEqual([
    "write",
  ]);
  expect((await owner.get(permission))["roles"]).toEqual(["write"]);
  const body = { type: "view", scope: "organization" };
  const link = await owner.ask("POST", `${item}/createLink`, 201, body);
  expect((await owner.ask("POST", `${item}/createLink`, 200, body)).id).toBe(link.id);
  await owner.ask("DELETE", permission, 204);
  for (const list of [`${item}/permissions`, `${address}/permissions`]) {
    const ids = (await owner.get(list)).value.map(({ id }) => id);
    expect(ids).toContain(link.id);
    expect(ids).not.toContain(invited.value[0]?.id);
  }
}

async function tourLabels(owner: TenantCaller, item: string): Promise<void> {
  const label = `${item}/retentionLabel`;
  await owner.ask("PATCH", label, 201, { name: "Keep for seven years" });
  expect((await owner.get(label))["name"]).toBe("Keep for seven years");
  await owner.ask("DELETE", label, 204);
  const sensitivityLabelId = "5feba255-812e-446a-ac59-a7044ef827b5";
  await owner.ask("POST", `${item}/assignSensitivityLabel`, 202, { sensitivityLabelId });
  expect((await owner.ask("POST", `${item}/extractSensitivityLabels`, 200))["labels"]).toEqual([]);
}

async function tourUploads(
  owner: TenantCaller,
  drive: string,
  ids: { readonly folder: string; readonly file: string },
): Promise<void> {
  for (const path of [
    `${drive}/root:/big.bin:`,
    `${drive}/items/${ids.folder}:/big.bin:`,
    `${drive}/items/${ids.file}`,
  ]) {
    const session = await owner.ask("POST", `${path}/createUploadSession`, 200, {});
    expect(session["nextExpectedRanges"]).toEqual(["0-"]);
  }
}

async function tourSitePermissions(owner: TenantCaller, site: string): Promise<void> {
  const granted = await owner.ask("POST", `${site}/permissions`, 201, {
    roles: ["read"],
    grantedToIdentities: [{ application: { id: OWNER, displayName: "Reader" } }],
  });
  const permission = `${site}/permissions/${granted.id}`;
  await owner.ask("PATCH", permission, 200, { roles: ["fullcontrol"] });
  expect((await owner.get(permission))["roles"]).toEqual(["fullcontrol"]);
  expect((await owner.get(`${site}/permissions`)).value.map(({ id }) => id)).toEqual([granted.id]);
  await owner.ask("DELETE", permission, 204);
}

async function tourMailbox(owner: TenantCaller, user: string): Promise<void> {
  const folders = `${user}/mailFolders`;
  const inbox = `${folders}/inbox`;
  expect((await owner.get(folders)).value.length).toBeGreaterThan(3);
  expect((await owner.get(inbox))["displayName"]).toBe("Inbox");
  const body = { subject: "Offer", body: { contentType: "text", content: "Dear customer" } };
  await owner.ask("POST", `${inbox}/messages`, 201, body);
  expect((await owner.get(`${inbox}/messages`)).value.map((each) => each["subject"])).toContain(
    "Offer",
  );
  expect((await owner.get(`${user}/messages`)).value.length).toBeGreaterThan(5);
  expect((await owner.get(`${inbox}/messages/delta`)).value.length).toBeGreaterThan(1);
  await tourMessage(owner, user, { collection: `${user}/messages`, folder: "drafts" });
  await tourMessage(owner, user, { collection: `${inbox}/messages`, folder: "inbox" });

  const made = await owner.ask("POST", folders, 201, { displayName: "Offers" });
  const child = await owner.ask("POST", `${folders}/${made.id}/childFolders`, 201, {
    displayName: "Old",
  });
  const children = (await owner.get(`${folders}/${made.id}/childFolders`)).value;
  expect(children.map(({ id }) => id)).toEqual([child.id]);
  await owner.ask("PATCH", `${folders}/${child.id}`, 200, { displayName: "Older" });
  await owner.ask("POST", `${folders}/${child.id}/move`, 201, { destinationId: "archive" });
  await owner.ask("DELETE", `${folders}/${made.id}`, 204);
}

async function tourMessage(
  owner: TenantCaller,
  user: string,
  place: { readonly collection: string; readonly folder: string },
): Promise<void> {
  const { collection } = place;
  const body = { subject: "Offer", body: { contentType: "text", content: "Dear customer" } };
  const { id } = await owner.ask("POST", collection, 201, body);
  await owner.ask("PATCH", `${collection}/${id}`, 200, { categories: ["Sales"] });
  expect((await owner.get(`${collection}/${id}`))["categories"]).toEqual(["Sales"]);
  expect(await textAt(owner, `${collection}/${id}/$value`)).toContain("Dear customer");
  const attachments = `${user}/messages/${id}/attachments`;
  const added = await owner.ask("POST", attachments, 201, {
    "@odata.type": "#microsoft.graph.fileAttachment",
    name: "offer.txt",
    contentType: "text/plain",
    contentBytes: TEXT.toString("base64"),
  });
  expect((await owner.get(attachments)).value.map((each) => each.id)).toEqual([added.id]);
  expect((await owner.get(`${attachments}/${added.id}`))["name"]).toBe("offer.txt");
  expect(await textAt(owner, `${attachments}/${added.id}/$value`)).toBe("An offer");
  await owner.ask("DELETE", `${attachments}/${added.id}`, 204);
  const moved = await owner.ask("POST", `${collection}/${id}/move`, 201, {
    destinationId: "deleteditems",
  });
  await owner.ask("POST", `${user}/messages/${moved.id}/move`, 201, {
    destinationId: place.folder,
  });
  await owner.ask("DELETE", `${collection}/${id}`, 204);
  const recoverable = `${user}/mailFolders/recoverableitemsdeletions/messages`;
  expect((await owner.get(recoverable)).value.map((each) => each.id)).toContain(id);
  const another = await owner.ask("POST", collection, 201, body);
  await owner.ask("POST", `${collection}/${another.id}/permanentDelete`, 204);
}

async function textAt(owner: TenantCaller, path: string): Promise<string> {
  const { bytes } = await owner.get(path);
  return Buffer.from(bytes as Uint8Array).toString("utf8");
}
