import { makeStyles, tokens } from "@fluentui/react-components";
import { useServerNow } from "./server-clock.tsx";
import { relativeText } from "./wording.ts";

// The page is in English; a viewer's own English keeps its order of day and month.
const LOCALE = navigator.language.startsWith("en") ? navigator.language : "en-GB";

const SHORT = new Intl.DateTimeFormat(LOCALE, {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});
const FULL = new Intl.DateTimeFormat(LOCALE, { dateStyle: "full", timeStyle: "long" });

export const instantText = (at: number): string => SHORT.format(at);

export const zoneText = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

const useStyles = makeStyles({
  relative: { color: tokens.colorNeutralForeground3, whiteSpace: "nowrap" },
  absolute: { whiteSpace: "nowrap" },
});

interface InstantTextProps {
  readonly at: string;
  /** Both by default; the other form is always in the tooltip. */
  readonly show?: "both" | "absolute" | "relative";
}

/** An instant in the viewer's zone, and how long ago it is by the server's clock. */
export function InstantText({ at, show = "both" }: InstantTextProps) {
  const styles = useStyles();
  const now = useServerNow();
  const instant = Date.parse(at);
  const relative = relativeText(instant, now);
  return (
    <time dateTime={at} title={`${FULL.format(instant)} (${relative})`}>
      {show !== "relative" && <span className={styles.absolute}>{instantText(instant)}</span>}
      {show === "both" && " · "}
      {show !== "absolute" && <span className={styles.relative}>{relative}</span>}
    </time>
  );
}
