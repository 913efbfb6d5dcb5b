import { z } from "zod";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { shapedAs } from "../core/shaped-as.ts";
import { CONTROL, delegatedOnly, openBackup } from "./access.ts";
import { backupOf } from "./backup-state.ts";
import { emailNotificationsChanged } from "./browse-events.ts";
import type { EmailNotificationsShape } from "./graph-shapes.ts";
import { BACKUP_ROOT } from "./service-routes.ts";

const PATH = `${BACKUP_ROOT}/emailNotificationsSetting`;

const Change = z.strictObject({
  isEnabled: z.boolean().optional(),
  additionalEvents: z.enum(["none", "restoreAndPolicyUpdates"]).optional(),
  recipients: z
    .strictObject({
      // Read-only for an application that controls: it may repeat what is, but not choose.
      role: z.literal("custom").optional(),
      customRecipients: z.array(z.strictObject({ email: z.email() })).optional(),
    })
    .optional(),
});

function answer(request: GraphRequest): GraphResponse {
  const setting = backupOf(request).emailNotifications;
  return {
    status: 200,
    body: {
      "@odata.context": request.odataContext(
        "solutions/backupRestore/emailNotificationsSetting/$entity",
      ),
      ...shapedAs<EmailNotificationsShape>()({
        id: request.tenantId,
        isEnabled: setting.isEnabled,
        additionalEvents: setting.additionalEvents,
        recipients: { role: "custom", customRecipients: setting.customRecipients },
      }),
    },
  };
}

function change(request: GraphRequest): GraphResponse {
  const body = request.parse(Change, "InvalidRequest");
  openBackup(request, "read");
  request.emit(emailNotificationsChanged, {
    changes: {
      ...(body.isEnabled === undefined ? {} : { isEnabled: body.isEnabled }),
      ...(body.additionalEvents === undefined ? {} : { additionalEvents: body.additionalEvents }),
      ...(body.recipients?.customRecipients === undefined
        ? {}
        : { customRecipients: body.recipients.customRecipients }),
    },
  });
  return answer(request);
}

export const emailRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: PATH,
    permissions: CONTROL.write,
    source: "emailnotificationssetting-get",
    definition: "emailNotificationsSetting",
    handle(request) {
      openBackup(request, "read");
      return answer(request);
    },
  }),
  defineRoute({
    method: "PATCH",
    path: PATH,
    permissions: delegatedOnly(CONTROL.write),
    source: "emailnotificationssetting-update",
    definition: "emailNotificationsSetting",
    handle: change,
  }),
];
