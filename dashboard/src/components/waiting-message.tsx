import { MessageBar, MessageBarBody, MessageBarTitle } from "@fluentui/react-components";
import type { Waiting } from "../../../src/contracts/identifiers.ts";
import { InstantText } from "../time/instant-text.tsx";
import { useServerNow } from "../time/server-clock.tsx";

/** Why something stands still, until when it waits, and when it looks again. */
export const WaitingMessage = ({ waiting }: { readonly waiting: Waiting }) => (
  <MessageBar intent="info" layout="multiline">
    <MessageBarBody>
      <MessageBarTitle>Waiting</MessageBarTitle>
      {waiting.reason}
      <div>
        Since <InstantText at={waiting.since} />. Waits until <InstantText at={waiting.deadline} />.
        {waiting.nextLookAt !== null && (
          <>
            {" "}
            Looks again <NextLook at={waiting.nextLookAt} />.
          </>
        )}
      </div>
    </MessageBarBody>
  </MessageBar>
);

/** When it looks again; a moment that has just passed is one at which it is looking. */
export function NextLook({ at }: { readonly at: string }) {
  const now = useServerNow();
  return Date.parse(at) <= now ? "any moment now" : <InstantText at={at} show="relative" />;
}
