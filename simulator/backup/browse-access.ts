import type { GraphRequest } from "../core/route.ts";
import { hasRole } from "../directory/role-assignment.ts";
import { refusal } from "./error-catalogue.ts";
import type { Service } from "./service-kind.ts";

/**
 * "In the delegated flow, only users with the SharePoint Backup Administrator role can access this API": of browse
 * sessions and of files restored one by one. An application needs no role.
 * https://learn.microsoft.com/graph/api/sharepointbrowsesession-browse
 */
export function requireBackupAdministrator(request: GraphRequest, service: Service | null): void {
  const { principal } = request;
  if (principal.kind === "application" || service === "exchange") return;
  if (!hasRole(request, principal.userId, "SharePoint Backup Administrator")) {
    throw refusal("browse", "RoleRequired");
  }
}
