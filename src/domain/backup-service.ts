/** What Graph says of a tenant's backup service, as far as a finding rests on it. */
export interface ServiceReading {
  /** `backupServiceStatus`. */
  readonly status: string;
  readonly disableReason: string | null;
  readonly gracePeriodDateTime: string | null;
  readonly restoreAllowedTillDateTime: string | null;
  /** `serviceAppStatus` of our application; null when it is not registered. */
  readonly ownServiceAppStatus: string | null;
  /** Whether any application is the controller, ours or another. */
  readonly hasOtherController: boolean;
}

/**
 * What is wrong with the service itself, one sentence each, the worst first; empty when nothing is. Statuses as in the
 * v1.0 metadata of 2026-08; what each allows is from the resource page of serviceStatus.
 */
export function serviceFindings(reading: ServiceReading): string[] {
  const findings: string[] = [];
  switch (reading.status) {
    case "enabled":
      break;
    case "protectionChangeLocked":
      findings.push("Policies and units cannot be changed; restores still work.");
      break;
    case "restoreLocked":
      findings.push("Neither protection changes nor restores are possible.");
      break;
    default:
      findings.push(`The backup service is ${reading.status}: nothing new is backed up.`);
  }
  if (reading.disableReason !== null && reading.disableReason !== "none") {
    findings.push(`It was disabled because of ${reading.disableReason}.`);
  }
  if (reading.gracePeriodDateTime !== null) {
    findings.push(`Its grace period ends ${reading.gracePeriodDateTime}.`);
  }
  if (reading.restoreAllowedTillDateTime !== null) {
    findings.push(`Restores are possible until ${reading.restoreAllowedTillDateTime}.`);
  }
  switch (reading.ownServiceAppStatus) {
    case "active":
      break;
    case "pendingInactive":
      findings.push("Another application is about to take over as controller of the service.");
      break;
    case "pendingActive":
      findings.push("Our application is not controller yet: until then it may only read.");
      break;
    default:
      findings.push(
        reading.hasOtherController
          ? "Another application is controller of the service: ours may only read."
          : "Our application is not controller of the service.",
      );
  }
  return findings;
}
