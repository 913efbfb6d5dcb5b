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
  await owner.ask("DELETE", `${drive}/items/${folder.id}`, 204);
  expect(driveId).toMatch(/^b!/);
}

async function tourMailbox(owner: TenantCaller, user: string): Promise<void> {
  const inbox = `${user}/mailFolders/inbox`;
  expect((await owner.get(`${user}/mailFolders`)).value.length).toBeGreaterThan(3);
  expect((await owner.get(inbox))["displayName"]).toBe("Inbox");
  const body = { subject: "Offer", body: { contentType: "text", content: "Dear customer" } };
  await owner.ask("POST", `${inbox}/messages`, 201, body);
  expect((await owner.get(`${inbox}/messages`)).value.map((each) => each["subject"])).toContain(
    "Offer",
  );
  const { id } = await owner.ask("POST", `${user}/messages`, 201, body);
  await owner.ask("PATCH", `${user}/messages/${id}`, 200, { subject: "Last offer" });
  expect((await owner.get(`${user}/messages/${id}`))["subject"]).toBe("Last offer");
  expect((await owner.get(`${user}/messages`)).value.length).toBeGreaterThan(5);
  expect(await textAt(owner, `${user}/messages/${id}/$value`)).toContain("Dear customer");
  await owner.ask("DELETE", `${user}/messages/${id}`, 204);
}

async function textAt(owner: TenantCaller, path: string): Promise<string> {
  const { bytes } = await owner.get(path);
  return Buffer.from(bytes as Uint8Array).toString("utf8");
}
