import type { Area } from "../core/area.ts";
import { contentEvents, contentState } from "./content.ts";
import { driveReadRoutes } from "./drive-read-routes.ts";
import { driveWriteRoutes } from "./drive-write-routes.ts";
import { mailRoutes } from "./mail-routes.ts";
import { siteRoutes } from "./site-routes.ts";
import { siteEvents, sitesState } from "./site.ts";

export const contentArea: Area = {
  name: "content",
  states: [contentState, sitesState],
  events: [...contentEvents, ...siteEvents],
  transitions: [],
  routes: [...siteRoutes, ...driveReadRoutes, ...driveWriteRoutes, ...mailRoutes],
};
