import { Link, makeStyles, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";

const useStyles = makeStyles({
  link: {
    fontWeight: tokens.fontWeightSemibold,
    // Stretched over its row or card, which is positioned: the whole of it can be clicked.
    "::after": { content: '""', position: "absolute", inset: 0 },
  },
});

/** The link to a row's own page. */
export function RowLink({
  href,
  children,
}: {
  readonly href: string;
  readonly children: ReactNode;
}) {
  const styles = useStyles();
  return (
    <Link href={href} className={styles.link}>
      {children}
    </Link>
  );
}
