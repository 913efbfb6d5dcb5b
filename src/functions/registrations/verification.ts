import { answerOf } from "../../activities/answer.ts";
import { createVerificationActivities } from "../../activities/verification.ts";
import { app } from "../../composition.ts";
import * as contracts from "../../contracts/verification-orchestration.ts";
import { registerActivities, registerOrchestration } from "../../durable/register.ts";
import { verifyBackups } from "../../orchestrators/verify-backups.ts";
import { verifyTenant } from "../../orchestrators/verify-tenant.ts";
import { verifyWorkload } from "../../orchestrators/verify-workload.ts";
import { openVerifications } from "../../store/verifications.ts";

registerOrchestration(contracts.verifyBackups, verifyBackups);
registerOrchestration(contracts.verifyTenant, verifyTenant);
registerOrchestration(contracts.verifyWorkload, verifyWorkload);

registerActivities(
  contracts.verificationActivities,
  createVerificationActivities({
    graph: app.graph,
    tables: openVerifications(app.tables),
    clock: app.clock,
    clientId: app.config.clientId,
    freshnessObjectiveMinutes: app.config.freshnessObjectiveMinutes,
  }),
  answerOf,
);
