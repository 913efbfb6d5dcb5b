import { defineEvent } from "../core/area.ts";
import {
  backupState,
  tenantOf,
  type BrowseSession,
  type EmailNotifications,
  type MessageSearch,
} from "./backup-state.ts";

/** A search for messages is remembered: its id is the key of a granular restore. */
export const messagesSearched = defineEvent(
  backupState,
  "backup.messagesSearched",
  (state, payload: { search: MessageSearch }, meta) => {
    tenantOf(state, meta.tenantId).searches.set(payload.search.id, payload.search);
  },
  (payload) => payload.search.id,
);

export const browseSessionCreated = defineEvent(
  backupState,
  "backup.browseSessionCreated",
  (state, payload: { session: BrowseSession }, meta) => {
    tenantOf(state, meta.tenantId).browseSessions.set(payload.session.id, payload.session);
  },
  (payload) => payload.session.id,
);

export const emailNotificationsChanged = defineEvent(
  backupState,
  "backup.emailNotificationsChanged",
  (state, payload: { changes: Partial<EmailNotifications> }, meta) => {
    Object.assign(tenantOf(state, meta.tenantId).emailNotifications, payload.changes);
  },
);
