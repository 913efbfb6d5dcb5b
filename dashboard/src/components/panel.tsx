import { makeStyles, mergeClasses, Subtitle2, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";

const useStyles = makeStyles({
  panel: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
    minWidth: 0,
    overflow: "hidden",
  },
  head: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    justifyContent: "space-between",
    gap: tokens.spacingHorizontalM,
    minHeight: "48px",
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalL}`,
  },
  body: {
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL} ${tokens.spacingVerticalL}`,
  },
  // Tables and cards bring their own padding.
  flush: { padding: `0 ${tokens.spacingHorizontalXS} ${tokens.spacingVerticalXS}` },
});

interface PanelProps {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly isFlush?: boolean;
  readonly children: ReactNode;
}

export function Panel({ title, aside, isFlush = false, children }: PanelProps) {
  const styles = useStyles();
  return (
    <section className={styles.panel} aria-label={title}>
      <div className={styles.head}>
        <Subtitle2 as="h2">{title}</Subtitle2>
        {aside}
      </div>
      <div className={mergeClasses(styles.body, isFlush && styles.flush)}>{children}</div>
    </section>
  );
}
