import { expect, test } from "@jest/globals";
import {
  addLocalIdentities,
  findIdentity,
  parseLocalIdentities,
  principalHeaders,
  type LocalIdentity,
} from "../../../../host/http/local-identities.ts";
import type { AppSettings } from "../../../../host/settings/app-settings.ts";

const settings = (tree: AppSettings["tree"]): AppSettings => ({
  file: "local.settings.json",
  tree,
  values: {},
  cors: { origins: [], hasCredentials: false },
});
const ada: LocalIdentity = {
  name: "Ada",
  objectId: "11111111-0000-4000-8000-000000000000",
  roles: ["Reader", "Operator"],
  tenants: null,
  key: "a-long-enough-key",
};

test("a settings file without identities gets a requester and an approver, and keeps the rest", () => {
  const { identities, tree } = addLocalIdentities(
    settings({ Values: { A: "1" }, Host: { CORS: "*" } }),
  );
  expect(identities.map(({ name, roles, tenants }) => ({ name, roles, tenants }))).toEqual([
    { name: "requester", roles: ["Reader", "Operator"], tenants: null },
    { name: "approver", roles: ["Reader", "Approver"], tenants: null },
  ]);
  expect(new Set(identities.map(({ key }) => key)).size).toBe(2);
  expect(tree).toEqual({ Values: { A: "1" }, Host: { CORS: "*", LocalIdentities: identities } });
});

test("reads identities, whatever the case of the names around them", () => {
  const found = parseLocalIdentities(settings({ host: { localIdentities: [ada] } }));
  expect(found).toEqual([ada]);
  expect(parseLocalIdentities(settings({}))).toBeNull();
});

test.each([
  [{ ...ada, key: "short" }],
  [{ ...ada, roles: "Reader" }],
  [{ ...ada, tenants: "all" }],
  [{ ...ada, objectId: undefined }],
  ["Ada"],
])("refuses the identity %p with a sentence", (entry) => {
  const wrong = settings({ Host: { LocalIdentities: [entry] } });
  expect(() => parseLocalIdentities(wrong)).toThrow(/Host\.LocalIdentities needs name, objectId/);
});

test("finds an identity by its whole key only", () => {
  expect(findIdentity([ada], ada.key)).toBe(ada);
  expect(findIdentity([ada], ada.key.slice(1))).toBeNull();
});

test("tells the app who calls in the form of App Service", () => {
  const headers = principalHeaders({ ...ada, tenants: ["t1", "t2"] });
  const principal = JSON.parse(
    Buffer.from(headers["x-ms-client-principal"] ?? "", "base64").toString("utf8"),
  ) as unknown;
  expect(headers).toMatchObject({
    "x-ms-client-principal-id": ada.objectId,
    "x-ms-client-principal-name": "Ada",
  });
  expect(principal).toEqual({
    auth_typ: "aad",
    name_typ: "name",
    role_typ: "roles",
    claims: [
      { typ: "name", val: "Ada" },
      { typ: "http://schemas.microsoft.com/identity/claims/objectidentifier", val: ada.objectId },
      { typ: "roles", val: "Reader/t1" },
      { typ: "roles", val: "Reader/t2" },
      { typ: "roles", val: "Operator/t1" },
      { typ: "roles", val: "Operator/t2" },
    ],
  });
});

test("a role that is not limited to tenants is the role alone", () => {
  const principal = principalHeaders(ada)["x-ms-client-principal"] ?? "";
  expect(Buffer.from(principal, "base64").toString("utf8")).toContain(
    '{"typ":"roles","val":"Operator"}',
  );
});
