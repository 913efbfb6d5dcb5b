import { Command } from "commander";

/** Each command brings what it runs with it, so only the one that is asked for is loaded; help needs all. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import("./start-command.ts")).createStartCommand(),
  demo: async () => (await import("./demo-command.ts")).createDemoCommand(),
  host: async () => (await import("./host-command.ts")).hostCommand,
  simulate: async () => (await import("./simulate-command.ts")).createSimulateCommand(),
  scenario: async () => (await import("./scenario-command.ts")).createScenarioCommand(),
  instances: async () => (await import("./instances-command.ts")).createInstancesCommand(),
  replay: async () => (await import("./replay-command.ts")).createReplayCommand(),
};

const asked = process.argv[2] ?? "";
const names = Object.hasOwn(COMMANDS, asked) ? [asked] : Object.keys(COMMANDS);
const program = new Command("continuity").description("Proof of recoverability for Microsoft 365");
for (const name of names) {
  program.addCommand(await COMMANDS[name]!());
}
await program.parseAsync();
