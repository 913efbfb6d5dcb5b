// `continuity host` without the other commands, which take longer to load than a killed host lives.
import { hostCommand } from "../../../dist/cli/host-command.js";

// A test that keeps a host through one death and the next one's recovery says only then where it dies itself.
process.on("message", (where) => {
  globalThis[Symbol.for("azure-functions-host.crash-point")].dieAt(where);
  process.send("told");
});

await hostCommand.parseAsync(process.argv.slice(2), { from: "user" });
