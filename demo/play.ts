import { z } from "zod";
import { joinActClock } from "./act-clock.ts";
import { playOnboarding } from "./acts/onboarding.ts";
import { playRestore } from "./acts/restore.ts";
import { playVerification } from "./acts/verification.ts";
import { createAppClient, type People, readPeople } from "./app-client.ts";
import { SAMPLE_ESTATE_FILE } from "./built-files.ts";
import { type DataDirectory, dataDirectory, readJson, removeFile } from "./data-files.ts";
import { createGraphReader, type GraphReader } from "./graph-reader.ts";
import type { Narrator } from "./narrator.ts";
import { type Ports, type RunningCopy, startCopy } from "./processes.ts";
import { type ActName, type ActResult, openProgress, type ProgressFile } from "./progress.ts";
import { type Estate, readEstate } from "./seed-file.ts";
import { appSettings, createSettingsFile } from "./settings.ts";
import type { Stage } from "./stage.ts";

export interface PlayOptions {
  readonly dataPath: string;
  readonly ports: Ports;
  readonly narrator: Narrator;
  /** Play the acts again although they are done. */
  readonly isAgain: boolean;
}

/** A copy whose acts have been played; it goes on serving until it is stopped. */
export interface Played {
  readonly copy: RunningCopy;
  readonly people: People;
  readonly directory: DataDirectory;
  readonly results: Readonly<Record<ActName, ActResult>>;
}

/** Starts everything and plays the acts that are not done yet. @throws Error with one sentence for people. */
export async function play(options: PlayOptions): Promise<Played> {
  const directory = dataDirectory(options.dataPath);
  await refuseDirectoryInUse(directory);
  const estate = await readEstate(SAMPLE_ESTATE_FILE);
  const progress = await openProgress(directory);
  if (options.isAgain) {
    await progress.again();
  }
  const settings = appSettings(estate);
  await createSettingsFile(directory, settings);
  const copy = await startCopy({
    directory,
    estate,
    seedFile: SAMPLE_ESTATE_FILE,
    ports: options.ports,
    settings,
  });
  const stop = async () => {
    await copy.stop();
    await removeFile(directory.runFile);
  };
  try {
    const people = await readPeople(directory.settings);
    const results = await Promise.race([
      playActs({ ...options, directory, estate, progress, copy, people }),
      copy.unexpectedEnd,
    ]);
    return { copy: { ...copy, stop }, people, directory, results };
  } catch (error) {
    await stop();
    throw error;
  }
}

const RunFile = z.object({
  launcher: z.object({ pid: z.number() }),
  host: z.object({ url: z.string() }),
});

/** A directory whose launcher lives and whose host answers is somebody's. What a crash left behind is taken over. */
async function refuseDirectoryInUse(directory: DataDirectory): Promise<void> {
  const run = RunFile.safeParse(await readJson(directory.runFile));
  if (!run.success) {
    return;
  }
  const { launcher, host } = run.data;
  try {
    process.kill(launcher.pid, 0);
    await fetch(new URL("/api/health", host.url), { signal: AbortSignal.timeout(2_000) });
  } catch {
    return;
  }
  throw new Error(
    `The data directory ${directory.path} is in use by process ${launcher.pid}, which serves ${host.url}; stop it or choose another with --data.`,
  );
}

async function playActs(parts: {
  readonly directory: DataDirectory;
  readonly estate: Estate;
  readonly progress: ProgressFile;
  readonly copy: RunningCopy;
  readonly people: People;
  readonly narrator: Narrator;
  readonly isAgain: boolean;
}): Promise<Record<ActName, ActResult>> {
  const { copy, progress, estate } = parts;
  const clock = await joinActClock(copy.internalUrl);
  try {
    const { verification, restore, onboarding } = progress.progress;
    if (verification.result && restore.result && onboarding.result) {
      parts.narrator.say("All acts were played before; only serving. Use --again to repeat them.");
      await clock.goOnAtRealSpeed();
      return {
        verification: verification.result,
        restore: restore.result,
        onboarding: onboarding.result,
      };
    }
    await clock.jump();
    const stage: Stage = {
      estate,
      directory: parts.directory,
      clock,
      narrator: parts.narrator,
      progress,
      simulatorUrl: copy.simulatorUrl,
      requester: createAppClient(copy.hostUrl, parts.people.requester),
      approver: createAppClient(copy.hostUrl, parts.people.approver),
      reader: (tenantId): Promise<GraphReader> =>
        createGraphReader(copy.simulatorUrl, tenantId, estate.application),
    };
    const results = {
      verification: verification.result ?? (await playVerification(stage)),
      restore: restore.result ?? (await playRestore(stage)),
      onboarding: onboarding.result ?? (await playOnboarding(stage)),
    };
    await clock.goOnAtRealSpeed();
    return results;
  } finally {
    await clock.close();
  }
}
