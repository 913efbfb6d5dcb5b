import { Command } from "commander";
import { createDemoCommand } from "./demo-command.ts";
import { hostCommand } from "./host-command.ts";
import { createSimulateCommand } from "./simulate-command.ts";
import { createStartCommand } from "./start-command.ts";

await new Command("continuity")
  .description("Proof of recoverability for Microsoft 365")
  .addCommand(createStartCommand())
  .addCommand(createDemoCommand())
  .addCommand(hostCommand)
  .addCommand(createSimulateCommand())
  .parseAsync();
