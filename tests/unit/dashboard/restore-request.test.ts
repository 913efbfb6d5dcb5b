import { expect, test } from "@jest/globals";
import {
  parseRestoreForm,
  type RestoreForm,
  unitsOf,
} from "../../../dashboard/src/rules/restore-request.ts";

const EMPTY: RestoreForm = {
  tenantId: "",
  mailboxes: "",
  drives: "",
  sites: "",
  restoreTo: "",
  destination: "",
};

test("units are read from lines, commas and semicolons, each once", () => {
  const text = " ada@contoso.com\r\ngrace@contoso.com; ada@contoso.com,\n\nalan@contoso.com ";

  expect(unitsOf("mailboxes", text)).toEqual([
    "ada@contoso.com",
    "grace@contoso.com",
    "alan@contoso.com",
  ]);
});

test("a site id keeps its commas", () => {
  const siteId = "contoso.sharepoint.com,da60e844-ba1d-49bc-b4d4-d5e36bae9019,712a596e";

  expect(unitsOf("sites", `${siteId}\n`)).toEqual([siteId]);
});

test("a filled form becomes the request with the time in UTC", () => {
  const form: RestoreForm = {
    ...EMPTY,
    tenantId: "t1",
    drives: "ada@contoso.com",
    restoreTo: "2026-03-05T02:00",
    destination: "new",
  };

  expect(parseRestoreForm(form)).toEqual({
    request: {
      tenantId: "t1",
      units: { mailboxes: [], drives: ["ada@contoso.com"], sites: [] },
      restoreTo: new Date("2026-03-05T02:00").toISOString(),
      destination: "new",
    },
  });
});

test("an empty form names everything that is missing", () => {
  const parsed = parseRestoreForm(EMPTY);

  expect("errors" in parsed ? Object.keys(parsed.errors).sort() : null).toEqual([
    "destination",
    "restoreTo",
    "tenantId",
    "units",
  ]);
});
