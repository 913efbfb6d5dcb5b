import { existsSync } from "node:fs";
import { DBOS } from "@dbos-inc/dbos-sdk";

let resumed = 0;

const step = (value) => DBOS.runStep(() => Promise.resolve(value + 1), { name: "step" });

const workflows = {
  one: () => step(0),
  three: async () => {
    let value = 0;
    for (let index = 0; index < 3; index += 1) {
      value = await step(value);
    }
    return value;
  },
  fanOut: async (size) => {
    const results = await Promise.all(Array.from({ length: size }, (_, index) => step(index)));
    return results.length;
  },
  sequence: async (size) => {
    let value = 0;
    for (let index = 0; index < size; index += 1) {
      value = await step(value);
    }
    return value;
  },
  heldThree: async () => {
    let value = await DBOS.runStep(
      () => (existsSync(process.env.BENCH_GATE ?? "") ? Promise.resolve(1) : new Promise(() => {})),
      { name: "held" },
    );
    value = await step(value);
    return DBOS.runStep(
      () => {
        resumed += 1;
        return Promise.resolve(value + 1);
      },
      { name: "lastStep" },
    );
  },
};

export async function open() {
  DBOS.setConfig({
    name: "bench",
    systemDatabaseUrl: process.env.BENCH_POSTGRES.replace(/postgres$/, "dbos"),
    logLevel: "error",
    runAdminServer: false,
  });
  const registered = Object.fromEntries(
    Object.entries(workflows).map(([name, body]) => [name, DBOS.registerWorkflow(body, { name })]),
  );
  await DBOS.launch();
  return {
    async run(workflow, size) {
      const handle = await DBOS.startWorkflow(registered[workflow])(size);
      await handle.getResult();
    },
    hold: () => DBOS.startWorkflow(registered.heldThree)(0),
    resumed: () => resumed,
  };
}
