import type { Stamp } from "./stamp.ts";

export type BackupServiceStatus =
  "disabled" | "enabled" | "protectionChangeLocked" | "restoreLocked";
export type ServiceAppStatus = "inactive" | "active" | "pendingActive" | "pendingInactive";
export type BillingProfile = "valid" | "missing" | "unreadable";

/** An application that is registered to control the tenant's backup. `id` is its application id. */
export interface ServiceApp {
  readonly id: string;
  readonly displayName: string;
  status: ServiceAppStatus;
  effectiveAt: number | null;
  readonly registered: Stamp;
  modified: Stamp;
}

/** State of the tenant's backup service. */
export interface ServiceControl {
  /** Whether the product was ever touched in the tenant; until then every read is an empty 403. */
  isProvisioned: boolean;
  billing: BillingProfile;
  status: BackupServiceStatus;
  disableReason: "none" | "invalidBillingProfile" | "userRequested";
  /** "firstparty": the admin center controls; "thirdparty": an application does. */
  consumer: "unknown" | "firstparty" | "thirdparty";
  gracePeriodAt: number | null;
  restoreAllowedTillAt: number | null;
  modified: Stamp | null;
  readonly apps: Map<string, ServiceApp>;
}

/** What a request is going to do, for the rule of who may do it in which state. */
export type Purpose = "read" | "changeProtection" | "restore";

/**
 * Whether an application may act. pendingActive reads only; pendingInactive keeps all rights until the date; an
 * application that is neither cannot even read, and is answered like a tenant without the product.
 */
export function mayAct(control: ServiceControl, applicationId: string, purpose: Purpose): boolean {
  const status = control.apps.get(applicationId)?.status ?? "inactive";
  switch (status) {
    case "active":
    case "pendingInactive":
      return true;
    case "pendingActive":
      return purpose === "read";
    case "inactive":
      return false;
  }
}

/** Which lock, if any, stops the purpose in the service's status. */
export function lockAgainst(
  status: BackupServiceStatus,
  purpose: Purpose,
): "ServiceDisabled" | "ProtectionChangeLocked" | "RestoreLocked" | null {
  if (purpose === "read" || status === "enabled") {
    return null;
  }
  if (status === "disabled") {
    return "ServiceDisabled";
  }
  if (purpose === "changeProtection") {
    return "ProtectionChangeLocked";
  }
  return status === "restoreLocked" ? "RestoreLocked" : null;
}

/** The application that controls now, or null. */
export function controllerOf(control: ServiceControl): ServiceApp | null {
  for (const app of control.apps.values()) {
    if (app.status === "active" || app.status === "pendingInactive") {
      return app;
    }
  }
  return null;
}
