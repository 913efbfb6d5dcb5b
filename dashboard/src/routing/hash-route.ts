/** Where the page is: the part of the address after `#`. It never reaches the server, so every reload works. */
export interface Route {
  /** Decoded parts of the path; empty for the overview. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** Reads `#/restores/r-1?state=failed`. Parts that are not well encoded are kept as they are. */
export function parseRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#?\/?/u, "").split("?");
  return {
    path: path.split("/").filter(Boolean).map(decode),
    query: Object.fromEntries(new URLSearchParams(search)),
  };
}

/** The address of a place; empty values of the query are left out. */
export function formatRoute(
  path: readonly string[],
  query: Readonly<Record<string, string>> = {},
): string {
  const given = Object.entries(query).filter(([, value]) => value !== "");
  const search = new URLSearchParams(given).toString();
  return `#/${path.map(encodeURIComponent).join("/")}${search === "" ? "" : `?${search}`}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
