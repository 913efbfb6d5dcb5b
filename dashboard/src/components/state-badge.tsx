import {
  Badge,
  type BadgeProps,
  makeStyles,
  mergeClasses,
  tokens,
} from "@fluentui/react-components";
import { ArrowSync16Regular } from "@fluentui/react-icons/svg/arrow-sync";
import { CheckmarkCircle16Filled } from "@fluentui/react-icons/svg/checkmark-circle";
import { Circle16Regular } from "@fluentui/react-icons/svg/circle";
import { DismissCircle16Filled } from "@fluentui/react-icons/svg/dismiss-circle";
import { ShieldDismiss16Filled } from "@fluentui/react-icons/svg/shield-dismiss";
import { SubtractCircle16Filled } from "@fluentui/react-icons/svg/subtract-circle";
import { Warning16Filled } from "@fluentui/react-icons/svg/warning";
import type { ReactElement } from "react";
import type { Tone } from "../rules/tone.ts";
import { wordsOf } from "../rules/words.ts";

/** Colour never stands alone: each tone has its icon. */
export const TONE_ICONS: Readonly<Record<Tone, ReactElement>> = {
  good: <CheckmarkCircle16Filled />,
  active: <ArrowSync16Regular />,
  attention: <Warning16Filled />,
  bad: <DismissCircle16Filled />,
  uncovered: <ShieldDismiss16Filled />,
  quiet: <SubtractCircle16Filled />,
  rest: <Circle16Regular />,
};

const COLORS: Readonly<Record<Tone, NonNullable<BadgeProps["color"]>>> = {
  good: "success",
  active: "brand",
  attention: "warning",
  bad: "danger",
  uncovered: "important",
  quiet: "informative",
  rest: "informative",
};

const useStyles = makeStyles({
  badge: { whiteSpace: "nowrap" },
  // The same orange as the messages that say what is to be done.
  attention: {
    color: tokens.colorStatusWarningForeground3,
    backgroundColor: tokens.colorStatusWarningBackground1,
    "::after": {
      borderTopColor: tokens.colorStatusWarningBorder1,
      borderRightColor: tokens.colorStatusWarningBorder1,
      borderBottomColor: tokens.colorStatusWarningBorder1,
      borderLeftColor: tokens.colorStatusWarningBorder1,
    },
  },
  // Not red: nothing is broken, it was never covered. The bars show it in the same purple.
  uncovered: {
    color: tokens.colorPaletteGrapeForeground2,
    backgroundColor: tokens.colorTransparentBackground,
    "::after": {
      borderTopColor: tokens.colorPaletteGrapeBorderActive,
      borderRightColor: tokens.colorPaletteGrapeBorderActive,
      borderBottomColor: tokens.colorPaletteGrapeBorderActive,
      borderLeftColor: tokens.colorPaletteGrapeBorderActive,
    },
  },
});

interface StateBadgeProps {
  readonly tone: Tone;
  /** A state in the API's own spelling. */
  readonly state: string;
  /** Shown instead, for words of Graph that stay as Graph spells them. */
  readonly label?: string;
}

export function StateBadge({ tone, state, label }: StateBadgeProps) {
  const styles = useStyles();
  return (
    <Badge
      appearance={tone === "rest" ? "outline" : "tint"}
      color={COLORS[tone]}
      icon={TONE_ICONS[tone]}
      size="large"
      className={mergeClasses(
        styles.badge,
        tone === "attention" && styles.attention,
        tone === "uncovered" && styles.uncovered,
      )}
    >
      {label ?? wordsOf(state)}
    </Badge>
  );
}
