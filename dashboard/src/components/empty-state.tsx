import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { ReactElement, ReactNode } from "react";

const useStyles = makeStyles({
  empty: {
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    gap: tokens.spacingVerticalS,
    padding: "32px 16px",
    textAlign: "center",
    color: tokens.colorNeutralForeground3,
  },
  icon: { fontSize: "32px", lineHeight: 1, color: tokens.colorNeutralForeground4 },
  text: { maxWidth: "52ch" },
});

interface EmptyStateProps {
  readonly icon: ReactElement;
  readonly title: string;
  /** What to do next. */
  readonly children: ReactNode;
  readonly action?: ReactNode;
}

export function EmptyState({ icon, title, children, action }: EmptyStateProps) {
  const styles = useStyles();
  return (
    <div className={styles.empty}>
      <span className={styles.icon} aria-hidden>
        {icon}
      </span>
      <Text weight="semibold">{title}</Text>
      <div className={styles.text}>{children}</div>
      {action}
    </div>
  );
}
