import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import type { OnboardingStep } from "../../../../src/contracts/onboarding.ts";
import { TONE_ICONS } from "../../components/state-badge.tsx";
import { STEP_TONES, type Tone } from "../../rules/tone.ts";
import { STEP_WORDS, wordsOf } from "../../rules/words.ts";
import { InstantText } from "../../time/instant-text.tsx";

const useStyles = makeStyles({
  list: { listStyleType: "none", margin: 0, padding: 0 },
  step: {
    position: "relative",
    display: "grid",
    gridTemplateColumns: "16px minmax(0, 1fr)",
    columnGap: tokens.spacingHorizontalM,
    paddingBottom: tokens.spacingVerticalL,
    // The line from this step's icon to the next one's.
    "::before": {
      content: '""',
      position: "absolute",
      insetInlineStart: "7px",
      top: "24px",
      bottom: "0",
      width: "2px",
      backgroundColor: tokens.colorNeutralStroke2,
    },
    ":last-child": { paddingBottom: 0 },
    ":last-child::before": { display: "none" },
  },
  icon: { lineHeight: 0, paddingTop: "3px" },
  line: { display: "flex", flexWrap: "wrap", columnGap: tokens.spacingHorizontalS },
  name: { fontWeight: tokens.fontWeightSemibold },
  quiet: { color: tokens.colorNeutralForeground3 },
  strip: { display: "inline-flex", gap: "4px", alignItems: "center", lineHeight: 0 },
});

const useToneStyles = makeStyles({
  good: { color: tokens.colorPaletteGreenForeground1 },
  active: { color: tokens.colorBrandForeground1 },
  attention: { color: tokens.colorPaletteDarkOrangeForeground1 },
  bad: { color: tokens.colorPaletteRedForeground1 },
  uncovered: { color: tokens.colorPaletteRedForeground1 },
  quiet: { color: tokens.colorNeutralForeground3 },
  rest: { color: tokens.colorNeutralForeground4 },
});

interface StepsProps {
  readonly steps: readonly OnboardingStep[];
}

/** The steps of one onboarding, each with what was found and done. */
export function OnboardingSteps({ steps }: StepsProps) {
  const styles = useStyles();
  if (steps.length === 0) {
    return <span className={styles.quiet}>It is on the queue and starts in its turn.</span>;
  }
  return (
    <ol className={styles.list}>
      {steps.map(({ name, state, detail, at }) => (
        <li key={name} className={styles.step}>
          <StepIcon tone={STEP_TONES[state]} />
          <div>
            <div className={styles.line}>
              <span className={styles.name}>{STEP_WORDS[name]}</span>
              <span className={styles.quiet}>{wordsOf(state)}</span>
              {at !== null && (
                <span className={styles.quiet}>
                  · <InstantText at={at} show="relative" />
                </span>
              )}
            </div>
            <div>{detail}</div>
          </div>
        </li>
      ))}
    </ol>
  );
}

/** The same in a row of a list: an icon each. */
export function StepStrip({ steps }: StepsProps) {
  const styles = useStyles();
  const text = steps.map(({ name, state }) => `${STEP_WORDS[name]}: ${wordsOf(state)}`).join(", ");
  return (
    <span className={styles.strip} role="img" aria-label={text}>
      {steps.map(({ name, state }) => (
        <span key={name} title={`${STEP_WORDS[name]}: ${wordsOf(state)}`}>
          <StepIcon tone={STEP_TONES[state]} />
        </span>
      ))}
    </span>
  );
}

function StepIcon({ tone }: { readonly tone: Tone }) {
  const styles = useStyles();
  const toneStyles = useToneStyles();
  return (
    <span aria-hidden className={mergeClasses(styles.icon, toneStyles[tone])}>
      {TONE_ICONS[tone]}
    </span>
  );
}
