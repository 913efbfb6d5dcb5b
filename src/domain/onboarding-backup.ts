/** What Graph says of a tenant's backup service and of who controls it, as far as onboarding rests on it. */
export interface BackupControlReading {
  /** `backupServiceStatus`. */
  readonly status: string;
  readonly disableReason: string | null;
  /** `backupServiceConsumer`: `firstparty` when the admin center is controller. */
  readonly consumer: string | null;
  /** `serviceAppStatus` of our application; null when it is not registered. */
  readonly ownAppStatus: string | null;
  /** When our application becomes controller, while that is pending. */
  readonly effectiveDateTime: string | null;
  /** Application id of another controller; null when there is none. */
  readonly otherController: string | null;
}

/** The next thing to do for a tenant's backup service. */
export type BackupServiceNeed =
  | { readonly kind: "ready" }
  | { readonly kind: "register" }
  /** Only a signed-in administrator may do it. */
  | { readonly kind: "activate" }
  | { readonly kind: "wait"; readonly reason: string }
  | { readonly kind: "enable" }
  /** A decision for people; nothing that we may do. */
  | { readonly kind: "blocked"; readonly reason: string };

/**
 * Decides what a tenant's backup service needs. Somebody else's control is never taken over: that takes seven to thirty
 * days and ends their protection. Source: lifecycle of serviceApp, 2025.
 */
export function decideBackupService(reading: BackupControlReading): BackupServiceNeed {
  if (reading.ownAppStatus === "active") {
    return decideEnabling(reading);
  }
  if (reading.otherController !== null) {
    return blocked(
      `The application ${reading.otherController} controls the backup service; a take-over is for its owners to decide.`,
    );
  }
  switch (reading.ownAppStatus) {
    case "pendingActive":
      return {
        kind: "wait",
        reason: `Our application becomes controller of the backup service${reading.effectiveDateTime === null ? "" : ` at ${reading.effectiveDateTime}`}.`,
      };
    case "pendingInactive":
      return blocked(
        "Another application is about to take over as controller of the backup service.",
      );
    default:
  }
  if (reading.consumer === "firstparty" && reading.status !== "disabled") {
    return blocked(
      "The Microsoft 365 admin center controls the backup service; a take-over is for administrators to decide.",
    );
  }
  return { kind: reading.ownAppStatus === null ? "register" : "activate" };
}

function decideEnabling({ status, disableReason }: BackupControlReading): BackupServiceNeed {
  switch (status) {
    case "enabled":
      return { kind: "ready" };
    case "disabled":
      return disableReason === "userRequested"
        ? blocked(
            "An administrator turned the backup service off; turn it on in the admin center, then send the tenant again.",
          )
        : { kind: "enable" };
    default:
      return blocked(`The backup service is ${status}: protection cannot be changed.`);
  }
}

const blocked = (reason: string): BackupServiceNeed => ({ kind: "blocked", reason });
