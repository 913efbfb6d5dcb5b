import type { Area } from "../core/area.ts";
import { attachmentRoutes } from "./attachment-routes.ts";
import { contentEvents, contentState } from "./content.ts";
import { deltaRoutes } from "./delta-routes.ts";
import { driveReadRoutes } from "./drive-read-routes.ts";
import { driveWriteRoutes } from "./drive-write-routes.ts";
import { labelRoutes, sensitivityLabelAssigned } from "./label-routes.ts";
import { mailDeltaRoutes } from "./mail-delta-routes.ts";
import { mailFolderRoutes } from "./mail-folder-routes.ts";
import { mailRoutes } from "./mail-routes.ts";
import { sharingRoutes } from "./sharing-routes.ts";
import { sitePermissionRoutes } from "./site-permission-routes.ts";
import { siteRoutes } from "./site-routes.ts";
import { siteEvents, sitesState } from "./site.ts";
import { uploadRoutes } from "./upload-routes.ts";
import { uploadEvents, uploadState } from "./upload-session.ts";
import { versionRoutes } from "./version-routes.ts";

export const contentArea: Area = {
  name: "content",
  states: [contentState, sitesState, uploadState],
  events: [...contentEvents, ...siteEvents, ...Object.values(uploadEvents)],
  transitions: [sensitivityLabelAssigned],
  routes: [
    ...siteRoutes,
    ...sitePermissionRoutes,
    ...driveReadRoutes,
    ...driveWriteRoutes,
    ...uploadRoutes,
    ...versionRoutes,
    ...deltaRoutes,
    ...sharingRoutes,
    ...labelRoutes,
    ...mailRoutes,
    ...mailFolderRoutes,
    ...mailDeltaRoutes,
    ...attachmentRoutes,
  ],
};
