import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import type { Segment } from "../rules/segments.ts";
import type { Tone } from "../rules/tone.ts";
import { countText, wordsOf } from "../rules/words.ts";

const useStyles = makeStyles({
  bar: {
    display: "flex",
    gap: "2px",
    width: "100%",
    height: "8px",
    borderRadius: tokens.borderRadiusCircular,
    overflow: "hidden",
    backgroundColor: tokens.colorNeutralStroke3,
  },
  tall: { height: "14px" },
  segment: { minWidth: "4px", transitionProperty: "flex-grow", transitionDuration: "400ms" },
  legend: {
    display: "flex",
    flexWrap: "wrap",
    columnGap: tokens.spacingHorizontalL,
    rowGap: tokens.spacingVerticalXS,
    margin: 0,
    padding: 0,
    listStyleType: "none",
  },
  entry: { display: "inline-flex", alignItems: "center", gap: tokens.spacingHorizontalXS },
  dot: {
    display: "inline-block",
    width: "10px",
    height: "10px",
    borderRadius: "3px",
    flexShrink: 0,
  },
  count: { fontWeight: tokens.fontWeightSemibold, fontVariantNumeric: "tabular-nums" },
  zero: { color: tokens.colorNeutralForeground3 },
});

const useToneStyles = makeStyles({
  good: { backgroundColor: tokens.colorPaletteGreenBackground3 },
  active: { backgroundColor: tokens.colorBrandBackground },
  attention: { backgroundColor: tokens.colorPaletteMarigoldBackground3 },
  bad: { backgroundColor: tokens.colorPaletteRedBackground3 },
  uncovered: { backgroundColor: tokens.colorPaletteGrapeBorderActive },
  quiet: { backgroundColor: tokens.colorNeutralForeground4 },
  rest: { backgroundColor: tokens.colorNeutralStroke1 },
});

interface SegmentsProps {
  readonly segments: readonly Segment[];
}

/** Shares of a whole; read out as text. A small share keeps a visible width. */
export function SegmentBar({
  segments,
  isTall = false,
}: SegmentsProps & { readonly isTall?: boolean }) {
  const styles = useStyles();
  const toneStyles = useToneStyles();
  const label = segments
    .map(({ name, count }) => `${countText(count)} ${wordsOf(name)}`)
    .join(", ");
  return (
    <div className={mergeClasses(styles.bar, isTall && styles.tall)} role="img" aria-label={label}>
      {segments
        .filter(({ count }) => count > 0)
        .map(({ name, count, tone }) => (
          <div
            key={name}
            className={mergeClasses(styles.segment, toneStyles[tone])}
            style={{ flexGrow: count, flexBasis: 0 }}
            title={`${countText(count)} ${wordsOf(name)}`}
          />
        ))}
    </div>
  );
}

interface SegmentLegendProps extends SegmentsProps {
  /** In rows of lists: only what there is. */
  readonly isBrief?: boolean;
}

export function SegmentLegend({ segments, isBrief = false }: SegmentLegendProps) {
  const styles = useStyles();
  const isEmpty = segments.every(({ count }) => count === 0);
  if (isBrief && isEmpty) {
    return <span className={styles.zero}>nothing yet</span>;
  }
  const shown = isBrief ? segments.filter(({ count }) => count > 0) : segments;
  return (
    <ul className={styles.legend}>
      {shown.map(({ name, count, tone }) => (
        <li key={name} className={mergeClasses(styles.entry, count === 0 && styles.zero)}>
          <ToneDot tone={tone} />
          <span className={styles.count}>{countText(count)}</span>
          {wordsOf(name)}
        </li>
      ))}
    </ul>
  );
}

export function ToneDot({ tone }: { readonly tone: Tone }) {
  const styles = useStyles();
  const toneStyles = useToneStyles();
  return <span aria-hidden className={mergeClasses(styles.dot, toneStyles[tone])} />;
}
