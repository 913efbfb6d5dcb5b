import { ApiProblem, parseProblem } from "./problem.ts";

/** What `GET /api/health` answers, with 200 and with 503 alike. */
interface Health {
  readonly status: "healthy" | "unhealthy";
  readonly checks: Readonly<Record<string, string>>;
  readonly time: string;
}

/** Reads the app's health; throws ApiProblem when something else answers, as a proxy in front of a stopped app. */
export async function readHealth(signal: AbortSignal): Promise<Health> {
  const response = await fetch("/api/health", {
    headers: { accept: "application/json" },
    signal,
  });
  const text = await response.text();
  const health = parseHealth(text);
  if (health === null) {
    throw new ApiProblem(parseProblem(response.status, text));
  }
  return health;
}

function parseHealth(text: string): Health | null {
  try {
    const given = JSON.parse(text) as Partial<Health>;
    const isHealth = typeof given.status === "string" && typeof given.time === "string";
    return isHealth ? { ...(given as Health), checks: given.checks ?? {} } : null;
  } catch {
    return null;
  }
}
