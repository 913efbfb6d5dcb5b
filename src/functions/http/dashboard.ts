import { app as functions, type HttpResponseInit } from "@azure/functions";
import { app } from "../../composition.ts";

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  ico: "image/x-icon",
  json: "application/json",
  woff2: "font/woff2",
};

/** Griffel, Fluent UI's styling, inserts style elements; everything else comes from our own origin. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const isPlainPath = (path: string): boolean =>
  /^[\w./-]+$/u.test(path) && !path.split("/").includes("..");

functions.http("dashboard", {
  route: "dashboard/{*path}",
  methods: ["GET"],
  authLevel: "anonymous",
  handler: async (request): Promise<HttpResponseInit> => {
    const path = request.params["path"] ?? "";
    const file = path === "" ? "index.html" : path;
    const content = isPlainPath(file) ? await app.readAsset(`dist/dashboard/${file}`) : null;
    if (content === null) {
      return { status: 404 };
    }
    const isHashed = file.startsWith("assets/");
    return {
      headers: {
        "content-type": MEDIA_TYPES[file.split(".").at(-1) ?? ""] ?? "application/octet-stream",
        "cache-control": isHashed ? "public, max-age=31536000, immutable" : "no-cache",
        "content-security-policy": CONTENT_SECURITY_POLICY,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
      },
      body: content,
    };
  },
});
