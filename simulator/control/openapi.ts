import { z } from "zod";

import type { Operation } from "./operation.ts";
import { operations } from "./operations.ts";

const Problem = z.strictObject({
  title: z.string(),
  status: z.int(),
  errors: z.array(z.string()).optional(),
});

/** The control API as an OpenAPI 3.1 document, made of the schemas that check its requests. */
export function renderOpenApi(baseUrl: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const path = (paths[operation.path] ??= {});
    path[operation.method.toLowerCase()] = describe(operation);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Control API of the Microsoft Graph simulator",
      version: "1",
      description:
        "What is not Graph: state, journal, faults, scenarios, clock and snapshots. It takes no token and answers on this machine only.",
    },
    servers: [{ url: `${baseUrl}/simulator` }],
    paths,
    components: {
      schemas: { Problem: schemaOf(Problem, "output") },
      responses: {
        Problem: {
          description: "The request is not valid, or cannot be done now.",
          content: {
            "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
          },
        },
      },
    },
  };
}

function describe(operation: Operation): Record<string, unknown> {
  const isRefusable = operation.query !== null || operation.body !== null;
  return {
    operationId: operation.id,
    summary: operation.summary,
    ...(operation.query === null ? {} : { parameters: parametersOf(operation.query) }),
    ...(operation.body === null
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: schemaOf(operation.body, "input") } },
          },
        }),
    responses: {
      [operation.status]: {
        description: operation.answer === null ? "Done." : "The answer.",
        ...(operation.answer === null
          ? {}
          : {
              content: { "application/json": { schema: schemaOf(operation.answer, "output") } },
            }),
      },
      ...(isRefusable ? { 400: { $ref: "#/components/responses/Problem" } } : {}),
      ...Object.fromEntries(
        Object.entries(operation.refusals).map(([status, description]) => [
          status,
          {
            description,
            content: {
              "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
            },
          },
        ]),
      ),
    },
  };
}

function parametersOf(query: z.ZodObject): readonly unknown[] {
  const { properties = {}, required = [] } = schemaOf(query, "input") as {
    properties?: Record<string, Record<string, unknown>>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): Record<string, unknown> {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return json;
}
