import { answerOf } from "../../activities/answer.ts";
import type { RestoreDependencies } from "../../activities/restore-dependencies.ts";
import { createRestorePlanActivities } from "../../activities/restore-planning.ts";
import { createRestoreRunActivities } from "../../activities/restore-run.ts";
import { createRestoreWaveActivities } from "../../activities/restore-wave.ts";
import { app } from "../../composition.ts";
import * as contracts from "../../contracts/restore-orchestration.ts";
import { registerActivities } from "../../durable/register.ts";
import { openRestores } from "../../store/restores.ts";

const dependencies: RestoreDependencies = {
  graph: app.graph,
  tables: openRestores(app.tables),
  documents: app.documents,
  clock: app.clock,
  clientId: app.config.clientId,
  approvalDeadlineMinutes: app.config.approvalDeadlineMinutes,
};

registerActivities(
  contracts.restorePlanActivities,
  createRestorePlanActivities(dependencies),
  answerOf,
);
registerActivities(
  contracts.restoreRunActivities,
  createRestoreRunActivities(dependencies),
  answerOf,
);
registerActivities(
  contracts.restoreWaveActivities,
  createRestoreWaveActivities(dependencies),
  answerOf,
);
