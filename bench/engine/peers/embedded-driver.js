// Runs one library engine with the client in the same process, told by the benchmark over IPC what to do.
import { finish, measureScenarios } from "../scenarios.ts";

const peer = await import(new URL(process.argv[2], import.meta.url).href);
const engine = await peer.open();

const orders = {
  async measure({ plan }) {
    await measureScenarios(engine, plan, (name, value) =>
      process.send({ type: "figure", name, value }),
    );
  },
  async hold({ count }) {
    for (let started = 0; started < count; started += 64) {
      const size = Math.min(64, count - started);
      await Promise.all(Array.from({ length: size }, () => engine.hold()));
    }
  },
  async finish({ count }) {
    await finish(engine, count);
  },
  resumed: () => Promise.resolve(engine.resumed()),
};

async function obey(order) {
  try {
    const count = await orders[order.type](order);
    process.send({ type: "done", count });
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}

process.on("message", (order) => void obey(order));
process.on("disconnect", () => process.exit());
process.send("ready");
