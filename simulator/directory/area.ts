import type { Area } from "../core/area.ts";
import { directoryEvents, directoryState } from "./directory.ts";
import { roleEvents, roleState } from "./role-assignment.ts";
import { roleRoutes } from "./role-routes.ts";
import { managerRoutes } from "./manager-routes.ts";
import { directoryRoutes } from "./routes.ts";
import { directoryWriteRoutes } from "./write-routes.ts";

export const directoryArea: Area = {
  name: "directory",
  states: [directoryState, roleState],
  events: [...directoryEvents, ...Object.values(roleEvents)],
  transitions: [],
  routes: [...directoryRoutes, ...managerRoutes, ...directoryWriteRoutes, ...roleRoutes],
};
