import type { Area } from "../core/area.ts";
import { directoryEvents, directoryState } from "./directory.ts";
import { directoryRoutes } from "./routes.ts";
import { directoryWriteRoutes } from "./write-routes.ts";

export const directoryArea: Area = {
  name: "directory",
  states: [directoryState],
  events: directoryEvents,
  transitions: [],
  routes: [...directoryRoutes, ...directoryWriteRoutes],
};
