import { answerOf } from "../../activities/answer.ts";
import { createBackupServiceActivities } from "../../activities/onboarding-backup.ts";
import { createEdgeActivities } from "../../activities/onboarding-edge.ts";
import { createMembershipActivities } from "../../activities/onboarding-membership.ts";
import { createProtectionActivities } from "../../activities/onboarding-protection.ts";
import { createOnboardingRecordActivities } from "../../activities/onboarding-record.ts";
import { app } from "../../composition.ts";
import * as contracts from "../../contracts/onboarding-orchestration.ts";
import { registerActivities } from "../../durable/register.ts";
import { openOnboarding } from "../../store/onboarding.ts";
import { openVerifications } from "../../store/verifications.ts";

const { config, graph, clock } = app;
const tables = openOnboarding(app.tables);

registerActivities(
  contracts.onboardingRecordActivities,
  createOnboardingRecordActivities({ tables: app.tables, clock }),
  answerOf,
);
registerActivities(
  contracts.backupServiceActivities,
  createBackupServiceActivities({
    graph,
    clientId: config.clientId,
    graphBaseUrl: config.graphBaseUrl,
    appOwnerTenantId: config.appOwnerTenantId,
    isWriteAllowed: config.isWriteAllowed,
  }),
  answerOf,
);
registerActivities(
  contracts.protectionActivities,
  createProtectionActivities({ graph, collected: openVerifications(app.tables), tables }),
  answerOf,
);
registerActivities(
  contracts.membershipActivities,
  createMembershipActivities({
    graph,
    clock,
    store: app.tables,
    tables,
    configuredTenants: config.tenants,
  }),
  answerOf,
);
registerActivities(
  contracts.edgeActivities,
  createEdgeActivities({ graph, clock, tables, syncGroupName: config.syncGroupName }),
  answerOf,
);
