import { makeStyles, ToggleButton, tokens } from "@fluentui/react-components";
import type { Tone } from "../rules/tone.ts";
import { countText, wordsOf } from "../rules/words.ts";
import { ToneDot } from "./segment-bar.tsx";

const useStyles = makeStyles({
  group: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalXS },
  pill: { minWidth: "auto", gap: tokens.spacingHorizontalXS },
  count: { fontVariantNumeric: "tabular-nums", color: tokens.colorNeutralForeground3 },
});

interface FilterPillsProps {
  readonly label: string;
  readonly options: readonly {
    readonly value: string;
    readonly tone: Tone;
    /** Null when it is not known how many there are. */
    readonly count: number | null;
  }[];
  /** Empty for all. */
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A choice of one state or all, with the number in each where it is known. */
export function FilterPills({ label, options, value, onChange }: FilterPillsProps) {
  const styles = useStyles();
  return (
    <div role="group" aria-label={label} className={styles.group}>
      <ToggleButton
        size="small"
        shape="circular"
        className={styles.pill}
        checked={value === ""}
        onClick={() => onChange("")}
      >
        all
      </ToggleButton>
      {options.map((option) => (
        <ToggleButton
          key={option.value}
          size="small"
          shape="circular"
          className={styles.pill}
          checked={value === option.value}
          onClick={() => onChange(value === option.value ? "" : option.value)}
        >
          <ToneDot tone={option.tone} />
          {wordsOf(option.value)}
          {option.count !== null && <span className={styles.count}>{countText(option.count)}</span>}
        </ToggleButton>
      ))}
    </div>
  );
}
