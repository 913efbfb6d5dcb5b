import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { app, output } from "@azure/functions";

const note = (what, context) =>
  appendFileSync(
    join(process.env.LOAD_FILES, "runs"),
    `${process.env.LOAD_LIFE} ${what} ${context.triggerMetadata.dequeueCount}\n`,
  );

const work = output.storageQueue({ queueName: "work", connection: "AzureWebJobsStorage" });

/** Puts the words of the body into the queue, one message each. */
app.http("enqueue", {
  methods: ["POST"],
  authLevel: "anonymous",
  extraOutputs: [work],
  async handler(request, context) {
    context.extraOutputs.set(work, (await request.text()).split(" "));
    return { status: 202 };
  },
});

app.storageQueue("work", {
  queueName: "work",
  connection: "AzureWebJobsStorage",
  handler(message, context) {
    note(message, context);
    if (message.startsWith("bad")) {
      throw new Error("bad");
    }
  },
});

app.storageQueue("poison", {
  queueName: "work-poison",
  connection: "AzureWebJobsStorage",
  handler: (message, context) => note(`poison-${String(message)}`, context),
});
