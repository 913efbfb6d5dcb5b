import type { TenantVerification, UnitVerdict, Verification } from "../contracts/verification.ts";
import type { Clock } from "../domain/clock.ts";
import type { GraphClient } from "../graph/graph-client.ts";
import type { VerificationTables } from "../store/verifications.ts";

/** What the activities of a verification are made from. */
export interface VerificationDependencies {
  readonly graph: GraphClient;
  readonly tables: VerificationTables<Verification, TenantVerification, UnitVerdict>;
  readonly clock: Clock;
  readonly clientId: string;
  readonly freshnessObjectiveMinutes: number;
}
