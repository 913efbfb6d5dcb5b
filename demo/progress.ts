import { z } from "zod";
import { type DataDirectory, readJson, writeJson } from "./data-files.ts";

/** The three acts, in their order. */
export const ACTS = ["verification", "restore", "onboarding"] as const;
export type ActName = (typeof ACTS)[number];

/** What an act ends with: the row of the closing table and of the last line. */
export const ActResult = z.object({
  asked: z.number(),
  done: z.number(),
  skipped: z.number(),
  failed: z.number(),
  /** How it was checked by a second read, one phrase. */
  checkedBy: z.string(),
  /** What the check found wrong, one sentence each; empty when it held. */
  objections: z.array(z.string()),
  simulatedSeconds: z.number(),
  realSeconds: z.number(),
});
export type ActResult = z.infer<typeof ActResult>;

const Affected = z.object({
  mailboxes: z.array(z.object({ id: z.string(), email: z.string() })),
  drives: z.array(z.object({ id: z.string(), ownerId: z.string(), email: z.string() })),
  sites: z.array(z.object({ id: z.string(), webUrl: z.string() })),
});

/** How far the acts are. Written before and after everything that must not happen twice. */
const Progress = z.object({
  /** Times the acts were begun; `--again` adds one. */
  round: z.number().default(1),
  verification: z
    .object({
      id: z.string().optional(),
      startedAt: z.number().optional(),
      result: ActResult.optional(),
    })
    .default({}),
  restore: z
    .object({
      startedAt: z.number().optional(),
      /** The instant whose state is wanted back. */
      witnessedAt: z.string().optional(),
      affected: Affected.optional(),
      id: z.string().optional(),
      result: ActResult.optional(),
    })
    .default({}),
  onboarding: z
    .object({
      startedAt: z.number().optional(),
      batchId: z.string().optional(),
      result: ActResult.optional(),
    })
    .default({}),
});
export type Progress = z.infer<typeof Progress>;
export type Affected = z.infer<typeof Affected>;

/** The acts' progress on disk. */
export interface ProgressFile {
  readonly progress: Progress;
  /** Changes one act's record and writes the file before it answers. */
  note<Act extends ActName>(act: Act, change: Partial<Progress[Act]>): Promise<void>;
  /** Forgets the acts, to play them again. */
  again(): Promise<void>;
}

/** Reads how far the acts were; a new directory is at the beginning. */
export async function openProgress({ progressFile }: DataDirectory): Promise<ProgressFile> {
  const progress = Progress.parse((await readJson(progressFile)) ?? {});
  return {
    progress,
    async note(act, change) {
      Object.assign(progress[act], change);
      await writeJson(progressFile, progress);
    },
    async again() {
      Object.assign(progress, Progress.parse({ round: progress.round + 1 }));
      await writeJson(progressFile, progress);
    },
  };
}
