import type { EntityMessage } from "./effect.ts";
import { entityIdOf } from "./entity-record.ts";
import { HistoryEventType } from "./history-event.ts";
import type { Turn } from "./instance-rows.ts";
import type { EntitySend } from "./turn-draft.ts";

/** Releases for every lock that a history asked for and did not give back: what a termination has to send. */
export function releasesOf(turns: readonly Turn[]): EntitySend[] {
  const held = new Map<string, EntitySend>();
  for (const event of turns.flatMap((turn) => turn.events)) {
    if (event.EventType !== HistoryEventType.EventSent) {
      continue;
    }
    const { id, parent, lockset } = JSON.parse(event.Input) as EntityMessage;
    if (event.Name === "release") {
      held.delete(`${id} ${event.InstanceId}`);
    }
    for (const entity of lockset ?? []) {
      const target = entityIdOf(entity);
      held.set(`${id} ${target}`, {
        target,
        eventName: "release",
        message: { id, ...(parent === undefined ? {} : { parent }) },
        notBefore: null,
      });
    }
  }
  return [...held.values()];
}
