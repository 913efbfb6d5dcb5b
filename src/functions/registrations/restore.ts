import { answerOf } from "../../activities/answer.ts";
import type { RestoreDependencies } from "../../activities/restore-dependencies.ts";
import { createRestorePlanActivities } from "../../activities/restore-planning.ts";
import { createRestoreRunActivities } from "../../activities/restore-run.ts";
import { createRestoreWaveActivities } from "../../activities/restore-wave.ts";
import { app } from "../../composition.ts";
import * as contracts from "../../contracts/restore-orchestration.ts";
import { registerActivities, registerOrchestration } from "../../durable/register.ts";
import { planRestore } from "../../orchestrators/plan-restore.ts";
import { restoreRun } from "../../orchestrators/restore-run.ts";
import { restoreWave } from "../../orchestrators/restore-wave.ts";
import { openRestores } from "../../store/restores.ts";

registerOrchestration(contracts.restoreRun, restoreRun);
registerOrchestration(contracts.planRestore, planRestore);
registerOrchestration(contracts.restoreWave, restoreWave);

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
