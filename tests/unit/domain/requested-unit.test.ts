import { expect, test } from "@jest/globals";
import { parseRequestedName, requestedKey } from "../../../src/domain/requested-unit.ts";
import type { Workload } from "../../../src/domain/workload.ts";

const GUID = "AAAAAAAA-1111-4111-8111-111111111111";
const SITE = `contoso.sharepoint.com,${GUID},bbbbbbbb-1111-4111-8111-111111111111`;

test.each<[Workload, string, ReturnType<typeof parseRequestedName>]>([
  ["exchange", ` ${GUID} `, { kind: "directoryObject", id: GUID.toLowerCase() }],
  ["oneDriveForBusiness", GUID, { kind: "directoryObject", id: GUID.toLowerCase() }],
  ["exchange", "Ada@contoso.com", { kind: "email", email: "Ada@contoso.com" }],
  ["exchange", "Ada Lovelace", { kind: "unreadable" }],
  ["exchange", "https://contoso.com/a@b", { kind: "unreadable" }],
  ["sharePoint", GUID, { kind: "siteId", id: GUID.toLowerCase() }],
  ["sharePoint", SITE, { kind: "siteId", id: SITE.toLowerCase() }],
  [
    "sharePoint",
    "https://Contoso.SharePoint.com/sites/HR/",
    { kind: "siteUrl", hostname: "contoso.sharepoint.com", path: "/sites/HR" },
  ],
  [
    "sharePoint",
    "https://contoso.sharepoint.com",
    { kind: "siteUrl", hostname: "contoso.sharepoint.com", path: "" },
  ],
  ["sharePoint", "http://contoso.sharepoint.com", { kind: "unreadable" }],
  ["sharePoint", "https://", { kind: "unreadable" }],
  ["sharePoint", "ada@contoso.com", { kind: "unreadable" }],
])("reads a %s called %s by its form", (workload, text, expected) => {
  expect(parseRequestedName(workload, text)).toEqual(expected);
});

test.each<[Workload, string, string]>([
  ["exchange", "ADA@contoso.com", " ada@Contoso.com"],
  ["exchange", GUID, GUID.toLowerCase()],
  ["sharePoint", GUID, SITE],
  [
    "sharePoint",
    "https://contoso.sharepoint.com/sites/HR",
    "https://CONTOSO.sharepoint.com/Sites/hr/",
  ],
  ["sharePoint", "Odd", "odd "],
])("takes %s %s and %s for the same", (workload, left, right) => {
  expect(requestedKey(workload, left)).toBe(requestedKey(workload, right));
});
