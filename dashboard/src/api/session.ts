import { type Person, parsePerson } from "../rules/permission.ts";
import { ApiProblem, parseProblem } from "./problem.ts";

/** Who is signed in, or how to sign in: with a local key (embedded host) or with Microsoft (Azure). */
export type Session =
  | { readonly kind: "signedIn"; readonly person: Person; readonly signOut: "local" | "platform" }
  | { readonly kind: "signedOut"; readonly signIn: "local" | "platform" };

/** Where Azure's authentication signs a person in and brings them back to the page. */
export const PLATFORM_SIGN_IN = "/.auth/login/aad?post_login_redirect_uri=%2Fapi%2Fdashboard%2F";
export const PLATFORM_SIGN_OUT = "/.auth/logout?post_logout_redirect_uri=%2Fapi%2Fdashboard%2F";

const UNNAMED: Person = { name: "Signed in", objectId: null, roles: null, tenants: null };

/**
 * Reads `/.auth/me`. The embedded host answers 200 with one object, or 401 with problem details. In Azure it is a list,
 * or (without a token store) 401, 404 or a redirect even for people who are signed in; then the API itself says whether
 * they are.
 */
export async function readSession(): Promise<Session> {
  const response = await fetch("/.auth/me", {
    credentials: "same-origin",
    redirect: "manual",
    headers: { accept: "application/json" },
  });
  if (response.ok) {
    const given: unknown = await response.json().catch(() => null);
    const person = parsePerson(given);
    const isLocal = !Array.isArray(given);
    if (person !== null) {
      return { kind: "signedIn", person, signOut: isLocal ? "local" : "platform" };
    }
  }
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json");
  if (response.status === 401 && isProblem === true) {
    return { kind: "signedOut", signIn: "local" };
  }
  if (response.status >= 500) {
    throw new ApiProblem(parseProblem(response.status, await response.text()));
  }
  const probe = await fetch("/api/tenants?top=1", {
    credentials: "same-origin",
    redirect: "manual",
  });
  return probe.ok
    ? { kind: "signedIn", person: UNNAMED, signOut: "platform" }
    : { kind: "signedOut", signIn: "platform" };
}

/** Exchanges a local identity's key for a session cookie; throws ApiProblem when the key is nobody's. */
export async function signInLocally(key: string): Promise<void> {
  const response = await fetch("/.auth/local/login", {
    method: "POST",
    credentials: "same-origin",
    headers: { accept: "application/json", "content-type": "application/json" },
    body: JSON.stringify({ key }),
  });
  if (!response.ok) {
    throw new ApiProblem(parseProblem(response.status, await response.text()));
  }
}

export async function signOutLocally(): Promise<void> {
  await fetch("/.auth/logout", { method: "POST", credentials: "same-origin" });
}
