import { z } from "zod";
import { defineTransition } from "../core/area.ts";
import type { Context } from "../core/context.ts";
import { parseInstant } from "../core/iso.ts";
import { identityOf } from "../core/principal.ts";
import { defineRoute, type GraphRequest, type GraphResponse, type Route } from "../core/route.ts";
import { shapedAs } from "../core/shaped-as.ts";
import { CONTROL, delegatedOnly, openBackup, openProvisioned, refusePowerShell } from "./access.ts";
import { backupOf, type TenantBackup } from "./backup-state.ts";
import {
  serviceAppChanged,
  serviceAppDeleted,
  serviceAppRegistered,
  serviceChanged,
} from "./control-events.ts";
import { DAY_MS } from "./durations.ts";
import { refusal } from "./error-catalogue.ts";
import type { RootShape } from "./graph-shapes.ts";
import { serviceAppJson, serviceStatusJson } from "./representation.ts";
import { controllerOf, type ServiceApp } from "./service-control.ts";

export const BACKUP_ROOT = "/solutions/backupRestore";
const APPS = `${BACKUP_ROOT}/serviceApps`;

/** At the effective date the controllers change places, unless the change was taken back. */
export const controllerSwitched = defineTransition<{ appId: string; effectiveAt: number }>(
  "backup.controllerSwitched",
  (context, { appId, effectiveAt }) => {
    const { control } = backupOf(context);
    const app = control.apps.get(appId);
    if (app?.status !== "pendingActive" || app.effectiveAt !== effectiveAt) return;
    for (const other of control.apps.values()) {
      if (other.status === "pendingInactive") {
        context.emit(serviceAppChanged, {
          appId: other.id,
          status: "inactive",
          effectiveAt: null,
          by: null,
        });
      }
    }
    context.emit(serviceAppChanged, { appId, status: "active", effectiveAt, by: null });
    if (control.status !== "disabled") {
      context.emit(serviceChanged, { consumer: "thirdparty", by: null });
    }
  },
);

/** Nobody took over from a controller that unregistered. */
export const serviceOrphaned = defineTransition<{ graceEndsAt: number }>(
  "backup.serviceOrphaned",
  (context, { graceEndsAt }) => {
    const { control } = backupOf(context);
    if (control.gracePeriodAt !== graceEndsAt || controllerOf(control) !== null) return;
    context.emit(serviceChanged, {
      status: "disabled",
      disableReason: "userRequested",
      consumer: "unknown",
      gracePeriodAt: null,
      by: null,
    });
  },
);

function readRoot(request: GraphRequest): GraphResponse {
  refusePowerShell(request);
  const { control } = openProvisioned(request);
  return {
    status: 200,
    body: {
      "@odata.context": request.odataContext("solutions/backupRestore/$entity"),
      ...shapedAs<RootShape>()({
        id: request.tenantId,
        serviceStatus: serviceStatusJson(control),
      }),
    },
  };
}

const EnableBody = z.strictObject({ appOwnerTenantId: z.string() });

function enable(request: GraphRequest): GraphResponse {
  refusePowerShell(request);
  const { appOwnerTenantId } = request.parse(EnableBody, "InvalidAppOwnerTenantId");
  const { control } = openBackup(request, "read");
  const application = request.world.estate.applications.find(
    ({ clientId }) => clientId === request.principal.appId,
  );
  const accepted = [application?.homeTenantId, request.tenantId].map((id) => id?.toLowerCase());
  if (!accepted.includes(appOwnerTenantId.toLowerCase())) {
    throw refusal("enable", "InvalidAppOwnerTenantId");
  }
  if (control.billing === "unreadable") throw refusal("enable", "UnableToReadBillingProfile");
  if (control.billing === "missing") throw refusal("enable", "InvalidBillingProfile");
  if (control.status !== "enabled") {
    request.emit(serviceChanged, {
      status: "enabled",
      disableReason: "none",
      consumer: "thirdparty",
      gracePeriodAt: null,
      restoreAllowedTillAt: null,
      by: identityOf(request.principal),
    });
  }
  return {
    status: 200,
    body: {
      "@odata.context": request.odataContext("microsoft.graph.serviceStatus"),
      ...serviceStatusJson(control),
    },
  };
}

function answerApp(request: GraphRequest, status: number, app: ServiceApp): GraphResponse {
  return {
    status,
    body: {
      "@odata.context": request.odataContext("solutions/backupRestore/serviceApps/$entity"),
      ...serviceAppJson(app),
    },
    ...(status === 200
      ? {}
      : { headers: { "Content-Location": `${request.baseUrl}/v1.0${APPS}('${app.id}')` } }),
  };
}

function readApp(request: GraphRequest, tenant: TenantBackup): ServiceApp {
  const app = tenant.control.apps.get(request.param("appId").toLowerCase());
  if (app === undefined) throw refusal("serviceApp", "NotFound");
  return app;
}

function registerApp(request: GraphRequest): GraphResponse {
  refusePowerShell(request);
  request.parse(z.strictObject({}), "InvalidRequest");
  const { control } = backupOf(request);
  const appId = request.principal.appId.toLowerCase();
  if (control.apps.has(appId)) throw refusal("serviceApp", "AlreadyRegistered");
  request.emit(serviceAppRegistered, {
    appId,
    displayName: request.principal.appDisplayName,
    by: identityOf(request.principal),
  });
  return answerApp(request, 201, control.apps.get(appId) as ServiceApp);
}

const ActivateBody = z.strictObject({ effectiveDateTime: z.string().nullish() });

