import { z } from "zod";

import { createDirectoryDefinition } from "./directory-definition.ts";
import { checkExpression } from "./mapping-evaluation.ts";
import { ExpressionError } from "./mapping-expression.ts";

/** The one template that the cross-tenant synchronization application offers. */
export const TEMPLATE_ID = "Azure2Azure";

export const SOURCE_DIRECTORY = "Azure Active Directory";
export const TARGET_DIRECTORY = "Azure Active Directory (target tenant)";

const FLOW_TYPE = z.enum([
  "Always",
  "ObjectAddOnly",
  "MultiValueAddOnly",
  "ValueAddOnly",
  "AttributeAddOnly",
]);

const attributeSource = z.looseObject({
  type: z.enum(["Attribute", "Constant", "Function"]),
  name: z.string().nullish(),
  expression: z.string().max(10_000).nullish(),
});

const attributeMapping = z.looseObject({
  targetAttributeName: z.string(),
  source: attributeSource,
  matchingPriority: z.int().default(0),
  defaultValue: z.string().nullish(),
  exportMissingReferences: z.boolean().default(false),
  flowBehavior: z.enum(["FlowWhenChanged", "FlowAlways"]).default("FlowWhenChanged"),
  flowType: FLOW_TYPE.default("Always"),
});
export type AttributeMapping = z.infer<typeof attributeMapping>;

const filterClause = z.looseObject({
  operatorName: z.string(),
  sourceOperandName: z.string(),
  targetOperand: z.looseObject({ values: z.array(z.string()).nullish() }).nullish(),
});
const filterGroup = z.looseObject({
  name: z.string().nullish(),
  clauses: z.array(filterClause).nullish(),
});
export type FilterGroup = z.infer<typeof filterGroup>;

const objectMapping = z.looseObject({
  name: z.string().nullish(),
  enabled: z.boolean(),
  sourceObjectName: z.string(),
  targetObjectName: z.string(),
  flowTypes: z.string().regex(/^(?:None|(?:Add|Update|Delete)(?:, ?(?:Add|Update|Delete))*)$/u),
  attributeMappings: z.array(attributeMapping),
  scope: z.looseObject({ groups: z.array(filterGroup).nullish() }).nullish(),
  metadata: z.array(z.unknown()).nullish(),
});
export type ObjectMapping = z.infer<typeof objectMapping>;

const synchronizationRule = z.looseObject({
  id: z.string(),
  name: z.string(),
  priority: z.int(),
  editable: z.boolean().default(true),
  sourceDirectoryName: z.string(),
  targetDirectoryName: z.string(),
  containerFilter: z.unknown().nullish(),
  groupFilter: z.unknown().nullish(),
  metadata: z.array(z.unknown()).nullish(),
  objectMappings: z.array(objectMapping),
});

/** A whole synchronization schema: PUT replaces it, nothing is merged. Spellings as in Graph's metadata. */
export const SynchronizationSchema = z.looseObject({
  id: z.string().optional(),
  version: z.string().nullish(),
  synchronizationRules: z.array(synchronizationRule).min(1),
  directories: z.array(z.unknown()).optional(),
});
export type SynchronizationSchema = z.infer<typeof SynchronizationSchema>;

/** Attribute-to-attribute flows of the default map (Microsoft 365 sync-users page, 2024-02). */
const PLAIN_ATTRIBUTES = [
  "IsSoftDeleted",
  "accountEnabled",
  "streetAddress",
  "city",
  "state",
  "postalCode",
  "country",
  "department",
  "employeeId",
  "displayName",
  "givenName",
  "surname",
  "jobTitle",
  "mailNickname",
  "physicalDeliveryOfficeName",
  "preferredLanguage",
  "telephoneNumber",
  "userPrincipalName",
  "mail",
] as const;

type MappingOptions = Partial<Pick<AttributeMapping, "flowType" | "matchingPriority">>;

function mapTo(
  targetAttributeName: string,
  source: Pick<AttributeMapping["source"], "type" | "name" | "expression">,
  { flowType = "Always", matchingPriority = 0 }: MappingOptions = {},
): AttributeMapping {
  return {
    targetAttributeName,
    source: { name: null, ...source, parameters: [] },
    matchingPriority,
    defaultValue: null,
    exportMissingReferences: false,
    flowBehavior: "FlowWhenChanged",
    flowType,
  };
}

