import type { Area } from "../core/area.ts";
import { galleryApplicationRoutes } from "./application-routes.ts";
import { synchronizationJobRoutes } from "./job-routes.ts";
import { schemaToolRoutes } from "./schema-routes.ts";
import { onDemandRoutes } from "./on-demand-routes.ts";
import { multiTenantOrganizationRoutes } from "./organization-routes.ts";
import {
  joinRequestChanged,
  memberAdded,
  memberJoined,
  memberRemovalAsked,
  memberRemoved,
  memberRoleChanged,
  memberRoleWished,
  organizationCreated,
  organizationRenamed,
  organizationState,
  partnerDeleted,
  partnerSaved,
  policyChanged,
} from "./organization-state.ts";
import { joinSettled, removalSettled, roleChangeSettled } from "./organization-transitions.ts";
import { crossTenantPolicyRoutes } from "./policy-routes.ts";
import { provisioningLogRoutes } from "./provisioning-log.ts";
import { cycleDue, cycleStep } from "./synchronization-cycle.ts";
import {
  assignmentCreated,
  assignmentDeleted,
  configurationCreated,
  configurationDeleted,
  cycleBegan,
  cycleEnded,
  cyclePlanned,
  jobCreated,
  jobDeleted,
  jobStarted,
  jobStopped,
  schemaSaved,
  secretsSaved,
  synchronizationState,
  usersExported,
} from "./synchronization-state.ts";
import { policyTemplateRoutes } from "./template-routes.ts";
import { timingsChanged, timingState } from "./timing-settings.ts";

/** Multitenant organizations, cross-tenant access policies and cross-tenant synchronization. */
export const multitenantArea: Area = {
  name: "multitenant",
  states: [organizationState, synchronizationState, timingState],
  events: [
    organizationCreated,
    organizationRenamed,
    memberAdded,
    memberRoleWished,
    memberRoleChanged,
    memberRemovalAsked,
    memberRemoved,
    joinRequestChanged,
    memberJoined,
    partnerSaved,
    partnerDeleted,
    policyChanged,
    configurationCreated,
    configurationDeleted,
    secretsSaved,
    assignmentCreated,
    assignmentDeleted,
    jobCreated,
    jobDeleted,
    schemaSaved,
    jobStarted,
    jobStopped,
    cyclePlanned,
    cycleBegan,
    usersExported,
    cycleEnded,
    timingsChanged,
  ],
  transitions: [joinSettled, roleChangeSettled, removalSettled, cycleDue, cycleStep],
  routes: [
    ...multiTenantOrganizationRoutes,
    ...crossTenantPolicyRoutes,
    ...policyTemplateRoutes,
    ...galleryApplicationRoutes,
    ...synchronizationJobRoutes,
    ...schemaToolRoutes,
    ...onDemandRoutes,
    ...provisioningLogRoutes,
  ],
};
