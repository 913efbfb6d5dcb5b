/** The worker's typed values (RpcTypedData) as JSON text, the way the extension serializes what functions return. */

type Json = Readonly<Record<string, unknown>>;

/** JSON text of a return value; null for none. */
export function returnText(value: unknown): string | null {
  if (value === undefined || value === null) {
    return null;
  }
  if (typeof value !== "object") {
    return valueText(value);
  }
  const data = value as Json;
  if (typeof data["json"] === "string") {
    return data["json"];
  }
  if (typeof data["string"] === "string") {
    return JSON.stringify(data["string"]);
  }
  for (const form of ["int", "double"] as const) {
    if (data[form] !== undefined) {
      return valueText(data[form]);
    }
  }
  for (const form of ["bytes", "stream"] as const) {
    const bytes = data[form];
    if (bytes instanceof Uint8Array) {
      return JSON.stringify(Buffer.from(bytes).toString("base64"));
    }
  }
  return null;
}

function valueText(value: unknown): string | null {
  // JSON has no NaN and no infinities; the extension writes their names.
  if (typeof value === "number" && !Number.isFinite(value)) {
    return JSON.stringify(String(value));
  }
  return JSON.stringify(value) ?? null;
}
