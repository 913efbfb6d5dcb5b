import { answerOf } from "../../activities/answer.ts";
import { createVerificationActivities } from "../../activities/verification.ts";
import { app } from "../../composition.ts";
import * as contracts from "../../contracts/verification-orchestration.ts";
import { registerActivities } from "../../durable/register.ts";
import { openVerifications } from "../../store/verifications.ts";

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
