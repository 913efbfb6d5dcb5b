import type { Area } from "../core/area.ts";
import { contentEvents, contentState } from "./content.ts";
import { siteEvents, sitesState } from "./site.ts";

export const contentArea: Area = {
  name: "content",
  states: [contentState, sitesState],
  events: [...contentEvents, ...siteEvents],
  transitions: [],
  routes: [],
};
