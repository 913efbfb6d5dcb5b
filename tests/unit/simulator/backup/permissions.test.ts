import { expect, test } from "@jest/globals";
import { backupArea } from "../../../../simulator/backup/area.ts";

/** First matching row decides; permissions as `microsoft-graph-devx-content` lists them (2026-08-07). */
const EXPECTED: readonly (readonly [RegExp, read: string, write: string])[] = [
  [/\/restorePoints/, "Search.Read.All", "Search.Read.All"],
  [/BrowseSessions|browseSessions/, "Restore.ReadWrite.All", "Restore.ReadWrite.All"],
  [/\/granular\w+RestoreArtifacts$/, "Restore.ReadWrite.All", "Restore.ReadWrite.All"],
  [/RestoreSessions|restoreSessions/, "Restore.Read.All", "Restore.ReadWrite.All"],
  [/emailNotificationsSetting/, "Control.ReadWrite.All", "Control.ReadWrite.All"],
  [/serviceApps|enable$|backupRestore$/, "Control.Read.All", "Control.ReadWrite.All"],
  [/./, "Configuration.Read.All", "Configuration.ReadWrite.All"],
];

const DELEGATED_ONLY = [
  "POST serviceApps/{appId}/activate",
  "POST serviceApps/{appId}/deactivate",
  "POST protectionUnits/{unitId}/offboard",
  "POST protectionUnits/{unitId}/cancelOffboard",
  "PATCH emailNotificationsSetting",
];

test("each route asks for the permission of the table", () => {
  for (const { method, path, permissions } of backupArea.routes) {
    const [, read = "", write = ""] = EXPECTED.find(([pattern]) => pattern.test(path)) ?? [];
    const least = `BackupRestore-${method === "GET" ? read : write}`;
    expect({ method, path, least: permissions.delegated?.[0] }).toEqual({ method, path, least });
    const more = permissions.delegated?.slice(1) ?? [];
    expect(more.every((name) => name === least.replace(".Read.", ".ReadWrite."))).toBe(true);
  }
});

test("only a person may do what the documentation reserves for people", () => {
  const reserved = backupArea.routes
    .filter(({ permissions }) => permissions.application === null)
    .map(({ method, path }) => `${method} ${path.replace("/solutions/backupRestore/", "")}`);
  expect(reserved.sort((a, b) => a.localeCompare(b))).toEqual(
    [...DELEGATED_ONLY].sort((a, b) => a.localeCompare(b)),
  );
});
