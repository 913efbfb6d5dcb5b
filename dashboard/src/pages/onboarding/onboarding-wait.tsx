import {
  makeStyles,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  tokens,
} from "@fluentui/react-components";
import type { TenantOnboarding } from "../../../../src/contracts/onboarding.ts";
import { CopyText } from "../../components/copy-text.tsx";
import { NextLook, WaitingMessage } from "../../components/waiting-message.tsx";
import { InstantText } from "../../time/instant-text.tsx";

const useStyles = makeStyles({
  facts: {
    display: "grid",
    gridTemplateColumns: "max-content minmax(0, 1fr)",
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}`,
    margin: `${tokens.spacingVerticalS} 0`,
    alignItems: "center",
  },
  term: { color: tokens.colorNeutralForeground3 },
  value: { margin: 0, minWidth: 0, overflowWrap: "anywhere" },
  quiet: { color: tokens.colorNeutralForeground2 },
});

/** What an onboarding waits for: a step that only a signed-in person may take comes first, with how to take it. */
export function OnboardingWait({ onboarding }: { readonly onboarding: TenantOnboarding }) {
  const styles = useStyles();
  const { operatorAction, waiting } = onboarding;
  if (operatorAction === null) {
    return waiting === null ? null : <WaitingMessage waiting={waiting} />;
  }
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>Operator action</MessageBarTitle>
        {operatorAction.instruction}
        <dl className={styles.facts}>
          <dt className={styles.term}>Request</dt>
          <dd className={styles.value}>
            <CopyText text={operatorAction.request} what="request" />
          </dd>
          <dt className={styles.term}>Needs</dt>
          <dd className={styles.value}>{operatorAction.permission}</dd>
        </dl>
        <div className={styles.quiet}>
          Microsoft allows this only to a signed-in person. The onboarding sees by itself when it
          was done and goes on.
          {waiting !== null && (
            <>
              {" "}
              It waits until <InstantText at={waiting.deadline} />
              {waiting.nextLookAt !== null && (
                <>
                  {" and looks again "}
                  <NextLook at={waiting.nextLookAt} />
                </>
              )}
              .
            </>
          )}
        </div>
      </MessageBarBody>
    </MessageBar>
  );
}
