import type { Area } from "../core/area.ts";
import { contentDrift, contentDrifted, driftEvents, driftState } from "./content-drift.ts";
import { controllerTakeover } from "./controller-takeover.ts";
import { massDeletion } from "./mass-deletion.ts";
import { membershipChange } from "./membership-change.ts";
import { ransomware } from "./ransomware.ts";
import type { Scenario } from "./scenario.ts";
import {
  backupOffboarding,
  billingLapse,
  billingReturn,
  restoreAllowanceEnded,
  serviceGraceEnded,
} from "./service-lapse.ts";
import { resourceHold, unitFailure, unitStall } from "./unit-trouble.ts";
import { userDeletion, userRestoration } from "./user-deletion.ts";

/** Everything that can be made to happen. */
export const scenarios: readonly Scenario[] = [
  ransomware,
  massDeletion,
  contentDrift,
  membershipChange,
  userDeletion,
  userRestoration,
  controllerTakeover,
  billingLapse,
  billingReturn,
  backupOffboarding,
  unitStall,
  unitFailure,
  resourceHold,
];

/** What scenarios keep and what goes on after they have begun. */
export const scenariosArea: Area = {
  name: "scenarios",
  states: [driftState],
  events: driftEvents,
  transitions: [contentDrifted, restoreAllowanceEnded, serviceGraceEnded],
  routes: [],
};
