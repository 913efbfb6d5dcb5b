import { app as functions } from "@azure/functions";
import { readMessage } from "../../api/onboarding-message.ts";
import { rejectMessage, startOnboardingOf } from "../../api/start-onboarding.ts";
import { app } from "../../composition.ts";
import { ONBOARDING_POISON_QUEUE, ONBOARDING_QUEUE } from "../../contracts/onboarding.ts";
import { durableClientInput, orchestrationClient } from "../../durable/client.ts";

functions.storageQueue("tenantOnboarding", {
  queueName: ONBOARDING_QUEUE,
  connection: "AzureWebJobsStorage",
  extraInputs: [durableClientInput()],
  handler: async (given, context) => {
    const read = readMessage(given);
    if (read.kind === "malformed") {
      const messageId = context.triggerMetadata?.["id"];
      await rejectMessage(
        app,
        typeof messageId === "string" ? messageId : context.invocationId,
        read,
      );
      context.warn(`A message went to ${ONBOARDING_POISON_QUEUE}: ${read.reason}`);
      return;
    }
    const { tenantId } = read.message;
    const outcome = await startOnboardingOf(app, orchestrationClient(context), read.message);
    context.log(
      outcome === "started"
        ? `Onboarding of tenant ${tenantId} started.`
        : `Tenant ${tenantId} is being onboarded already; the message joins that.`,
    );
  },
});
