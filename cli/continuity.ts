import { Command } from "commander";
import { createDemoCommand } from "./demo-command.ts";
import { hostCommand } from "./host-command.ts";
import { createInstancesCommand } from "./instances-command.ts";
import { createReplayCommand } from "./replay-command.ts";
import { createScenarioCommand } from "./scenario-command.ts";
import { createSimulateCommand } from "./simulate-command.ts";
import { createStartCommand } from "./start-command.ts";

await new Command("continuity")
  .description("Proof of recoverability for Microsoft 365")
  .addCommand(createStartCommand())
  .addCommand(createDemoCommand())
  .addCommand(hostCommand)
  .addCommand(createSimulateCommand())
  .addCommand(createScenarioCommand())
  .addCommand(createInstancesCommand())
  .addCommand(createReplayCommand())
  .parseAsync();
