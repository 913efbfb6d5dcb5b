import type { IncomingMessage, ServerResponse } from "node:http";
import { sendEmpty } from "./listener.ts";

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>The Functions app is up and running</title>
<h1>The Functions app is up and running</h1>
<p>Its functions and their addresses are listed at <a href="/admin/functions">/admin/functions</a>.</p>
</html>
`;

const isDisabled = (): boolean =>
  (process.env["AzureWebJobsDisableHomepage"] ?? "").toLowerCase() === "true";

/** What `/` answers when no function does: a page, or nothing with the app setting `AzureWebJobsDisableHomepage`. */
export function sendHomePage(request: IncomingMessage, response: ServerResponse): void {
  if (isDisabled()) {
    sendEmpty(response, 204);
    return;
  }
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
  response.end(request.method === "HEAD" ? undefined : PAGE);
}
