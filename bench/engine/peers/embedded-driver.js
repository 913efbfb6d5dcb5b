// Runs one library engine with the client in the same process, told by the benchmark over IPC what to do.
import { finish, scenariosOf, startMany } from "../scenarios.ts";

const peer = await import(new URL(process.argv[2], import.meta.url).href);
const engine = await peer.open();

const orders = {
  async measure({ scenario, plan }) {
    await scenariosOf(plan).get(scenario)(engine, plan, (name, value) =>
      process.send({ type: "figure", name, value }),
    );
  },
  async hold({ count }) {
    await startMany(count, () => engine.hold());
  },
  finish: ({ count, limitMs }) => finish(engine, count, limitMs),
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
