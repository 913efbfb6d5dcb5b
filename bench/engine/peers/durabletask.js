import {
  InMemoryOrchestrationBackend,
  TestOrchestrationClient,
  TestOrchestrationWorker,
  whenAll,
} from "@microsoft/durabletask-js";

// The library logs every turn.
for (const level of ["log", "info", "debug", "warn"]) {
  console[level] = () => {};
}

const step = (_context, value) => value + 1;

const workflows = {
  one: async function* one(context) {
    return yield context.callActivity(step, 0);
  },
  three: async function* three(context) {
    let value = 0;
    for (let index = 0; index < 3; index += 1) {
      value = yield context.callActivity(step, value);
    }
    return value;
  },
  fanOut: async function* fanOut(context, size) {
    const tasks = Array.from({ length: size }, (_, index) => context.callActivity(step, index));
    return (yield whenAll(tasks)).length;
  },
  sequence: async function* sequence(context, size) {
    let value = 0;
    for (let index = 0; index < size; index += 1) {
      value = yield context.callActivity(step, value);
    }
    return value;
  },
};

export async function open() {
  const backend = new InMemoryOrchestrationBackend(1_000_000);
  const worker = new TestOrchestrationWorker(backend);
  const client = new TestOrchestrationClient(backend);
  worker.addActivity(step);
  Object.values(workflows).forEach((workflow) => worker.addOrchestrator(workflow));
  await worker.start();
  return {
    async run(workflow, size) {
      const id = await client.scheduleNewOrchestration(workflow, size);
      await client.waitForOrchestrationCompletion(id, false, 300);
    },
  };
}
