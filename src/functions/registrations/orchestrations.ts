import { registerOrchestration } from "../../durable/register.ts";
import { ORCHESTRATIONS } from "../../orchestrators/registry.ts";

for (const { name, orchestrator } of ORCHESTRATIONS) {
  registerOrchestration({ name }, orchestrator);
}
