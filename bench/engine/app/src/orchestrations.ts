import { existsSync } from "node:fs";
import { app } from "@azure/functions";
import * as df from "durable-functions";

/** Steps that ended as the last of a held instance, for the measurement of recovery. */
let resumed = 0;

df.app.activity("step", { handler: (input: number) => input + 1 });

/** Never ends while the file is missing: the process has to be killed and started again. */
df.app.activity("held", {
  handler: (input: number) =>
    existsSync(process.env["BENCH_GATE"] ?? "") ? input + 1 : new Promise<never>(() => {}),
});

df.app.activity("lastStep", {
  handler: (input: number) => {
    resumed += 1;
    return input + 1;
  },
});

df.app.orchestration("one", function* (context) {
  return yield context.df.callActivity("step", 0);
});

df.app.orchestration("three", function* (context) {
  let value = 0;
  for (let step = 0; step < 3; step += 1) {
    value = (yield context.df.callActivity("step", value)) as number;
  }
  return value;
});

df.app.orchestration("fanOut", function* (context) {
  const size = context.df.getInput<number>() ?? 0;
  const tasks = Array.from({ length: size }, (_, index) => context.df.callActivity("step", index));
  const results = (yield context.df.Task.all(tasks)) as number[];
  return results.length;
});

df.app.orchestration("sequence", function* (context) {
  const size = context.df.getInput<number>() ?? 0;
  let value = 0;
  for (let step = 0; step < size; step += 1) {
    value = (yield context.df.callActivity("step", value)) as number;
  }
  return value;
});

df.app.orchestration("heldThree", function* (context) {
  let value = (yield context.df.callActivity("held", 0)) as number;
  value = (yield context.df.callActivity("step", value)) as number;
  return yield context.df.callActivity("lastStep", value);
});

/** Waits an hour, polls and continues as new, so many times. */
df.app.orchestration("hourly", function* (context) {
  const { round, rounds } = context.df.getInput<{ round: number; rounds: number }>();
  const hour = new Date(context.df.currentUtcDateTime.getTime() + 3_600_000);
  yield context.df.createTimer(hour);
  yield context.df.callActivity("step", round);
  if (round + 1 < rounds) {
    context.df.continueAsNew({ round: round + 1, rounds });
    return undefined;
  }
  return round + 1;
});

app.http("resumed", {
  methods: ["GET"],
  authLevel: "anonymous",
  handler: () => ({ jsonBody: resumed }),
});
