import { expect, test } from "@jest/globals";
import {
  lockAgainst,
  mayAct,
  type ServiceAppStatus,
  type ServiceControl,
} from "../../../../simulator/backup/service-control.ts";

test.each([
  { status: "enabled", read: null, changeProtection: null, restore: null },
  {
    status: "disabled",
    read: null,
    changeProtection: "ServiceDisabled",
    restore: "ServiceDisabled",
  },
  {
    status: "protectionChangeLocked",
    read: null,
    changeProtection: "ProtectionChangeLocked",
    restore: null,
  },
  {
    status: "restoreLocked",
    read: null,
    changeProtection: "ProtectionChangeLocked",
    restore: "RestoreLocked",
  },
] as const)("a service that is $status locks what the documentation says", (row) => {
  for (const purpose of ["read", "changeProtection", "restore"] as const) {
    expect(lockAgainst(row.status, purpose)).toBe(row[purpose]);
  }
});

function controlWith(status: ServiceAppStatus): ServiceControl {
  const stamp = { by: null, at: 0 };
  return {
    isProvisioned: true,
    billing: "valid",
    status: "enabled",
    disableReason: "none",
    consumer: "thirdparty",
    gracePeriodAt: null,
    restoreAllowedTillAt: null,
    modified: null,
    apps: new Map([
      [
        "app",
        {
          id: "app",
          displayName: "App",
          status,
          effectiveAt: null,
          registered: stamp,
          modified: stamp,
        },
      ],
    ]),
  };
}

test.each([
  { status: "active", read: true, changeProtection: true, restore: true },
  { status: "pendingInactive", read: true, changeProtection: true, restore: true },
  { status: "pendingActive", read: true, changeProtection: false, restore: false },
  { status: "inactive", read: false, changeProtection: false, restore: false },
] as const)("an application that is $status may do what the life cycle says", (row) => {
  const control = controlWith(row.status);
  for (const purpose of ["read", "changeProtection", "restore"] as const) {
    expect(mayAct(control, "app", purpose)).toBe(row[purpose]);
    expect(mayAct(control, "stranger", purpose)).toBe(false);
  }
});
