/** One step of a Graph path. */
export type Segment =
  | { readonly kind: "name"; readonly text: string }
  | {
      readonly kind: "function";
      readonly name: string;
      readonly args: Readonly<Record<string, string>>;
    };

/**
 * Splits a Graph path (below the version) into steps. Keys may be written `/users/x` or `/users('x')`; functions are
 * `name(a='x')`; `/root:/a/b.txt:/content` becomes `root`, `:`, `a/b.txt`, `:`, `content`; `microsoft.graph.` is
 * shortened to `graph.`. Text is percent-decoded.
 */
export function parsePath(path: string): readonly Segment[] {
  const raw = path.split("/").filter((part) => part !== "");
  const segments: Segment[] = [];
  for (let index = 0; index < raw.length; index += 1) {
    const part = raw[index] ?? "";
    if (part.endsWith(":") && part.length > 1 && index < raw.length - 1) {
      segments.push(...parseSegment(part.slice(0, -1)), { kind: "name", text: ":" });
      const rest: string[] = [];
      let closed = false;
      while (!closed && index < raw.length - 1) {
        index += 1;
        const next = raw[index] ?? "";
        closed = next.endsWith(":");
        rest.push(decode(closed ? next.slice(0, -1) : next));
      }
      segments.push({ kind: "name", text: rest.join("/") });
      if (closed && index < raw.length - 1) segments.push({ kind: "name", text: ":" });
      continue;
    }
    segments.push(
      ...parseSegment(part.length > 1 && part.endsWith(":") ? part.slice(0, -1) : part),
    );
  }
  return segments;
}

function parseSegment(raw: string): readonly Segment[] {
  // Most steps are plain names and ids.
  if (/^[\w$-]+$/.test(raw)) return [{ kind: "name", text: raw }];
  const text = decode(raw).replace(/^microsoft\.graph\./i, "graph.");
  const call = /^([\w.]+)\((.*)\)$/s.exec(text);
  if (call === null) return [{ kind: "name", text }];
  const name = call[1] ?? "";
  const inner = (call[2] ?? "").trim();
  if (inner === "") return [{ kind: "name", text: name }];
  const args = parseArguments(inner);
  if (args !== null) return [{ kind: "function", name, args }];
  return [
    { kind: "name", text: name },
    { kind: "name", text: unquote(inner) },
  ];
}

function parseArguments(inner: string): Record<string, string> | null {
  const args: Record<string, string> = {};
  const pattern = /\s*(\w+)\s*=\s*('(?:[^']|'')*'|\{[^}]*\}|[^,']+)\s*(?:,|$)/gy;
  while (pattern.lastIndex < inner.length) {
    const match = pattern.exec(inner);
    if (match === null) return null;
    args[match[1] ?? ""] = unquote((match[2] ?? "").trim());
  }
  return args;
}

function unquote(text: string): string {
  return text.startsWith("'") && text.endsWith("'") && text.length > 1
    ? text.slice(1, -1).replaceAll("''", "'")
    : text;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
