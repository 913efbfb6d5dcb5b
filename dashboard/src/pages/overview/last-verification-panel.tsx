import { Link, makeStyles, tokens } from "@fluentui/react-components";
import { ShieldCheckmarkRegular } from "@fluentui/react-icons/svg/shield-checkmark";
import type { TenantVerification, Verification } from "../../../../src/contracts/verification.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { NARROW_STYLE } from "../../components/media.ts";
import { Panel } from "../../components/panel.tsx";
import { SegmentBar, SegmentLegend } from "../../components/segment-bar.tsx";
import { formatRoute } from "../../routing/hash-route.ts";
import { lastEnded, tenantCounts, totalOf } from "../../rules/estate.ts";
import { verdictSegments } from "../../rules/segments.ts";
import { countText, pluralText } from "../../rules/words.ts";
import { InstantText } from "../../time/instant-text.tsx";
import {
  StartVerificationButton,
  type useStartVerification,
} from "../verifications/start-verification.tsx";

const useStyles = makeStyles({
  whole: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalM,
    paddingBottom: tokens.spacingVerticalL,
  },
  tenants: { listStyleType: "none", margin: 0, padding: 0 },
  tenant: {
    display: "grid",
    gridTemplateColumns: "minmax(90px, 150px) minmax(0, 1fr) minmax(96px, max-content)",
    gap: tokens.spacingHorizontalM,
    alignItems: "center",
    padding: `${tokens.spacingVerticalS} 0`,
    [NARROW_STYLE]: { gridTemplateColumns: "minmax(0, 1fr) max-content" },
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  bar: { [NARROW_STYLE]: { gridRowStart: 2, gridColumnStart: 1, gridColumnEnd: 3 } },
  number: {
    textAlign: "end",
    color: tokens.colorNeutralForeground3,
    fontVariantNumeric: "tabular-nums",
  },
});

interface LastVerificationPanelProps {
  readonly verifications: readonly Verification[] | undefined;
  readonly start: ReturnType<typeof useStartVerification>;
}

export function LastVerificationPanel({ verifications, start }: LastVerificationPanelProps) {
  const last = verifications && lastEnded(verifications);
  return (
    <Panel
      title="Last verification"
      aside={
        last && (
          <Link href={formatRoute(["verifications", last.id])}>
            <InstantText at={last.startedAt} />
          </Link>
        )
      }
    >
      <Loaded query={{ data: last, error: null }} rows={6}>
        {(ended) =>
          ended === null ? (
            <EmptyState
              icon={<ShieldCheckmarkRegular />}
              title="No verification has ended yet"
              action={<StartVerificationButton start={start} appearance="primary" />}
            >
              One starts every day by itself; an Operator can start one now. It changes nothing.
            </EmptyState>
          ) : (
            <Verdicts verification={ended} />
          )
        }
      </Loaded>
    </Panel>
  );
}

function Verdicts({ verification }: { readonly verification: Verification }) {
  const styles = useStyles();
  const segments = verdictSegments(verification.counts);
  return (
    <>
      <div className={styles.whole}>
        <SegmentBar segments={segments} isTall />
        <SegmentLegend segments={segments} />
      </div>
      <ul className={styles.tenants}>
        {verification.tenants.map((tenant) => (
          <TenantLine key={tenant.tenantId} verificationId={verification.id} tenant={tenant} />
        ))}
      </ul>
    </>
  );
}

interface TenantLineProps {
  readonly verificationId: string;
  readonly tenant: TenantVerification;
}

function TenantLine({ verificationId, tenant }: TenantLineProps) {
  const styles = useStyles();
  const counts = tenantCounts(tenant);
  const notFresh = totalOf(counts) - counts.fresh;
  const { tenantId, displayName, findings } = tenant;
  return (
    <li className={styles.tenant}>
      <Link href={formatRoute(["verifications", verificationId], { tenantId })}>{displayName}</Link>
      <div className={styles.bar}>
        <SegmentBar segments={verdictSegments(counts)} />
      </div>
      <span className={styles.number}>
        {totalOf(counts) === 0 ? "no verdicts" : `${countText(notFresh)} not fresh`}
        {findings.length > 0 && <div>{pluralText(findings.length, "finding")}</div>}
      </span>
    </li>
  );
}
