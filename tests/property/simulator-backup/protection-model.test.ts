import { expect, test } from "@jest/globals";
import * as fc from "fast-check";

import { createInProcessSimulator } from "../../../simulator/protocol/in-process.ts";
import {
  ADATUM,
  BackupClient,
  backupSeed,
  CONTOSO,
} from "../../contract/simulator/backup/backup-world.ts";
import { groupId, userIds } from "../../contract/simulator/backup/provocations.ts";
import { BackupModel, MINUTES } from "./backup-model.ts";
import { controlSteps, steps } from "./backup-model-steps.ts";
import type { Real } from "./backup-model-world.ts";

/** Durations without jitter, so that the model knows every status at every instant. */
const DURATIONS = {
  policyProcessing: MINUTES.policyProcessing,
  unitAddition: MINUTES.unitAddition,
  perThousandUnits: 0,
  firstPoint: MINUTES.firstPoint,
  bulkJob: MINUTES.bulkJob,
  rule: MINUTES.rule,
  scheduling: 2,
  restore: {
    site: [{ units: 1, minutes: MINUTES.restore }],
    drive: [{ units: 1, minutes: MINUTES.restore }],
    mailbox: [{ units: 1, minutes: MINUTES.restore }],
    unitsPerHour: 1_000,
  },
};

async function open(): Promise<{ model: BackupModel; real: Real }> {
  const seed = { ...(backupSeed() as object), durations: { backup: DURATIONS } };
  const sim = createInProcessSimulator({ seed });
  const client = new BackupClient(sim, ADATUM);
  await client.ask("POST", "/enable", { appOwnerTenantId: CONTOSO });
  const users = await userIds(client);
  const sites = await sim.fetch("/v1.0/sites/getAllSites", { token: await sim.token(ADATUM) });
  const { value } = sites.body as {
    value: { id: string; displayName: string; isPersonalSite?: boolean }[];
  };
  const named = value.filter(({ isPersonalSite }) => isPersonalSite !== true);
  const real: Real = {
    client,
    competitor: new BackupClient(sim, ADATUM, { application: 1 }),
    admin: new BackupClient(sim, ADATUM, { isDelegated: true }),
    things: {
      sharePoint: named.map(({ id }) => id),
      oneDriveForBusiness: users,
      exchange: users,
    },
    siteNames: named.map(({ displayName }) => displayName),
    groupId: await groupId(client),
  };
  const members = await sim.fetch(`/v1.0/groups/${real.groupId}/members?$select=id`, {
    token: await sim.token(ADATUM),
  });
  const ids = (members.body as { value: { id: string }[] }).value.map(({ id }) => id);
  expect([named.length, ids.length]).toEqual([3, 5]);
  return { model: new BackupModel(ids), real };
}

const assertAgreement = (
  arbitraries: typeof steps,
  options: { readonly maxCommands: number; readonly numRuns: number },
) =>
  fc.assert(
    fc.asyncProperty(
      fc.commands(arbitraries, { maxCommands: options.maxCommands, size: "max" }),
      async (commands) => {
        const opened = await open();
        await fc.asyncModelRun(() => opened, commands);
      },
    ),
    { numRuns: options.numRuns },
  );

test("policies of three services, units, rules, jobs and sessions agree with a small model whatever is asked when", async () => {
  await assertAgreement(steps, { maxCommands: 50, numRuns: 25 });
});

test("they agree while controllers come and go, too", async () => {
  await assertAgreement([...steps, ...controlSteps, ...controlSteps], {
    maxCommands: 50,
    numRuns: 25,
  });
});
