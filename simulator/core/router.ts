import { parsePath, type Segment } from "./path.ts";
import type { Method, Route } from "./route.ts";

interface Node {
  readonly names: Map<string, Node>;
  readonly functions: Map<string, { readonly params: Record<string, string>; readonly node: Node }>;
  param: Node | null;
  readonly routes: Map<Method, { readonly route: Route; readonly params: readonly string[] }>;
}

export type Match =
  | {
      readonly kind: "route";
      readonly route: Route;
      readonly params: Readonly<Record<string, string>>;
    }
  | { readonly kind: "methodNotAllowed"; readonly allowed: readonly Method[] }
  | { readonly kind: "unknown"; readonly segment: string };

/** Finds the route of a path. Names match without regard to case and before parameters. */
export class Router {
  readonly #root = createNode();

  constructor(routes: readonly Route[]) {
    for (const route of routes) this.#add(route);
  }

  match(method: string, path: string): Match {
    const segments = parsePath(path);
    const found: { node: Node; values: readonly string[]; args: Record<string, string> }[] = [];
    let depth = 0;
    const walk = (node: Node, index: number, values: string[], args: Record<string, string>) => {
      depth = Math.max(depth, index);
      const segment = segments[index];
      if (segment === undefined) {
        if (node.routes.size > 0) found.push({ node, values, args });
        return;
      }
      for (const step of steps(node, segment)) {
        walk(step.node, index + 1, step.value === null ? values : [...values, step.value], {
          ...args,
          ...step.args,
        });
      }
    };
    walk(this.#root, 0, [], {});
    for (const { node, values, args } of found) {
      const entry = node.routes.get(method as Method);
      if (entry === undefined) continue;
      const params: Record<string, string> = { ...args };
      entry.params.forEach((name, index) => {
        params[name] = values[index] ?? "";
      });
      return { kind: "route", route: entry.route, params };
    }
    if (found.length > 0) {
      return {
        kind: "methodNotAllowed",
        allowed: found.flatMap(({ node }) => [...node.routes.keys()]),
      };
    }
    const missing = segments[depth];
    return {
      kind: "unknown",
      segment: missing === undefined ? path : missing.kind === "name" ? missing.text : missing.name,
    };
  }

  #add(route: Route): void {
    let node = this.#root;
    const params: string[] = [];
    for (const segment of parsePath(route.path)) {
      if (segment.kind === "function") {
        const key = functionKey(segment.name, Object.keys(segment.args));
        const existing = node.functions.get(key) ?? {
          params: Object.fromEntries(
            Object.entries(segment.args).map(([name, value]) => [
              name.toLowerCase(),
              value.slice(1, -1),
            ]),
          ),
          node: createNode(),
        };
        node.functions.set(key, existing);
        node = existing.node;
      } else if (/^\{\w+\}$/.test(segment.text)) {
        params.push(segment.text.slice(1, -1));
        node.param ??= createNode();
        node = node.param;
      } else {
        const key = segment.text.toLowerCase();
        const next = node.names.get(key) ?? createNode();
        node.names.set(key, next);
        node = next;
      }
    }
    if (node.routes.has(route.method)) {
      throw new Error(`Two routes answer ${route.method} ${route.path}.`);
    }
    node.routes.set(route.method, { route, params });
  }
}

interface Step {
  readonly node: Node;
  readonly value: string | null;
  readonly args: Record<string, string>;
}

function steps(node: Node, segment: Segment): readonly Step[] {
  if (segment.kind === "function") {
    const entry = node.functions.get(functionKey(segment.name, Object.keys(segment.args)));
    if (entry === undefined) return [];
    const args: Record<string, string> = {};
    for (const [name, value] of Object.entries(segment.args)) {
      args[entry.params[name.toLowerCase()] ?? name] = value;
    }
    return [{ node: entry.node, value: null, args }];
  }
  const key = segment.text.toLowerCase();
  const result: Step[] = [];
  // Bound actions may be written with their namespace: `…/graph.activate` is `…/activate`.
  const named =
    node.names.get(key) ??
    (key.startsWith("graph.") ? node.names.get(key.slice("graph.".length)) : undefined);
  if (named !== undefined) result.push({ node: named, value: null, args: {} });
  if (node.param !== null && segment.text !== ":" && !key.startsWith("graph.")) {
    result.push({ node: node.param, value: segment.text, args: {} });
  }
  return result;
}

function functionKey(name: string, args: readonly string[]): string {
  return `${name.toLowerCase()}(${args
    .map((arg) => arg.toLowerCase())
    .sort()
    .join(",")})`;
}

function createNode(): Node {
  return { names: new Map(), functions: new Map(), param: null, routes: new Map() };
}
