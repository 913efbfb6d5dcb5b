import { Link, makeStyles, mergeClasses, SkeletonItem, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { NARROW_STYLE } from "../../components/media.ts";

const useStyles = makeStyles({
  tile: {
    display: "flex",
    flexDirection: "column",
    gap: "2px",
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
    minHeight: "112px",
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
    color: tokens.colorNeutralForeground1,
    ":hover": {
      textDecorationLine: "none",
      color: tokens.colorNeutralForeground1,
      backgroundColor: tokens.colorNeutralBackground1Hover,
    },
    [NARROW_STYLE]: { padding: "10px 12px" },
  },
  urgent: {
    borderTopColor: tokens.colorPaletteMarigoldBorderActive,
    borderRightColor: tokens.colorPaletteMarigoldBorderActive,
    borderBottomColor: tokens.colorPaletteMarigoldBorderActive,
    borderLeftColor: tokens.colorPaletteMarigoldBorderActive,
  },
  title: { fontSize: tokens.fontSizeBase300, color: tokens.colorNeutralForeground2 },
  value: {
    fontSize: tokens.fontSizeHero800,
    lineHeight: tokens.lineHeightHero800,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: "tabular-nums",
  },
  detail: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground3 },
});

interface TileProps {
  readonly title: string;
  readonly href: string;
  /** Undefined while it is not known. */
  readonly value: string | undefined;
  readonly detail: ReactNode;
  readonly isUrgent?: boolean;
}

/** One number of the estate; leads to what it counts. */
export function Tile({ title, href, value, detail, isUrgent = false }: TileProps) {
  const styles = useStyles();
  return (
    <Link
      href={href}
      appearance="subtle"
      className={mergeClasses(styles.tile, isUrgent && styles.urgent)}
    >
      <span className={styles.title}>{title}</span>
      <span className={styles.value}>
        {value ?? <SkeletonItem as="span" size={32} style={{ width: 64, display: "block" }} />}
      </span>
      <span className={styles.detail}>{detail}</span>
    </Link>
  );
}
