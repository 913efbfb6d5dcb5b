import { existsSync } from "node:fs";
import { createServer } from "node:http2";
import { createEndpointHandler, RestatePromise, service } from "@restatedev/restate-sdk";

let resumed = 0;

const step = (context, value) => context.run("step", () => value + 1);

const bench = service({
  name: "bench",
  handlers: {
    one: (context) => step(context, 0),
    three: async (context) => {
      let value = 0;
      for (let index = 0; index < 3; index += 1) {
        value = await step(context, value);
      }
      return value;
    },
    fanOut: async (context, size) => {
      const steps = Array.from({ length: size }, (_, index) => step(context, index));
      return (await RestatePromise.all(steps)).length;
    },
    sequence: async (context, size) => {
      let value = 0;
      for (let index = 0; index < size; index += 1) {
        value = await step(context, value);
      }
      return value;
    },
    heldThree: async (context) => {
      let value = await context.run("held", () =>
        existsSync(process.env.BENCH_GATE ?? "") ? 1 : new Promise(() => {}),
      );
      value = await step(context, value);
      return context.run("lastStep", () => {
        resumed += 1;
        return value + 1;
      });
    },
  },
});

const server = createServer(createEndpointHandler({ services: [bench] }));
server.listen(Number(process.env.BENCH_PORT), "127.0.0.1", () => process.send("ready"));
process.on("message", () => process.send(resumed));
process.on("disconnect", () => process.exit());
