import * as fc from "fast-check";
import { z } from "zod";

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly maxItems?: number;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly pattern?: string;
  readonly format?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/** Values that a zod schema accepts: what an orchestration may be started with. */
export function arbitraryOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  return fromJson(json, json.$defs ?? {}).filter((value) => schema.safeParse(value).success);
}

function fromJson(
  schema: JsonSchema,
  definitions: Readonly<Record<string, JsonSchema>>,
): fc.Arbitrary<unknown> {
  const of = (inner: JsonSchema) => fromJson(inner, definitions);
  if (schema.$ref !== undefined) {
    return of(definitions[schema.$ref.replace("#/$defs/", "")] ?? {});
  }
  if (schema.const !== undefined) {
    return fc.constant(schema.const);
  }
  if (schema.enum !== undefined) {
    return fc.constantFrom(...schema.enum);
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) {
    return fc.oneof(...choices.map(of));
  }
  if (schema.allOf?.[0] !== undefined) {
    return of(schema.allOf[0]);
  }
  if (typeof schema.type === "object") {
    return fc.oneof(...schema.type.map((type) => of({ ...schema, type })));
  }
  switch (schema.type) {
    case "object":
      return objectOf(schema, of);
    case "array":
      return fc.array(of(schema.items ?? {}), { maxLength: Math.min(schema.maxItems ?? 4, 4) });
    case "integer":
      return fc.integer({ min: 0, max: 20 });
    case "number":
      return fc.integer({ min: 1, max: 20_000 });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "string":
      return textOf(schema);
    default:
      return fc.jsonValue({ maxDepth: 1 });
  }
}

function objectOf(
  schema: JsonSchema,
  of: (inner: JsonSchema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0 && typeof schema.additionalProperties === "object") {
    return fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/u), of(schema.additionalProperties), {
      maxKeys: 2,
    });
  }
  return fc.record(Object.fromEntries(properties.map(([name, inner]) => [name, of(inner)])), {
    requiredKeys: [...(schema.required ?? [])],
  });
}

/** Strings that stand for identifiers and instants; what is in them matters to no orchestrator. */
function textOf(schema: JsonSchema): fc.Arbitrary<string> {
  if (
    schema.format === "guid" ||
    schema.format === "uuid" ||
    schema.pattern?.includes("[0-9a-f") === true
  ) {
    return fc.uuid();
  }
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant("2026-03-02T06:00:00.000Z") },
    { weight: 1, arbitrary: fc.stringMatching(/^[a-z0-9]{1,8}$/u) },
  );
}
