/** A JSON object whose keys are read without regard to case, as .NET configuration does. */
export type SettingsTree = Readonly<Record<string, unknown>>;

export const isTree = (value: unknown): value is SettingsTree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The member of that name in any case, or undefined. */
export function member(tree: unknown, name: string): unknown {
  if (!isTree(tree)) {
    return undefined;
  }
  if (name in tree) {
    return tree[name];
  }
  const key = Object.keys(tree).find((key) => key.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : tree[key];
}

/** The value at a path of names, or undefined. */
export const valueAt = (tree: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((value, name) => member(value, name), tree);

/** A text; `fallback` otherwise. */
export function textAt(tree: unknown, name: string, fallback: string): string {
  const value = member(tree, name);
  return typeof value === "string" ? value : fallback;
}
