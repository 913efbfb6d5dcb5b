import { backupArea } from "./backup/area.ts";
import type { Area } from "./core/area.ts";
import { directoryArea } from "./directory/area.ts";
import { contentArea } from "./content/area.ts";
import { multitenantArea } from "./multitenant/area.ts";
import { scenariosArea } from "./scenarios/scenarios.ts";

/** Everything the simulator knows of Graph. */
export const areas: readonly Area[] = [
  directoryArea,
  contentArea,
  backupArea,
  multitenantArea,
  scenariosArea,
];
