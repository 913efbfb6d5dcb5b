import { readFileSync } from "node:fs";

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly "x-kind"?: string;
  readonly "x-open"?: boolean;
  readonly "x-abstract"?: boolean;
  readonly "x-derived"?: readonly string[];
}

const read = (name: string) =>
  (
    JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), "utf8")) as {
      readonly $defs: Readonly<Record<string, Schema>>;
    }
  ).$defs;

/** The subset of the metadata and, after it, types that are only in Microsoft's type package. */
const definitions = {
  ...read("graph-v1.0.additions.schema.json"),
  ...read("graph-v1.0.schema.json"),
};

const FORMATS: Readonly<Record<string, RegExp>> = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  "date-time": /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i,
  date: /^\d{4}-\d{2}-\d{2}$/,
};

/**
 * Defects of a JSON value as an instance of a metadata type, one line each; empty when there are none. An object's own
 * `@odata.type` decides its type, which must be the expected one or derived from it.
 */
export function validate(definition: string, value: unknown): string[] {
  if (definitions[definition] === undefined) return [`There is no definition "${definition}".`];
  const defects: string[] = [];
  check({ $ref: `#/$defs/${definition}` }, value, definition, defects);
  return defects;
}

/** Defects of a response: the error envelope from 400 on, else an instance or a collection (`value`) of the definition. */
export function validateResponse(
  definition: string | null,
  status: number,
  body: unknown,
): string[] {
  if (status >= 400) return validate("x-error", body);
  if (definition === null) {
    return body === undefined ? [] : ["The route names no definition but its answer has a body."];
  }
  if (body === undefined) return [`The answer has no body; ${definition} was promised.`];
  const value = (body as { readonly value?: unknown }).value;
  if (!Array.isArray(value) || propertiesOf(definition).has("value")) {
    return validate(definition, body);
  }
  const extras = Object.keys(body as object).filter(
    (name) => name !== "value" && !isAnnotation(name),
  );
  return [
    ...extras.map((name) => `A collection has no property "${name}".`),
    ...value.flatMap((item: unknown, index) =>
      validate(definition, item).map((defect) => `value[${index}] ${defect}`),
    ),
  ];
}

function check(schema: Schema, value: unknown, path: string, defects: string[]): void {
  if (schema.$ref !== undefined) {
    checkDefinition(schema.$ref.replace("#/$defs/", ""), value, path, defects);
    return;
  }
  if (schema.anyOf !== undefined) {
    checkAlternatives(schema.anyOf, value, path, defects);
    return;
  }
  if (schema.type !== undefined && !hasType(schema.type, value)) {
    defects.push(`${path}: ${JSON.stringify(value)} is not of type ${String(schema.type)}.`);
    return;
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    defects.push(`${path}: ${JSON.stringify(value)} is not one of ${schema.enum.join(", ")}.`);
  }
  if (typeof value === "string") checkText(schema, value, path, defects);
  if (typeof value === "number" && !isWithin(schema, value)) {
    defects.push(`${path}: ${value} is out of range.`);
  }
  const { items } = schema;
  if (Array.isArray(value) && items !== undefined) {
    value.forEach((item, index) => {
      check(items, item, `${path}[${index}]`, defects);
    });
  }
  if (isObject(value) && schema.properties !== undefined) checkObject(schema, value, path, defects);
}

function checkDefinition(name: string, value: unknown, path: string, defects: string[]): void {
  const schema = definitions[name];
  if (schema === undefined) {
    defects.push(`${path}: the metadata has no ${name}.`);
    return;
  }
  if (!isObject(value) || schema["x-kind"] === undefined) {
    check(schema, value, path, defects);
    return;
  }
  const stated = value["@odata.type"];
  if (typeof stated !== "string") {
    checkObject(schema, value, path, defects);
    return;
  }
  const actual = stated.replace(/^#(microsoft\.)?graph\./, "");
  const derived = definitions[actual];
  if (derived === undefined || (actual !== name && !descendantsOf(name).has(actual))) {
    defects.push(`${path}: @odata.type ${stated} is not ${name} or derived from it.`);
    return;
  }
  checkObject(derived, value, path, defects);
}

function checkObject(
  schema: Schema,
  value: Readonly<Record<string, unknown>>,
  path: string,
  defects: string[],
): void {
  const all = inherited(schema);
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(value, name)) defects.push(`${path}: "${name}" is missing.`);
  }
  for (const [name, inner] of Object.entries(value)) {
    if (isAnnotation(name)) continue;
    const property = all.properties.get(name);
    if (property !== undefined) check(property, inner, `${path}.${name}`, defects);
    else if (!all.isOpen) defects.push(`${path}: the metadata has no property "${name}".`);
  }
}

/** A value must pass one alternative; the defects of the best one are told. */
function checkAlternatives(
  alternatives: readonly Schema[],
  value: unknown,
  path: string,
  defects: string[],
): void {
  let best: string[] | null = null;
  for (const alternative of alternatives) {
    if (value !== null && alternative.type === "null") continue;
    const found: string[] = [];
    check(alternative, value, path, found);
    if (found.length === 0) return;
    if (best === null || found.length < best.length) best = found;
  }
  defects.push(...(best ?? [`${path}: ${JSON.stringify(value)} fits no alternative.`]));
}

function checkText(schema: Schema, value: string, path: string, defects: string[]): void {
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) {
    defects.push(`${path}: ${JSON.stringify(value)} does not match ${schema.pattern}.`);
  }
  const format = FORMATS[schema.format ?? ""];
  if (format !== undefined && !format.test(value)) {
    defects.push(`${path}: ${JSON.stringify(value)} is not a ${schema.format ?? ""}.`);
  }
}

interface Inherited {
  readonly properties: ReadonlyMap<string, Schema>;
  readonly isOpen: boolean;
}

function inherited(schema: Schema): Inherited {
  const bases = (schema.allOf ?? []).map(({ $ref }) => {
    const base = definitions[($ref ?? "").replace("#/$defs/", "")];
    return base === undefined
      ? { properties: new Map<string, Schema>(), isOpen: false }
      : inherited(base);
  });
  return {
    properties: new Map([
      ...bases.flatMap((base) => [...base.properties]),
      ...Object.entries(schema.properties ?? {}),
    ]),
    isOpen:
      schema["x-kind"] === undefined
        ? schema.additionalProperties !== false
        : schema["x-open"] === true,
  };
}

function propertiesOf(definition: string): ReadonlySet<string> {
  const schema = definitions[definition];
  return new Set(schema === undefined ? [] : inherited(schema).properties.keys());
}

function descendantsOf(name: string): Set<string> {
  const found = new Set<string>();
  const queue = [...(definitions[name]?.["x-derived"] ?? [])];
  for (const next of queue) {
    found.add(next);
    queue.push(...(definitions[next]?.["x-derived"] ?? []));
  }
  return found;
}

function hasType(type: string | readonly string[], value: unknown): boolean {
  const types = typeof type === "string" ? [type] : type;
  return types.some((name) => {
    switch (name) {
      case "null":
        return value === null;
      case "array":
        return Array.isArray(value);
      case "object":
        return isObject(value);
      case "integer":
        return Number.isInteger(value);
      default:
        return typeof value === name;
    }
  });
}

function isWithin({ minimum, maximum }: Schema, value: number): boolean {
  return value >= (minimum ?? value) && value <= (maximum ?? value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `@odata.type`, `members@odata.bind`, `@removed`, `@Core.DataModificationException`, … */
function isAnnotation(name: string): boolean {
  return name.includes("@");
}
