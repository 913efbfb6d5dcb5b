import { guidFrom } from "../core/random.ts";
import type { DirectoryShape } from "./graph-shapes.ts";

const BOOLEANS = new Set(["IsSoftDeleted", "accountEnabled", "showInAddressList"]);
const REQUIRED = new Set(["alternativeSecurityIds", "userPrincipalName", "displayName"]);

type ObjectShape = NonNullable<DirectoryShape["objects"]>[number];
type AttributeShape = NonNullable<ObjectShape["attributes"]>[number];

function attributeOf(name: string): AttributeShape {
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
export function createDirectoryDefinition(
  name: string,
  attributes: readonly string[],
): DirectoryShape & { readonly id: string } {
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
