import { z } from "zod";

import { iso } from "../core/iso.ts";
import type { GraphRequest, GraphResponse, Route } from "../core/route.ts";
import { defineRoute } from "../core/route.ts";
import { SCOPING_OPERATORS } from "./attribute-flow.ts";
import { readConfiguration } from "./application-routes.ts";
import type {
  FunctionShape,
  MappingSourceShape,
  OperatorShape,
  ParsedShape,
} from "./graph-shapes.ts";
import { readJob, WRITE } from "./job-routes.ts";
import { checkExpression, evaluateExpression } from "./mapping-evaluation.ts";
import { ExpressionError, type MappingExpression } from "./mapping-expression.ts";
import { asText, MAPPING_FUNCTIONS, type MappingValue } from "./mapping-functions.ts";
import { refuse } from "./refusals.ts";
import { createDefaultDirectories, TEMPLATE_ID } from "./synchronization-schema.ts";

const ROOT = "/servicePrincipals/{servicePrincipalId}/synchronization";
const JOB_SCHEMA = `${ROOT}/jobs/{jobId}/schema`;
const TEMPLATE_SCHEMA = `${ROOT}/templates/{templateId}/schema`;

/** The schema belongs to a job or to the template; either must exist. */
function checkOwner(request: GraphRequest): void {
  if (request.params["jobId"] !== undefined) {
    readJob(request);
    return;
  }
  readConfiguration(request);
  const templateId = request.param("templateId");
  if (templateId !== TEMPLATE_ID) throw refuse("unknownTemplate", templateId);
}

const TestValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.union([z.string(), z.number(), z.boolean()])),
]);

const ParseBody = z.strictObject({
  expression: z.string().min(1).max(10_000),
  testInputObject: z
    .strictObject({
      definition: z.unknown().optional(),
      // Loose: the documented example annotates the type of a value.
      properties: z.array(z.looseObject({ key: z.string(), value: TestValue })).nullish(),
    })
    .nullish(),
  targetAttributeDefinition: z.unknown().optional(),
});

function parseExpression(request: GraphRequest): GraphResponse {
  const body = request.parse(ParseBody);
  checkOwner(request);
  const parsed = attempt(() => checkExpression(body.expression));
  const properties = body.testInputObject?.properties ?? null;
  const evaluated =
    parsed.value === null || properties === null
      ? { value: null, error: parsed.error }
      : attempt(() => evaluateWith(parsed.value, properties));
  const answer: ParsedShape = {
    error: evaluated.error,
    evaluationSucceeded: evaluated.value !== null,
    evaluationResult: evaluated.value ?? [],
    parsedExpression: parsed.value === null ? null : sourceOf(parsed.value),
    parsingSucceeded: parsed.value !== null,
  };
  const context = request.odataContext("microsoft.graph.parseExpressionResponse");
  return { status: 200, body: { "@odata.context": context, ...answer } };
}

interface Attempt<T> {
  readonly value: T | null;
  /** `publicError`; the code is chosen, no page names one. */
  readonly error: NonNullable<ParsedShape["error"]> | null;
}

function attempt<T>(run: () => T): Attempt<T> {
  try {
    return { value: run(), error: null };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { message } = error;
    return {
      value: null,
      error: { code: "InvalidExpression", message, target: null, details: [], innerError: null },
    };
  }
}

/** What the expression gives for a test object; nothing is an empty list. */
function evaluateWith(
  expression: MappingExpression | null,
  properties: readonly { readonly key: string; readonly value: z.infer<typeof TestValue> }[],
): readonly string[] {
  if (expression === null) return [];
  const values = new Map(properties.map(({ key, value }) => [key, value]));
  const read = (name: string): MappingValue => {
    const value = values.get(name) ?? null;
    return Array.isArray(value) ? value.map(asText) : value;
  };
  const result = evaluateExpression(expression, read);
  if (result === null) return [];
  return Array.isArray(result) ? result : [asText(result)];
}