function attributeMap(): AttributeMapping[] {
  return [
    mapTo(
      "alternativeSecurityIds",
      { type: "Function", name: "AltSecIdFromNetid", expression: "AltSecIdFromNetid([netid])" },
      { matchingPriority: 1 },
    ),
    ...PLAIN_ATTRIBUTES.map((name) =>
      mapTo(name, { type: "Attribute", name, expression: `[${name}]` }),
    ),
    mapTo("showInAddressList", { type: "Constant", expression: "True" }),
    mapTo("userType", { type: "Constant", expression: "Member" }, { flowType: "ObjectAddOnly" }),
    // In configurations made since January 2024.
    mapTo("manager", { type: "Attribute", name: "manager", expression: "[manager]" }),
  ];
}

/** Source and target; an administrator may map what they list. */
export function createDefaultDirectories() {
  const attributes = attributeMap().map(({ targetAttributeName }) => targetAttributeName);
  return [SOURCE_DIRECTORY, TARGET_DIRECTORY].map((name) =>
    createDirectoryDefinition(name, attributes),
  );
}

/** The schema of a new job. `ruleId` names its only rule. */
export function createDefaultSchema(id: string, ruleId: string): SynchronizationSchema {
  return {
    id,
    version: "v1.2",
    directories: createDefaultDirectories(),
    synchronizationRules: [
      {
        id: ruleId,
        name: "USER_INBOUND_USER",
        priority: 1,
        editable: true,
        sourceDirectoryName: SOURCE_DIRECTORY,
        targetDirectoryName: TARGET_DIRECTORY,
        containerFilter: null,
        groupFilter: null,
        metadata: [
          { key: "defaultSourceObjectMappings", value: "Provision Azure Active Directory Users" },
          { key: "supportsProvisionOnDemand", value: "True" },
        ],
        objectMappings: [
          {
            name: "Provision Azure Active Directory Users",
            enabled: true,
            sourceObjectName: "User",
            targetObjectName: "User",
            flowTypes: "Add, Update, Delete",
            metadata: [],
            attributeMappings: attributeMap(),
            scope: { categoryFilterGroups: [], inputFilterGroups: [], groups: [] },
          },
        ],
      },
    ],
  };
}

/** The mapping of users in a schema, with the id of its rule; null when it is gone or disabled. */
export function findUserMapping(
  schema: SynchronizationSchema,
): { readonly ruleId: string; readonly mapping: ObjectMapping } | null {
  for (const rule of schema.synchronizationRules) {
    const mapping = rule.objectMappings.find(
      ({ enabled, sourceObjectName }) => enabled && sourceObjectName.toLowerCase() === "user",
    );
    if (mapping !== undefined) {
      return { ruleId: rule.id, mapping };
    }
  }
  return null;
}

/**
 * Why a replacement schema is refused, or null. The matching attribute may neither change nor be joined by another
 * one (app-provisioning known issues, 2025-10); `otherMails`, `proxyAddresses` and `targetAddress` cannot be targets;
 * expressions must be ones that the simulator can compute.
 */
export function findSchemaFault(schema: SynchronizationSchema): string | null {
  for (const rule of schema.synchronizationRules) {
    for (const { attributeMappings } of rule.objectMappings.filter(
      ({ sourceObjectName }) => sourceObjectName.toLowerCase() === "user",
    )) {
      const matching = attributeMappings.filter(({ matchingPriority }) => matchingPriority > 0);
      if (matching.length !== 1 || matching[0]?.targetAttributeName !== "alternativeSecurityIds") {
        return "the matching attribute alternativeSecurityIds cannot be changed or supplemented";
      }
      const refused = attributeMappings.find(({ targetAttributeName }) =>
        ["otherMails", "proxyAddresses", "targetAddress"].includes(targetAttributeName),
      );
      if (refused !== undefined) {
        return `${refused.targetAttributeName} cannot be a target attribute`;
      }
      for (const { source, targetAttributeName } of attributeMappings) {
        const fault = source.type === "Function" ? findExpressionFault(source) : null;
        if (fault !== null) return `the expression of ${targetAttributeName}: ${fault}`;
      }
    }
  }
  return null;
}

function findExpressionFault({ expression, name }: AttributeMapping["source"]): string | null {
  try {
    checkExpression(expression ?? name ?? "");
    return null;
  } catch (error) {
    if (error instanceof ExpressionError) return error.message;
    throw error;
  }
}
