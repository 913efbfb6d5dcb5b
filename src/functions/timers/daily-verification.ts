import { app as functions } from "@azure/functions";
import { beginVerification, TENANTS_PER_VERIFICATION } from "../../api/start-verification.ts";
import { app } from "../../composition.ts";
import type { TenantOnboarding } from "../../contracts/onboarding.ts";
import { durableClientInput, orchestrationClient } from "../../durable/client.ts";
import { readKnownTenants } from "../../store/tenants.ts";

functions.timer("verifyBackupsDaily", {
  schedule: "%VerificationSchedule%",
  extraInputs: [durableClientInput()],
  handler: async (_timer, context) => {
    const known = await readKnownTenants<TenantOnboarding>(app.tables, app.config.tenants);
    // A tenant whose onboarding is under way is not expected to be protected yet.
    const due = known.filter(
      ({ isConfigured, onboarding }) => isConfigured || onboarding?.state === "completed",
    );
    const actor = { objectId: "timer", name: "Daily verification" };
    for (let start = 0; start < due.length; start += TENANTS_PER_VERIFICATION) {
      const tenants = due.slice(start, start + TENANTS_PER_VERIFICATION);
      const id = await beginVerification(app, orchestrationClient(context), actor, tenants);
      context.log(`Verification ${id} of ${tenants.length} tenants started.`);
    }
  },
});
