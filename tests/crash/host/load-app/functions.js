import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as df from "durable-functions";

/*
 * Every kind of orchestration, small. An activity notes that it ran, in a file of its own that is written before it goes on,
 * and returns a token that nobody else has: the outputs tell which run of an activity counted.
 */
const FILES = process.env.LOAD_FILES;
const LIFE = process.env.LOAD_LIFE;
/** How long an activity takes at most. */
const EFFECT_MS = Number(process.env.LOAD_EFFECT_MS ?? "1");
const clock = globalThis[Symbol.for("azure-functions-host.clock")];

function run(step) {
  const token = randomUUID();
  appendFileSync(join(FILES, "effects"), `${LIFE} ${step} ${token} ${clock.now()}\n`);
  return token;
}

df.app.activity("effect", {
  async handler(step) {
    const token = run(step);
    await new Promise((resolve) => {
      setTimeout(resolve, Math.random() * EFFECT_MS);
    });
    return token;
  },
});

/** Fails until a file says that it may succeed; the first failure of a step with a retry policy writes that file. */
df.app.activity("fragile", {
  handler({ step, mendsItself }) {
    const mended = join(FILES, `mended ${step}`);
    if (existsSync(mended)) {
      return run(step);
    }
    if (mendsItself) {
      writeFileSync(mended, "");
    }
    throw new Error("broken");
  },
});

/** Counts each note it is given, so that one that was processed twice shows. */
df.app.entity("notes", (context) => {
  const notes = context.df.getState(() => ({}));
  const note = context.df.getInput();
  notes[note] = (notes[note] ?? 0) + 1;
  context.df.setState(notes);
  context.df.return(notes[note]);
});

/** Calls the effect of a stage: those of one stage run together, and the next stage begins when all have ended. */
const effect = (context, stage, label = context.df.instanceId) =>
  context.df.callActivity("effect", `${label} ${stage}`);

const after = (context, ms) => new Date(context.df.currentUtcDateTime.getTime() + ms);

df.app.orchestration("chain", function* chain(context) {
  const tokens = [];
  for (const stage of ["0.0", "1.0", "2.0"]) {
    tokens.push(yield effect(context, stage));
  }
  return { tokens, value: null };
});

df.app.orchestration("fanOut", function* fanOut(context) {
  const first = yield effect(context, "0.0");
  const others = yield context.df.Task.all(
    Array.from({ length: 5 }, (_, index) => effect(context, `1.${index}`)),
  );
  return { tokens: [first, ...others, yield effect(context, "2.0")], value: null };
});

df.app.orchestration("child", function* child(context) {
  const label = context.df.getInput();
  return [yield effect(context, "0.0", label), yield effect(context, "1.0", label)];
});

df.app.orchestration("family", function* family(context) {
  const id = context.df.instanceId;
  const [named, unnamed] = yield context.df.Task.all([
    context.df.callSubOrchestrator("child", `${id}/named`, `${id}-child`),
    context.df.callSubOrchestrator("child", `${id}/unnamed`),
  ]);
  const last = yield context.df.callSubOrchestrator("child", `${id}/last`);
  return { tokens: [...named, ...unnamed, ...last], value: null };
});

/** Its input is how long a timer takes. */
df.app.orchestration("timers", function* timers(context) {
  const delayMs = context.df.getInput();
  const tokens = [];
  let early = 0;
  for (const stage of ["0.0", "1.0"]) {
    const due = after(context, delayMs);
    yield context.df.createTimer(due);
    early += context.df.currentUtcDateTime < due ? 1 : 0;
    tokens.push(yield effect(context, stage));
  }
  const late = context.df.createTimer(after(context, 1000 * 86_400_000));
  const work = effect(context, "2.0");
  const winner = yield context.df.Task.any([work, late]);
  if (winner === work) {
    late.cancel();
  }
  tokens.push(work.result);
  return { tokens, value: early };
});

df.app.orchestration("events", function* events(context) {
  const tokens = [];
  const value = [];
  for (const stage of [0, 1]) {
    value.push(yield context.df.waitForExternalEvent(`item-${stage}`));
    tokens.push(yield effect(context, `${stage}.0`));
  }
  return { tokens, value };
});

/** Events for later rounds have arrived before them and are carried along. */
df.app.orchestration("rounds", function* rounds(context) {
  const { round, tokens, value } = context.df.getInput();
  const item = yield context.df.waitForExternalEvent(`item-${round}`);
  const token = yield effect(context, `${round}.0`);
  const next = { round: round + 1, tokens: [...tokens, token], value: [...value, item] };
  if (next.round < 3) {
    context.df.continueAsNew(next);
    return undefined;
  }
  return { tokens: next.tokens, value: next.value };
});

df.app.orchestration("entities", function* entities(context) {
  const id = context.df.instanceId;
  const own = new df.EntityId("notes", id);
  const shared = new df.EntityId("notes", context.df.getInput());
  const value = [];
  for (let round = 0; round < 2; round += 1) {
    context.df.signalEntity(own, "add", "seen");
    value.push(yield context.df.callEntity(own, "add", "seen"));
  }
  const lock = yield context.df.lock([own, shared]);
  value.push(yield context.df.callEntity(shared, "add", id));
  const token = yield effect(context, "0.0");
  value.push(yield context.df.callEntity(own, "add", "seen"));
  lock.release();
  return { tokens: [token], value };
});

df.app.orchestration("retried", function* retried(context) {
  const retry = new df.RetryOptions(5, 3);
  const step = `${context.df.instanceId} 0.0`;
  const token = yield context.df.callActivityWithRetry("fragile", retry, {
    step,
    mendsItself: true,
  });
  return { tokens: [token], value: null };
});

df.app.orchestration("rewound", function* rewound(context) {
  const first = yield effect(context, "0.0");
  const step = `${context.df.instanceId} 1.0`;
  const second = yield context.df.callActivity("fragile", { step, mendsItself: false });
  return { tokens: [first, second], value: null };
});

/** Suspended, resumed and terminated by the test. */
df.app.orchestration("controlled", function* controlled(context) {
  const first = yield effect(context, "0.0");
  const value = yield context.df.waitForExternalEvent("go");
  return { tokens: [first, yield effect(context, "1.0")], value };
});
