import { makeStyles, tokens } from "@fluentui/react-components";

const useStyles = makeStyles({
  mark: { width: "28px", height: "28px", flexShrink: 0 },
  ground: { fill: tokens.colorBrandBackground },
  line: {
    fill: "none",
    stroke: tokens.colorNeutralForegroundOnBrand,
    strokeWidth: "2.4",
    strokeLinecap: "round",
    strokeLinejoin: "round",
  },
});

/** A turn back in time, and a check mark: brought back, and proved. */
export function ProductMark() {
  const styles = useStyles();
  return (
    <svg className={styles.mark} viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="8" className={styles.ground} />
      <path className={styles.line} d="M9.5 13.5A7 7 0 1 1 9 16M8 8.5v5.5h5.5" />
      <path className={styles.line} d="m13 16.2 2.3 2.3 4.2-4.6" />
    </svg>
  );
}
