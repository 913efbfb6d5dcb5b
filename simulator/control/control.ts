import { z } from "zod";

import { jsonAnswer, type HttpAnswer, type HttpCall } from "../protocol/message.ts";
import { ScenarioRefusal } from "../scenarios/scenario.ts";
import { describeDefects } from "../seed/defects.ts";
import { answerAdminPage } from "./admin-page.ts";
import { renderOpenApi } from "./openapi.ts";
import { ControlRefusal, type ControlContext, type Operation } from "./operation.ts";
import { operations } from "./operations.ts";

const byName = new Map(
  operations.map((operation) => [`${operation.method} ${operation.path}`, operation]),
);

/** Whether a path belongs to the control API or its page. */
export function isControlPath(path: string): boolean {
  return path === "/simulator" || path.startsWith("/simulator/");
}

/** `/simulator/…`: what is not Graph, for tests, demonstrations and people. */
export async function answerControl(call: HttpCall, context: ControlContext): Promise<HttpAnswer> {
  try {
    const url = new URL(call.target, "http://simulator");
    const path = url.pathname.slice("/simulator".length);
    if (call.method === "GET") {
      if (path === "/openapi.json") return jsonAnswer(200, renderOpenApi(call.baseUrl));
      const page = answerAdminPage(path);
      if (page !== null) return page;
    }
    refuseForeignPage(call);
    const operation = byName.get(`${call.method} ${path}`);
    if (operation === undefined) {
      throw new ControlRefusal(404, `The simulator's control API has no ${call.method} ${path}.`);
    }
    return await answerOperation(operation, url, call, context);
  } catch (error) {
    return problemOf(error);
  }
}

async function answerOperation(
  operation: Operation,
  url: URL,
  call: HttpCall,
  context: ControlContext,
): Promise<HttpAnswer> {
  const query = checked(operation.query, Object.fromEntries(url.searchParams));
  const body = operation.body === null ? undefined : checked(operation.body, jsonOf(call));
  const result = await operation.run({ query, body }, context);
  return operation.answer === null
    ? { status: operation.status, headers: {}, body: "" }
    : jsonAnswer(operation.status, result);
}

/** An input that its schema does not allow; one line each. */
class InputRefusal extends Error {
  readonly defects: readonly string[];

  constructor(defects: readonly string[]) {
    super("The request is not valid.");
    this.defects = defects;
  }
}

function checked(schema: z.ZodType | null, input: unknown): unknown {
  if (schema === null) return undefined;
  const result = schema.safeParse(input, { reportInput: true });
  if (!result.success) throw new InputRefusal(describeDefects(schema, result.error));
  return result.data;
}

/** A page of another site that a browser shows must not move this simulator. */
function refuseForeignPage(call: HttpCall): void {
  const origin = call.headers["origin"];
  if (origin === undefined || origin === call.baseUrl) return;
  throw new ControlRefusal(403, "Pages of other sites may not use the control API.");
}

function jsonOf(call: HttpCall): unknown {
  return call.bytes.length === 0 ? {} : JSON.parse(Buffer.from(call.bytes).toString("utf8"));
}

function problemOf(error: unknown): HttpAnswer {
  if (error instanceof InputRefusal) return problem(400, error.message, error.defects);
  if (error instanceof z.ZodError) {
    return problem(
      400,
      "The request is not valid.",
      error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
    );
  }
  if (error instanceof SyntaxError) return problem(400, error.message);
  if (error instanceof ControlRefusal) return problem(error.status, error.message);
  if (error instanceof ScenarioRefusal) return problem(409, error.message);
  throw error;
}

function problem(status: number, title: string, errors: readonly string[] = []): HttpAnswer {
  return jsonAnswer(
    status,
    { title, status, ...(errors.length === 0 ? {} : { errors }) },
    { "content-type": "application/problem+json" },
  );
}
