import { Link, makeStyles, Title2, tokens } from "@fluentui/react-components";
import { ChevronRight16Regular } from "@fluentui/react-icons/svg/chevron-right";
import { type ReactNode, useEffect } from "react";
import { NARROW_STYLE } from "./media.ts";

const useStyles = makeStyles({
  page: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXL,
    maxWidth: "1320px",
    marginInline: "auto",
    padding: `${tokens.spacingVerticalXXL} ${tokens.spacingHorizontalXXXL} 64px`,
    [NARROW_STYLE]: { padding: "16px 12px 96px", gap: tokens.spacingVerticalL },
  },
  head: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalXS },
  trail: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalXS,
    color: tokens.colorNeutralForeground3,
    minHeight: "20px",
  },
  line: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
  },
  actions: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalS,
    marginInlineStart: "auto",
    [NARROW_STYLE]: { marginInlineStart: 0, width: "100%" },
  },
  title: { overflowWrap: "anywhere" },
  lead: { color: tokens.colorNeutralForeground3, maxWidth: "72ch" },
});

interface PageProps {
  readonly title: string;
  /** The list that this page belongs to. */
  readonly parent?: { readonly title: string; readonly href: string };
  readonly lead?: ReactNode;
  /** Beside the title: states. */
  readonly badges?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Page({ title, parent, lead, badges, actions, children }: PageProps) {
  const styles = useStyles();
  useEffect(() => {
    document.title = `${title} · m365-continuity`;
  }, [title]);
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        {parent !== undefined && (
          <nav className={styles.trail} aria-label="Breadcrumb">
            <Link href={parent.href}>{parent.title}</Link>
            <ChevronRight16Regular aria-hidden />
          </nav>
        )}
        <div className={styles.line}>
          <Title2 as="h1" className={styles.title}>
            {title}
          </Title2>
          {badges}
          {actions !== undefined && <div className={styles.actions}>{actions}</div>}
        </div>
        {lead !== undefined && <div className={styles.lead}>{lead}</div>}
      </header>
      {children}
    </div>
  );
}
