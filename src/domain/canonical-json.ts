/**
 * One text for one value, so that equal plans have equal hashes: members sorted by their UTF-16 code units, no white
 * space, numbers and strings as ECMAScript writes them (the scheme of RFC 8785).
 *
 * @throws TypeError for what JSON cannot say (undefined, functions, NaN): leaving it out would hash another value.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") {
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    if (!Number.isFinite(value)) {
      throw new TypeError(`${value} has no canonical JSON.`);
    }
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    return `[${Array.from(value, canonicalJson).join(",")}]`;
  }
  if (typeof value === "object") {
    const members = Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  throw new TypeError(`A value of type ${typeof value} has no canonical JSON.`);
}
