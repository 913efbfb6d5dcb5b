import { expect, test } from "@jest/globals";
import { openApiDocument } from "../../../src/api/open-api.ts";
import { OPERATIONS } from "../../../src/contracts/api.ts";

interface Described {
  readonly operationId: string;
  readonly requestBody?: unknown;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
}

const document = openApiDocument(OPERATIONS) as {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
};
const described = Object.values(document.paths).flatMap((path) => Object.values(path));

test("every operation is described once, under its own id", () => {
  expect(document.openapi).toBe("3.1.0");
  expect(described.map(({ operationId }) => operationId).sort()).toEqual(
    OPERATIONS.map(({ id }) => id).sort(),
  );
  expect(new Set(OPERATIONS.map(({ id }) => id)).size).toBe(OPERATIONS.length);
});

test("every parameter of a path is described", () => {
  for (const [path, operations] of Object.entries(document.paths)) {
    const names = [...path.matchAll(/\{(\w+)\}/gu)].map(([, name]) => name);
    for (const { parameters } of Object.values(operations)) {
      const inPath = parameters.filter((parameter) => parameter.in === "path");
      expect(inPath.map(({ name }) => name)).toEqual(names);
    }
  }
});

test("a restore request is described field by field", () => {
  const body = document.paths["/api/restores"]?.["post"]?.requestBody;

  expect(body).toMatchObject({
    content: {
      "application/json": {
        schema: {
          type: "object",
          required: ["tenantId", "units", "restoreTo", "destination"],
          properties: { destination: { enum: ["inPlace", "new"] } },
        },
      },
    },
  });
});

test("the document holds no reference that leads nowhere", () => {
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"\$ref":"([^"]+)"/gu)].map(([, reference]) => reference);

  expect(new Set(references)).toEqual(new Set(["#/components/schemas/Problem"]));
});
