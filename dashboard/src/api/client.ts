import { ApiProblem, parseProblem } from "./problem.ts";

type Query = Readonly<Record<string, string | number | null | undefined>>;

/** `GET /api/{path}`; throws ApiProblem on anything but 2xx. */
export async function readApi<Answer>(
  path: string,
  query: Query = {},
  signal?: AbortSignal,
): Promise<Answer> {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === null || value === undefined || value === "" ? [] : [[name, String(value)]],
  );
  const search = new URLSearchParams(given).toString();
  const url = `/api/${path}${search === "" ? "" : `?${search}`}`;
  return answerOf<Answer>(await fetch(url, { ...REQUEST, ...(signal ? { signal } : {}) }));
}

/** `POST /api/{path}` with a JSON body, or with text of another media type. */
export async function postApi<Answer>(
  path: string,
  body: unknown,
  mediaType: "application/json" | "text/csv" = "application/json",
): Promise<Answer> {
  const response = await fetch(`/api/${path}`, {
    ...REQUEST,
    method: "POST",
    headers: { ...REQUEST.headers, "content-type": mediaType },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return answerOf<Answer>(response);
}

const REQUEST = {
  credentials: "same-origin",
  headers: { accept: "application/json" },
} as const satisfies RequestInit;

async function answerOf<Answer>(response: Response): Promise<Answer> {
  const text = await response.text();
  if (!response.ok) {
    throw new ApiProblem(parseProblem(response.status, text));
  }
  return (text === "" ? null : JSON.parse(text)) as Answer;
}
