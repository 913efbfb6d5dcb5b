import { app } from "@azure/functions";
import type { Operation } from "../contracts/operation.ts";
import { durableClientInput } from "../durable/client.ts";
import { type ApiAnswer, type ApiRequest, serve } from "./serve.ts";

/** Registers an operation as an HTTP function that has the durable client at hand. */
export function registerOperation<Definition extends Operation>(
  operation: Definition,
  answer: (request: ApiRequest<Definition>) => Promise<ApiAnswer>,
): void {
  app.http(operation.id, {
    route: operation.route,
    methods: [operation.method],
    // The platform authenticates; roles are checked in `serve`.
    authLevel: "anonymous",
    extraInputs: [durableClientInput()],
    handler: serve(operation, answer),
  });
}
