import { afterEach, describe, expect, test } from "@jest/globals";

import { areas } from "../../../../simulator/areas.ts";
import type { InProcessSimulator } from "../../../../simulator/protocol/in-process.ts";
import { backupSeed } from "../backup/backup-world.ts";
import { tourBackup } from "../backup/tour.ts";
import { sixTenantSeed } from "../multitenant/six-tenants.ts";
import { OWNER, smallEstate } from "../small-estate.ts";
import { tourContent } from "./content-tour.ts";
import { tourDirectory } from "./directory-tour.ts";
import { type DrivenSimulator, openDrivenSimulator } from "./driven-simulator.ts";
import { tourMultitenant } from "./multitenant-tour.ts";
import { throughFetch, throughOfficialClient } from "./transports.ts";

interface Tour {
  readonly seed: () => unknown;
  readonly run: (simulator: InProcessSimulator) => Promise<void>;
}

/** Who adds an area adds a tour of it. */
const TOURS: Readonly<Record<string, Tour>> = {
  directory: { seed: smallEstate, run: tourDirectory },
  content: { seed: smallEstate, run: tourContent },
  backup: { seed: backupSeed, run: tourBackup },
  multitenant: { seed: sixTenantSeed, run: tourMultitenant },
};

let simulator: DrivenSimulator | null = null;

afterEach(async () => {
  await simulator?.stop();
  simulator = null;
});

describe.each([
  ["Microsoft's own client", throughOfficialClient],
  ["fetch", throughFetch],
])("through %s", (_, transport) => {
  test.each(areas.filter(({ routes }) => routes.length > 0))(
    "every route of $name answers what the metadata says",
    async ({ name, routes }) => {
      const tour = TOURS[name];
      if (tour === undefined) throw new Error(`No tour drives the area "${name}".`);
      simulator = await openDrivenSimulator(tour.seed(), transport);
      await tour.run(simulator);
      const { answered } = simulator;
      const missing = routes
        .map((route) => `${route.method} ${route.path}`)
        .filter((route) => !answered.has(route));
      expect(missing).toEqual([]);
    },
  );

  test("a refusal arrives with its code and both request ids", async () => {
    simulator = await openDrivenSimulator(smallEstate(), transport);
    const answer = await simulator.fetch("/v1.0/users/nobody@contoso.com", {
      token: await simulator.token(OWNER),
    });
    expect(answer).toMatchObject({
      status: 404,
      headers: { "request-id": expect.any(String), "client-request-id": expect.any(String) },
      body: { error: { code: "Request_ResourceNotFound" } },
    });
  });
});
