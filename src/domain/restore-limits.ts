/** Ceilings of restores, one row each: the service's with their source, ours with their reason. */
export const RESTORE_LIMITS = {
  /** Source: concepts/backup-storage-error-codes.md, 2024-11 (TooManyActiveRestoreSessions above it). */
  activeSessionsPerTenant: 25,
  /** Artifacts in one create or PATCH. Source: concepts/backup-storage-error-codes.md, 2024-11. */
  artifactsPerRequest: 50,
  /** Ours: no total is published; 200 units keep one session's loss bounded and its outcome one page or two. */
  unitsPerWave: 200,
  /** Ours: leaves sessions of the 25 to other runs and to people. */
  parallelWavesPerWorkload: 5,
} as const;
