import { readFileSync } from "node:fs";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

import { Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";

import type { Scenario } from "../simulator/scenarios/scenario.ts";
import { scenarios } from "../simulator/scenarios/scenarios.ts";
import { oneSentence } from "./command-line.ts";

interface Property {
  readonly type?: "string" | "integer" | "number" | "boolean" | "array";
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
}

/** `continuity scenario NAME`: makes something happen in a running simulator. Options are those of its control API. */
export function createScenarioCommand(): Command {
  const command = new Command("scenario").description(
    "make something happen in a running simulator, as POST /simulator/scenarios/NAME does",
  );
  for (const scenario of scenarios) command.addCommand(createCommandOf(scenario));
  return command;
}

function createCommandOf(scenario: Scenario): Command {
  const { properties = {} } = z.toJSONSchema(scenario.input, { io: "input" }) as {
    properties?: Record<string, Property>;
  };
  const command = new Command(scenario.name)
    .description(scenario.summary)
    .requiredOption("--simulator <url>", "address of the simulator, such as http://127.0.0.1:7071")
    .option("--ca <file>", "certificate authority of a simulator with --tls");
  const members = new Map<string, string>();
  for (const [name, property] of Object.entries(properties)) {
    const option = optionOf(name, property);
    members.set(option.attributeName(), name);
    command.addOption(option);
  }
  return command.action(async (given: Record<string, unknown>) => {
    const { simulator, ca, ...rest } = given as { simulator: string; ca?: string };
    const body = Object.fromEntries(
      Object.entries(rest).map(([attribute, value]) => [members.get(attribute) ?? "", value]),
    );
    try {
      const target = new URL(`/simulator/scenarios/${scenario.name}`, simulator);
      const answer = await post(target, body, ca);
      process.stdout.write(`${answer}\n`);
    } catch (error) {
      process.stderr.write(`${oneSentence(error)}\n`);
      process.exitCode = 1;
    }
  });
}

/** `tenantId` is `--tenant`, every other member its own name with hyphens; defaults are the simulator's. */
function optionOf(name: string, property: Property): Option {
  const flag =
    name === "tenantId"
      ? "tenant"
      : name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const description = [
    property.description ?? "",
    property.default === undefined || property.type === "array"
      ? ""
      : `(default: ${JSON.stringify(property.default)})`,
  ]
    .filter((part) => part !== "")
    .join(" ");
  const value = property.type === "array" ? "<value...>" : "<value>";
  const option = new Option(`--${flag} ${value}`, description);
  if (property.enum !== undefined) option.choices(property.enum);
  if (property.type === "integer" || property.type === "number") option.argParser(parseNumber);
  if (property.type === "boolean") option.argParser(parseBoolean);
  return name === "tenantId" ? option.makeOptionMandatory() : option;
}

function parseNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number))
    throw new InvalidArgumentError("A number is needed.");
  return number;
}

function parseBoolean(text: string): boolean {
  if (text !== "true" && text !== "false") throw new InvalidArgumentError("Give true or false.");
  return text === "true";
}

/** The answer's JSON text; throws with the simulator's own words when it refuses. */
async function post(target: URL, body: unknown, ca: string | undefined): Promise<string> {
  const request = target.protocol === "https:" ? requestHttps : requestHttp;
  const { status, text } = await new Promise<{ status: number; text: string }>(
    (resolve, reject) => {
      const sent = request(
        target,
        {
          method: "POST",
          headers: { "content-type": "application/json" },
          ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
        },
        (response) => {
          const parts: Buffer[] = [];
          response.on("data", (part: Buffer) => parts.push(part));
          response.on("error", reject);
          response.on("end", () => {
            resolve({
              status: response.statusCode ?? 0,
              text: Buffer.concat(parts).toString("utf8"),
            });
          });
        },
      );
      sent.on("error", (error) => {
        reject(new Error(`No simulator answers at ${target.origin}: ${error.message}`));
      });
      sent.end(JSON.stringify(body));
    },
  );
  if (status !== 200) throw new Error(refusalOf(text) ?? `The simulator answered ${status}.`);
  return JSON.stringify(JSON.parse(text), null, 2);
}

function refusalOf(text: string): string | null {
  try {
    const { title, errors = [] } = JSON.parse(text) as { title: string; errors?: string[] };
    return [title, ...errors].join(" ");
  } catch {
    return null;
  }
}
