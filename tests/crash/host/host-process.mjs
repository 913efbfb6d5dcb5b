// `continuity host` without the other commands, which take longer to load than a killed host lives.
import { hostCommand } from "../../../dist/cli/host-command.js";

await hostCommand.parseAsync(process.argv.slice(2), { from: "user" });
