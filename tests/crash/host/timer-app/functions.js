import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { app } from "@azure/functions";

const clock = globalThis[Symbol.for("azure-functions-host.clock")];

/** Notes each of its runs. */
app.timer("hourly", {
  schedule: "0 0 * * * *",
  handler() {
    const at = new Date(clock.now()).toISOString();
    appendFileSync(join(process.env.LOAD_FILES, "runs"), `${process.env.LOAD_LIFE} ${at}\n`);
  },
});
