import { z } from "zod";
import type { Operation } from "../contracts/operation.ts";
import { Problem } from "../contracts/problem.ts";

const PROBLEM_TITLES: Readonly<Record<number, string>> = {
  400: "The request is wrong; each field is named",
  401: "Not signed in",
  403: "Signed in, but not allowed",
  404: "Not found",
  409: "In a state that does not allow it",
  422: "Understood, but something that it names does not exist",
  503: "Something that the app needs does not work",
};

/** The API as an OpenAPI 3.1 document, from the same definitions that serve it. */
export function openApiDocument(operations: readonly Operation[]): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const path = `/api/${operation.route}`;
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "m365-continuity",
      version: "0.1.0",
      description: "Proof of recoverability for Microsoft 365.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    security: [{ bearer: [] }],
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
      schemas: { Problem: jsonSchema(Problem, "output") },
    },
    paths,
  };
}

function describe(operation: Operation): Record<string, unknown> {
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.roles === null
      ? { security: [] }
      : { description: `Needs one of the roles ${operation.roles.join(", ")}.` }),
    parameters: parametersOf(operation),
    ...(operation.body === undefined ? {} : { requestBody: requestBodyOf(operation) }),
    responses: responsesOf(operation),
  };
}

function parametersOf(operation: Operation): unknown[] {
  const inPath = [...operation.route.matchAll(/\{(\w+)\}/gu)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  if (operation.query === undefined) {
    return inPath;
  }
  const query = jsonSchema(operation.query, "input") as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  const inQuery = Object.entries(query.properties ?? {}).map(([name, schema]) => ({
    name,
    in: "query",
    required: query.required?.includes(name) ?? false,
    schema,
  }));
  return [...inPath, ...inQuery];
}

function requestBodyOf(operation: Operation): Record<string, unknown> {
  const others = (operation.bodyTypes ?? []).map((type) => [type, { schema: { type: "string" } }]);
  return {
    required: true,
    content: {
      "application/json": { schema: jsonSchema(operation.body as z.ZodType, "input") },
      ...Object.fromEntries(others),
    },
  };
}

function responsesOf(operation: Operation): Record<string, unknown> {
  const responses: Record<string, unknown> = {};
  for (const [status, { description, schema }] of Object.entries(operation.answers)) {
    responses[status] = {
      description,
      ...(schema === undefined
        ? {}
        : { content: { "application/json": { schema: jsonSchema(schema, "output") } } }),
    };
  }
  const checked = operation.roles === null ? [] : [401, 403];
  for (const status of [400, ...checked, ...(operation.problems ?? [])]) {
    responses[status] = {
      description: PROBLEM_TITLES[status] ?? "Problem",
      content: {
        "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
      },
    };
  }
  return responses;
}

const jsonSchema = (schema: z.ZodType, io: "input" | "output"): Record<string, unknown> => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    target: "draft-2020-12",
    // A transform (an instant brought to UTC) is described by what goes in.
    unrepresentable: "any",
  });
  return rest;
};
