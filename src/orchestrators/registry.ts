import type { z } from "zod";
import * as onboarding from "../contracts/onboarding-orchestration.ts";
import * as restore from "../contracts/restore-orchestration.ts";
import * as verification from "../contracts/verification-orchestration.ts";
import type { Orchestrator } from "../durable/orchestration.ts";
import type { OrchestrationReference } from "../durable/orchestration-reference.ts";
import { checkProtection } from "./check-protection.ts";
import { onboardTenant } from "./onboard-tenant.ts";
import { planRestore } from "./plan-restore.ts";
import { protectWorkload } from "./protect-workload.ts";
import { restoreRun } from "./restore-run.ts";
import { restoreWave } from "./restore-wave.ts";
import { synchronizeEdge } from "./synchronize-edge.ts";
import { verifyBackups } from "./verify-backups.ts";
import { verifyEdge } from "./verify-edge.ts";
import { verifyTenant } from "./verify-tenant.ts";
import { verifyWorkload } from "./verify-workload.ts";

/** One orchestration with what it parses its input by. */
interface RegisteredOrchestration {
  readonly name: string;
  readonly orchestrator: Orchestrator<unknown>;
  readonly input: z.ZodType;
}

const entry = <Input, Output>(
  { name }: OrchestrationReference<Input, Output>,
  orchestrator: Orchestrator<Output>,
  input: z.ZodType<unknown, Input>,
): RegisteredOrchestration => ({ name, orchestrator, input });

/** Every orchestration of the app: what is registered, and what the prefix property is proved for. */
export const ORCHESTRATIONS: readonly RegisteredOrchestration[] = [
  entry(verification.verifyBackups, verifyBackups, verification.VerifyBackupsInput),
  entry(verification.verifyTenant, verifyTenant, verification.VerifyTenantInput),
  entry(verification.verifyWorkload, verifyWorkload, verification.VerifyWorkloadInput),
  entry(restore.restoreRun, restoreRun, restore.RestoreRunInput),
  entry(restore.planRestore, planRestore, restore.PlanRestoreInput),
  entry(restore.restoreWave, restoreWave, restore.RestoreWaveInput),
  entry(onboarding.onboardTenant, onboardTenant, onboarding.OnboardTenantInput),
  entry(onboarding.protectWorkload, protectWorkload, onboarding.ProtectWorkloadInput),
  entry(onboarding.checkProtection, checkProtection, onboarding.CheckProtectionInput),
  entry(onboarding.synchronizeEdge, synchronizeEdge, onboarding.SynchronizeEdgeInput),
  entry(onboarding.verifyEdge, verifyEdge, onboarding.VerifyEdgeInput),
];
