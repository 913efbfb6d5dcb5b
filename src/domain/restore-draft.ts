/** A draft session as Graph lists it. */
export interface DraftSession {
  readonly id: string;
  readonly status: string;
  /** `createdBy.application.id`; null where Graph does not say. */
  readonly applicationId: string | null;
  /** ISO instant; null where Graph does not say. */
  readonly createdDateTime: string | null;
}

/** What was recorded before a session was asked for. */
export interface DraftIntent {
  /** ISO instant by our clock. */
  readonly at: string;
  /** Drafts of our application that were there already. */
  readonly knownDraftIds: readonly string[];
}

/** Graph's clock and ours may differ by so much. */
export const CLOCK_SKEW_MS = 5 * 60 * 1000;

/** Whether a session is a draft of our application; what Graph does not say for sure is not ours. */
export const isOwnDraft = (session: DraftSession, clientId: string): boolean =>
  session.status === "draft" &&
  session.applicationId !== null &&
  session.applicationId.toLowerCase() === clientId.toLowerCase();

/**
 * Whether a draft may be what an interrupted request created: ours, newer than the intent (allowing for clocks that
 * differ), and not there before. Whether it is empty and in no ledger row is for the caller to read.
 */
export function isFromIntent(
  session: DraftSession,
  intent: DraftIntent,
  clientId: string,
): boolean {
  if (!isOwnDraft(session, clientId) || session.createdDateTime === null) {
    return false;
  }
  return (
    Date.parse(session.createdDateTime) >= Date.parse(intent.at) - CLOCK_SKEW_MS &&
    !intent.knownDraftIds.includes(session.id)
  );
}
