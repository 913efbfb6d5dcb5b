import { app as functions } from "@azure/functions";
import { openApiDocument } from "../../api/open-api.ts";
import { OPERATIONS } from "../../contracts/api.ts";

const document = JSON.stringify(openApiDocument(OPERATIONS));

functions.http("readOpenApi", {
  route: "openapi.json",
  methods: ["GET"],
  authLevel: "anonymous",
  handler: () => ({ headers: { "content-type": "application/json" }, body: document }),
});