/** The parsed expression as an `attributeMappingSource`; arguments that were left out are not listed. */
function sourceOf(expression: MappingExpression): MappingSourceShape {
  const { kind, text } = expression;
  switch (kind) {
    case "attribute":
      return { expression: text, name: expression.name, parameters: [], type: "Attribute" };
    case "constant":
      return { expression: text, name: asText(expression.value), parameters: [], type: "Constant" };
    case "comparison":
      return {
        expression: text,
        name: expression.operator,
        parameters: [
          { key: "left", value: sourceOf(expression.left) },
          { key: "right", value: sourceOf(expression.right) },
        ],
        type: "Function",
      };
    case "call": {
      const { name, args } = expression;
      const parameters = MAPPING_FUNCTIONS.find((each) => each.name === name)?.parameters ?? [];
      const repeated = parameters.find(({ isRepeated }) => isRepeated);
      return {
        expression: text,
        name,
        parameters: args.flatMap((arg, index) =>
          arg === null
            ? []
            : [{ key: (parameters[index] ?? repeated)?.name ?? "", value: sourceOf(arg) }],
        ),
        type: "Function",
      };
    }
  }
}

function discover(request: GraphRequest): GraphResponse {
  readJob(request);
  const id = request.param("directoryId");
  const directory = createDefaultDirectories().find((each) => each.id === id.toLowerCase());
  if (directory === undefined) throw refuse("resourceNotFound", id);
  return {
    status: 200,
    body: {
      "@odata.context": request.odataContext("microsoft.graph.directoryDefinition"),
      ...directory,
      discoverabilities: "AttributeNames, AttributeDataTypes",
      discoveryDateTime: iso(request.now),
    },
  };
}

const functionRoutes = [JOB_SCHEMA, TEMPLATE_SCHEMA].flatMap((schema) => [
  defineRoute({
    method: "GET",
    path: `${schema}/functions`,
    permissions: WRITE,
    source: "synchronization-synchronizationschema-functions",
    definition: "attributeMappingFunctionSchema",
    handle(request) {
      checkOwner(request);
      return request.page({
        items: MAPPING_FUNCTIONS,
        // The page's example has a name where the metadata has the key of an entity.
        toJson: ({ name, parameters }): FunctionShape => ({
          id: name,
          parameters: parameters.map((parameter) => ({
            name: parameter.name,
            type: parameter.type,
            required: parameter.isRequired,
            allowMultipleOccurrences: parameter.isRepeated,
          })),
        }),
        context: "functions",
      });
    },
  }),
  defineRoute({
    method: "GET",
    path: `${schema}/filterOperators`,
    permissions: WRITE,
    source: "synchronization-synchronizationschema-filteroperators",
    definition: "filterOperatorSchema",
    handle(request) {
      checkOwner(request);
      return request.page({
        items: SCOPING_OPERATORS,
        toJson: ({ name, arity, types }): OperatorShape => ({
          id: name,
          arity,
          multivaluedComparisonType: "All",
          supportedAttributeTypes: types,
        }),
        context: "filterOperators",
      });
    },
  }),
  defineRoute({
    method: "POST",
    path: `${schema}/parseExpression`,
    permissions: WRITE,
    source: "synchronization-synchronizationschema-parseexpression",
    definition: "parseExpressionResponse",
    handle: parseExpression,
  }),
]);

/** What helps to write a schema: its functions and operators, a trial of an expression, the directories' attributes. */
export const schemaToolRoutes: readonly Route[] = [
  ...functionRoutes,
  defineRoute({
    method: "POST",
    path: `${JOB_SCHEMA}/directories/{directoryId}/discover`,
    permissions: { application: ["Directory.ReadWrite.All"] },
    source: "synchronization-directorydefinition-discover",
    definition: "directoryDefinition",
    handle: discover,
  }),
];
