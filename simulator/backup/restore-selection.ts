import { contentState } from "../content/content.ts";
import { sizeOf, type ContentSize } from "../content/content-size.ts";
import type { ItemVersion } from "../content/item.ts";
import type { World } from "../core/world.ts";
import { subtreeOf } from "./browse-item.ts";
import { matchesMessage, parseMessageExpression } from "./message-expression.ts";
import { containerOf } from "./protectable.ts";
import type { Selection } from "./restore-session.ts";
import type { Service } from "./service-kind.ts";

/** What a restore brings back of the items of a point: all of them (null), found messages, or a file or folder. */
export function selectItems(
  items: readonly ItemVersion[],
  selection: Selection | null,
): readonly ItemVersion[] {
  if (selection === null) return items;
  if (selection.kind === "item") return subtreeOf(items, selection.itemId);
  const expression = parseMessageExpression(selection.expression);
  return expression === null ? [] : items.filter((item) => matchesMessage(expression, item));
}

/**
 * How much a restore of a point is about. Whole units that nobody has written to are estimated, so that thousands of
 * them cost nothing; drafts are not backed up and do not count.
 */
export function restoreSize(
  source: { readonly world: World; readonly tenantId: string; readonly now: number },
  unit: { readonly service: Service; readonly resourceId: string },
  part: { readonly pointAt: number; readonly selection: Selection | null },
): ContentSize {
  const container = containerOf(source, unit);
  if (container === null) return { bytes: 0, items: 0 };
  const content = contentState.of(source);
  if (part.selection === null && !content.isTouched(container)) {
    return content.expectedSize(container);
  }
  const chosen = selectItems(content.list(container, part.pointAt), part.selection);
  return sizeOf(chosen.filter(({ message }) => message?.isDraft !== true));
}
