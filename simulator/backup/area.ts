import type { Area } from "../core/area.ts";
import { backupState } from "./backup-state.ts";
import {
  bulkJobCompleted,
  bulkJobCreated,
  ruleChanged,
  ruleCreated,
  ruleDeleted,
} from "./bulk-events.ts";
import {
  billingChanged,
  serviceAppChanged,
  serviceAppDeleted,
  serviceAppRegistered,
  serviceChanged,
  settingsChanged,
} from "./control-events.ts";
import {
  browseSessionCreated,
  emailNotificationsChanged,
  messagesSearched,
} from "./browse-events.ts";
import { backupBetaRoutes } from "./beta-routes.ts";
import { browseRoutes } from "./browse-routes.ts";
import { emailRoutes } from "./email-routes.ts";
import { bulkJobDue, bulkJobRoutes } from "./bulk-job-routes.ts";
import { bulkRestoreDue } from "./bulk-restore.ts";
import { bulkRestoreRoutes } from "./bulk-restore-routes.ts";
import { policyRoutes } from "./policy-routes.ts";
import {
  policyActivated,
  policyCreated,
  policyDeactivated,
  policyDeleted,
  policyRenamed,
  resourceHeld,
  unitFailed,
  unitOffboardCancelled,
  unitOffboarded,
  unitOffboardRequested,
  unitsAdded,
  unitsReleased,
  unitStalled,
} from "./protection-events.ts";
import { artifactDue } from "./restore-execution.ts";
import { restorePointRoutes } from "./restore-point-routes.ts";
import { ruleDaily, ruleDue } from "./rule-evaluation.ts";
import { ruleRoutes } from "./rule-routes.ts";
import { controllerSwitched, serviceOrphaned, serviceRoutes } from "./service-routes.ts";
import {
  artifactFailed,
  artifactRestored,
  bulkRestoreDeleted,
  bulkRestoreRequested,
  bulkRestoreResolved,
  sessionActivated,
  sessionCreated,
  sessionDeleted,
  sessionPatched,
} from "./session-events.ts";
import { sessionRoutes } from "./session-routes.ts";
import { unitOffboardDue, unitRoutes } from "./unit-routes.ts";

/** Microsoft 365 Backup Storage: everything under `/solutions/backupRestore`. */
export const backupArea: Area = {
  name: "backup",
  states: [backupState],
  events: [
    serviceAppRegistered,
    serviceAppChanged,
    serviceAppDeleted,
    serviceChanged,
    billingChanged,
    settingsChanged,
    policyCreated,
    policyRenamed,
    policyDeleted,
    policyActivated,
    policyDeactivated,
    unitsAdded,
    unitsReleased,
    unitFailed,
    unitStalled,
    resourceHeld,
    unitOffboardRequested,
    unitOffboarded,
    unitOffboardCancelled,
    bulkJobCreated,
    bulkJobCompleted,
    ruleCreated,
    ruleChanged,
    ruleDeleted,
    sessionCreated,
    sessionPatched,
    sessionDeleted,
    sessionActivated,
    artifactRestored,
    artifactFailed,
    bulkRestoreRequested,
    bulkRestoreResolved,
    bulkRestoreDeleted,
    messagesSearched,
    browseSessionCreated,
    emailNotificationsChanged,
  ],
  transitions: [
    unitOffboardDue,
    controllerSwitched,
    serviceOrphaned,
    bulkJobDue,
    ruleDue,
    ruleDaily,
    artifactDue,
    bulkRestoreDue,
  ],
  routes: [
    ...serviceRoutes,
    ...policyRoutes,
    ...unitRoutes,
    ...bulkJobRoutes,
    ...ruleRoutes,
    ...restorePointRoutes,
    ...sessionRoutes,
    ...bulkRestoreRoutes,
    ...browseRoutes,
    ...emailRoutes,
  ],
  betaRoutes: backupBetaRoutes,
};
