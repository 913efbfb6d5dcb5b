import { guidFrom } from "../core/random.ts";

type Json = Record<string, unknown>;

const BOOLEANS = new Set(["IsSoftDeleted", "accountEnabled", "showInAddressList"]);
const REQUIRED = new Set(["alternativeSecurityIds", "userPrincipalName", "displayName"]);

function attributeOf(name: string): Json {
  const isManager = name === "manager";
  return {
    name,
    type: isManager ? "Reference" : BOOLEANS.has(name) ? "Boolean" : "String",
    anchor: name === "alternativeSecurityIds",
    caseExact: false,
    multivalued: false,
    required: REQUIRED.has(name),
    flowNullValues: false,
    mutability: "ReadWrite",
    defaultValue: null,
    metadata: [],
    apiExpressions: [],
    referencedObjects: isManager
      ? [{ referencedObjectName: "User", referencedProperty: null }]
      : [],
  };
}

/** One of the two directories of a schema, with the attributes of its users that can be mapped. */
export function createDirectoryDefinition(name: string, attributes: readonly string[]) {
  return {
    id: guidFrom("directoryDefinition", name),
    name,
    discoverabilities: "None",
    discoveryDateTime: null,
    readOnly: false,
    version: guidFrom("directoryDefinition", name, attributes.join(" ")),
    objects: [
      { name: "User", supportedApis: [], metadata: [], attributes: attributes.map(attributeOf) },
    ],
  };
}
