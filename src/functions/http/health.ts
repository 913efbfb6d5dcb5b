import { readHealth } from "../../contracts/api.ts";
import { registerOperation } from "../../api/register-operation.ts";
import { app } from "../../composition.ts";
import { openTenants, TENANTS_PARTITION } from "../../store/tenants.ts";

registerOperation(readHealth, async ({ context }) => {
  let storage = "ok";
  try {
    await openTenants(app.tables).list(TENANTS_PARTITION, { top: 1 });
  } catch (error) {
    context.error(error);
    storage = "The storage account does not answer.";
  }
  const isHealthy = storage === "ok";
  return {
    status: isHealthy ? 200 : 503,
    body: {
      status: isHealthy ? "healthy" : "unhealthy",
      checks: { storage },
      time: new Date(app.clock.now()).toISOString(),
    },
  };
});