function activateApp(request: GraphRequest): GraphResponse {
  const { effectiveDateTime } = request.parse(ActivateBody, "InvalidRequest");
  const tenant = openProvisioned(request);
  const { control } = tenant;
  const app = readApp(request, tenant);
  const by = identityOf(request.principal);
  if (app.status === "active") return answerApp(request, 202, app);
  if ([...control.apps.values()].some(({ status }) => status === "pendingActive")) {
    throw refusal("serviceApp", "ChangePending");
  }
  const other = controllerOf(control);
  const isContested = other !== null || control.consumer === "firstparty";
  if (!isContested) {
    request.emit(serviceAppChanged, {
      appId: app.id,
      status: "active",
      effectiveAt: request.now,
      by,
    });
    if (control.gracePeriodAt !== null) {
      request.emit(serviceChanged, { gracePeriodAt: null, by });
    }
    return answerApp(request, 202, app);
  }
  const effectiveAt = parseInstant(effectiveDateTime ?? "");
  const notice = effectiveAt === null ? 0 : effectiveAt - request.now;
  if (
    effectiveAt === null ||
    notice < tenant.durations.takeoverNoticeDays.min * DAY_MS ||
    notice > tenant.durations.takeoverNoticeDays.max * DAY_MS
  ) {
    throw refusal("serviceApp", "InvalidEffectiveDateTime");
  }
  request.emit(serviceAppChanged, { appId: app.id, status: "pendingActive", effectiveAt, by });
  if (other !== null) {
    request.emit(serviceAppChanged, {
      appId: other.id,
      status: "pendingInactive",
      effectiveAt,
      by,
    });
  }
  request.schedule(effectiveAt, controllerSwitched, { appId: app.id, effectiveAt });
  return answerApp(request, 202, app);
}

/** Takes a pending activation back; the old controller stays. */
function returnControl(context: Context & Pick<GraphRequest, "principal">): void {
  for (const other of backupOf(context).control.apps.values()) {
    if (other.status === "pendingInactive") {
      context.emit(serviceAppChanged, {
        appId: other.id,
        status: "active",
        effectiveAt: null,
        by: identityOf(context.principal),
      });
    }
  }
}

function deactivateApp(request: GraphRequest): GraphResponse {
  const app = readApp(request, openProvisioned(request));
  if (app.status === "active") throw refusal("serviceApp", "DeactivateActive");
  if (app.status === "pendingActive") {
    request.emit(serviceAppChanged, {
      appId: app.id,
      status: "inactive",
      effectiveAt: null,
      by: identityOf(request.principal),
    });
    returnControl(request);
  }
  return answerApp(request, 202, app);
}

function deleteApp(request: GraphRequest): GraphResponse {
  refusePowerShell(request);
  const tenant = openProvisioned(request);
  const app = readApp(request, tenant);
  if (app.status === "pendingInactive") throw refusal("serviceApp", "DeletePendingInactive");
  const { status } = app;
  request.emit(serviceAppDeleted, { appId: app.id });
  if (status === "pendingActive") returnControl(request);
  if (status === "active") {
    const graceEndsAt = request.now + Math.round(tenant.durations.orphanGraceDays * DAY_MS);
    request.emit(serviceChanged, {
      gracePeriodAt: graceEndsAt,
      by: identityOf(request.principal),
    });
    request.schedule(graceEndsAt, serviceOrphaned, { graceEndsAt });
  }
  return { status: 204 };
}

export const serviceRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: BACKUP_ROOT,
    permissions: CONTROL.read,
    source: "backuprestoreroot-get",
    definition: "backupRestoreRoot",
    handle: readRoot,
  }),
  defineRoute({
    method: "POST",
    path: `${BACKUP_ROOT}/enable`,
    permissions: CONTROL.write,
    source: "backuprestoreroot-enable",
    definition: "serviceStatus",
    handle: enable,
  }),
  defineRoute({
    method: "GET",
    path: APPS,
    permissions: CONTROL.read,
    source: "backuprestoreroot-list-serviceapps",
    definition: "serviceApp",
    query: ["$select", "$skiptoken"],
    handle: (request) =>
      request.page({
        items: [...openProvisioned(request).control.apps.values()],
        toJson: serviceAppJson,
        context: "solutions/backupRestore/serviceApps",
      }),
  }),
  defineRoute({
    method: "POST",
    path: APPS,
    permissions: CONTROL.write,
    source: "backuprestoreroot-post-serviceapps",
    definition: "serviceApp",
    handle: registerApp,
  }),
  defineRoute({
    method: "GET",
    path: `${APPS}/{appId}`,
    permissions: CONTROL.read,
    source: "serviceapp-get",
    definition: "serviceApp",
    handle: (request) => answerApp(request, 200, readApp(request, openProvisioned(request))),
  }),
  defineRoute({
    method: "DELETE",
    path: `${APPS}/{appId}`,
    permissions: CONTROL.write,
    source: "backuprestoreroot-delete-serviceapps",
    handle: deleteApp,
  }),
  defineRoute({
    method: "POST",
    path: `${APPS}/{appId}/activate`,
    permissions: delegatedOnly(CONTROL.write),
    source: "serviceapp-activate",
    definition: "serviceApp",
    handle: activateApp,
  }),
  defineRoute({
    method: "POST",
    path: `${APPS}/{appId}/deactivate`,
    permissions: delegatedOnly(CONTROL.write),
    source: "serviceapp-deactivate",
    definition: "serviceApp",
    handle: deactivateApp,
  }),
];
