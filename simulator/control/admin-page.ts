import { existsSync, readFileSync } from "node:fs";

import type { HttpAnswer } from "../protocol/message.ts";

const TYPES: Readonly<Record<string, string>> = {
  "index.html": "text/html; charset=utf-8",
  "admin.css": "text/css; charset=utf-8",
  "admin.js": "text/javascript; charset=utf-8",
  "admin.svg": "image/svg+xml",
};

/** The page's files stand beside this one in the sources; the compiled program reads them from there too. */
const FOLDER = [
  new URL("admin/", import.meta.url),
  new URL("../../../simulator/control/admin/", import.meta.url),
].find((folder) => existsSync(new URL("index.html", folder)));

/** `/simulator/`: a page for people; null for every other path. `path` is below `/simulator`. */
export function answerAdminPage(path: string): HttpAnswer | null {
  if (path === "") {
    return { status: 308, headers: { location: "/simulator/" }, body: "" };
  }
  const name = path === "/" ? "index.html" : path.slice(1);
  const type = TYPES[name];
  if (type === undefined || FOLDER === undefined) return null;
  return {
    status: 200,
    headers: {
      "content-type": type,
      "cache-control": "no-cache",
      "content-security-policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
      "x-content-type-options": "nosniff",
    },
    body: readFileSync(new URL(name, FOLDER)),
  };
}
