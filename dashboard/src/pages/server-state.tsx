import {
  Caption1,
  makeStyles,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  tokens,
} from "@fluentui/react-components";
import { Clock16Regular } from "@fluentui/react-icons/svg/clock";
import { useQuery } from "@tanstack/react-query";
import { healthQuery } from "../api/queries.ts";
import { problemOf } from "../api/problem.ts";
import { instantText } from "../time/instant-text.tsx";
import { useClockDifference, useServerNow } from "../time/server-clock.tsx";
import { durationText } from "../time/wording.ts";

const useStyles = makeStyles({
  time: {
    display: "flex",
    gap: tokens.spacingHorizontalS,
    padding: "0 10px",
    color: tokens.colorNeutralForeground3,
  },
  lines: { display: "flex", flexDirection: "column" },
  message: { padding: "12px 12px 0" },
});

/** Two devices' clocks are never quite the same; more than this is worth a word. */
const WORTH_MENTIONING_MS = 120_000;

/** The server's time: the clock of a local installation may be far from this device's. */
export function ServerTime() {
  const styles = useStyles();
  const now = useServerNow();
  const aheadMs = useClockDifference();
  return (
    <div className={styles.time}>
      <Clock16Regular aria-hidden />
      <div className={styles.lines}>
        <Caption1>Server time</Caption1>
        <Caption1>{instantText(now)}</Caption1>
        {Math.abs(aheadMs) > WORTH_MENTIONING_MS && (
          <Caption1>
            {durationText(aheadMs)} {aheadMs > 0 ? "ahead of" : "behind"} this device
          </Caption1>
        )}
      </div>
    </div>
  );
}

/** Says when the app, or something that it needs, does not work. */
export function HealthMessage() {
  const styles = useStyles();
  const { data, error } = useQuery(healthQuery);
  if (error === null && data?.health.status !== "unhealthy") {
    return null;
  }
  const checks = Object.entries(data?.health.checks ?? {}).map(([name, is]) => `${name}: ${is}`);
  const detail = error === null ? checks.join(", ") : problemOf(error).detail;
  return (
    <div className={styles.message}>
      <MessageBar intent="error" layout="multiline" role="alert">
        <MessageBarBody>
          <MessageBarTitle>The app does not work as it should</MessageBarTitle>
          {detail} What is shown may be out of date.
        </MessageBarBody>
      </MessageBar>
    </div>
  );
}
