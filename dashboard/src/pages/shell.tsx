import { Link, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { type ReactNode, useEffect, useRef } from "react";
import { NARROW_STYLE, useIsNarrow } from "../components/media.ts";
import { ProductMark } from "../components/product-mark.tsx";
import { useRoute } from "../routing/use-route.ts";
import { HealthMessage, ServerTime } from "./server-state.tsx";
import { PersonMenu } from "./person-menu.tsx";
import { SECTIONS } from "./sections.tsx";

const useStyles = makeStyles({
  shell: {
    display: "grid",
    gridTemplateColumns: "232px minmax(0, 1fr)",
    minHeight: "100dvh",
    [NARROW_STYLE]: { display: "block" },
  },
  rail: {
    position: "sticky",
    top: 0,
    height: "100dvh",
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalL,
    padding: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalM}`,
    backgroundColor: tokens.colorNeutralBackground3,
    borderRight: `1px solid ${tokens.colorNeutralStroke2}`,
    overflowY: "auto",
  },
  top: {
    position: "sticky",
    top: 0,
    zIndex: 2,
    display: "flex",
    alignItems: "center",
    justifyContent: "space-between",
    height: "52px",
    padding: "0 8px 0 12px",
    backgroundColor: tokens.colorNeutralBackground3,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  brand: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    padding: `0 ${tokens.spacingHorizontalXS}`,
    color: tokens.colorNeutralForeground1,
    ":hover": { textDecorationLine: "none", color: tokens.colorNeutralForeground1 },
  },
  fill: { flexGrow: 1 },
  skip: {
    position: "absolute",
    insetInlineStart: "8px",
    top: "-60px",
    zIndex: 3,
    padding: "8px 12px",
    backgroundColor: tokens.colorNeutralBackground1,
    ":focus": { top: "8px" },
  },
  main: { minWidth: 0, outlineStyle: "none" },
});

interface ShellProps {
  readonly signOut: "local" | "platform";
  readonly children: ReactNode;
}

/** Navigation, who is signed in, the server's time; the page in the middle. */
export function Shell({ signOut, children }: ShellProps) {
  const styles = useStyles();
  const isNarrow = useIsNarrow();
  const main = useRef<HTMLElement>(null);
  const place = useRoute().path.join("/");
  useEffect(() => {
    // A new page starts at its top, and the keyboard goes on inside it.
    globalThis.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [place]);
  const brand = (
    <Link className={styles.brand} href="#/" appearance="subtle">
      <ProductMark />
      <Text weight="semibold" size={400}>
        m365-continuity
      </Text>
    </Link>
  );
  return (
    <div className={styles.shell}>
      <a
        className={styles.skip}
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the content
      </a>
      {isNarrow ? (
        <div className={styles.top}>
          {brand}
          <PersonMenu signOut={signOut} isCompact />
        </div>
      ) : (
        <div className={styles.rail}>
          {brand}
          <SectionLinks isNarrow={false} />
          <div className={styles.fill} />
          <ServerTime />
          <PersonMenu signOut={signOut} isCompact={false} />
        </div>
      )}
      <main ref={main} tabIndex={-1} className={styles.main}>
        <HealthMessage />
        {children}
      </main>
      {isNarrow && <SectionLinks isNarrow />}
    </div>
  );
}

const useLinkStyles = makeStyles({
  list: { display: "flex", flexDirection: "column", gap: "2px" },
  bottom: {
    position: "fixed",
    insetInline: 0,
    bottom: 0,
    zIndex: 2,
    display: "grid",
    gridTemplateColumns: "repeat(5, 1fr)",
    backgroundColor: tokens.colorNeutralBackground3,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    paddingBottom: "env(safe-area-inset-bottom)",
  },
  link: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    padding: "8px 10px",
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground2,
    ":hover": {
      backgroundColor: tokens.colorNeutralBackground3Hover,
      textDecorationLine: "none",
      color: tokens.colorNeutralForeground1,
    },
  },
  small: {
    flexDirection: "column",
    gap: "2px",
    padding: "7px 0 6px",
    fontSize: tokens.fontSizeBase100,
    borderRadius: 0,
  },
  active: {
    color: tokens.colorBrandForeground1,
    fontWeight: tokens.fontWeightSemibold,
    ":hover": { color: tokens.colorBrandForeground1 },
  },
  activeWide: { backgroundColor: tokens.colorNeutralBackground3Selected },
  icon: { fontSize: "20px", lineHeight: 0 },
});

function SectionLinks({ isNarrow }: { readonly isNarrow: boolean }) {
  const styles = useLinkStyles();
  const [current = ""] = useRoute().path;
  return (
    <nav aria-label="Sections" className={isNarrow ? styles.bottom : styles.list}>
      {SECTIONS.map(({ title, path, href, icon, activeIcon }) => {
        const isActive = path === current;
        return (
          <Link
            key={path}
            href={href}
            appearance="subtle"
            {...(isActive ? { "aria-current": "page" as const } : {})}
            className={mergeClasses(
              styles.link,
              isNarrow && styles.small,
              isActive && styles.active,
              isActive && !isNarrow && styles.activeWide,
            )}
          >
            <span className={styles.icon}>{isActive ? activeIcon : icon}</span>
            {title}
          </Link>
        );
      })}
    </nav>
  );
}
