import {
  Link,
  makeStyles,
  mergeClasses,
  MessageBar,
  MessageBarBody,
  Text,
  tokens,
} from "@fluentui/react-components";
import type { TenantVerification, Verdict } from "../../../../src/contracts/verification.ts";
import { ToneDot } from "../../components/segment-bar.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { formatRoute } from "../../routing/hash-route.ts";
import {
  serviceStatusTone,
  TENANT_VERIFICATION_TONES,
  VERDICT_MEANINGS,
  VERDICT_TONES,
  VERDICTS,
} from "../../rules/tone.ts";
import {
  countText,
  unitsText,
  type Workload,
  WORKLOAD_WORDS,
  WORKLOADS,
} from "../../rules/words.ts";

const useStyles = makeStyles({
  tenant: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS, minWidth: 0 },
  title: { margin: 0 },
  head: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    minHeight: "28px",
  },
  table: {
    width: "100%",
    borderCollapse: "collapse",
    tableLayout: "fixed",
    fontVariantNumeric: "tabular-nums",
  },
  cell: {
    padding: "5px 4px",
    textAlign: "end",
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
    fontWeight: tokens.fontWeightRegular,
  },
  first: { textAlign: "start", width: "34%" },
  verdict: { display: "inline-flex", alignItems: "center", gap: tokens.spacingHorizontalS },
  header: {
    padding: "4px",
    textAlign: "end",
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightRegular,
  },
  zero: { color: tokens.colorNeutralForegroundDisabled },
});

interface TenantVerdictsProps {
  readonly id: string;
  readonly tenant: TenantVerification;
  /** False where the page is about this tenant anyway. */
  readonly isNamed?: boolean;
}

/** One tenant's counts by workload and verdict; each number leads to its protectables. */
export function TenantVerdicts({ id, tenant, isNamed = true }: TenantVerdictsProps) {
  const styles = useStyles();
  const { displayName, tenantId, state, serviceStatus, findings } = tenant;
  return (
    <section className={styles.tenant} aria-label={displayName}>
      <div className={styles.head}>
        {isNamed && (
          <Text as="h3" weight="semibold" size={400} className={styles.title}>
            <Link href={formatRoute(["tenants", tenantId])}>{displayName}</Link>
          </Text>
        )}
        {state !== "completed" && (
          <StateBadge tone={TENANT_VERIFICATION_TONES[state]} state={state} />
        )}
        {(state === "completed" || serviceStatus !== null) && (
          <span title="Status of the backup service">
            <StateBadge
              tone={serviceStatusTone(serviceStatus)}
              state={serviceStatus ?? "unknown"}
              label={`service ${serviceStatus ?? "unknown"}`}
            />
          </span>
        )}
      </div>
      {findings.map((finding) => (
        <MessageBar key={finding} intent="warning" layout="multiline">
          <MessageBarBody>{finding}</MessageBarBody>
        </MessageBar>
      ))}
      <VerdictTable id={id} tenant={tenant} />
    </section>
  );
}

function VerdictTable({ id, tenant }: TenantVerdictsProps) {
  const styles = useStyles();
  return (
    <table className={styles.table} aria-label={`Verdicts of ${tenant.displayName}`}>
      <thead>
        <tr>
          <td className={styles.first} />
          {WORKLOADS.map((workload) => (
            <th key={workload} scope="col" className={styles.header}>
              {WORKLOAD_WORDS[workload].service}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {VERDICTS.map((verdict) => (
          <tr key={verdict}>
            <th
              scope="row"
              className={mergeClasses(styles.cell, styles.first)}
              title={VERDICT_MEANINGS[verdict]}
            >
              <span className={styles.verdict}>
                <ToneDot tone={VERDICT_TONES[verdict]} />
                {verdict}
              </span>
            </th>
            {WORKLOADS.map((workload) => (
              <CountCell
                key={workload}
                id={id}
                tenant={tenant}
                workload={workload}
                verdict={verdict}
              />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface CountCellProps extends TenantVerdictsProps {
  readonly workload: Workload;
  readonly verdict: Verdict;
}

function CountCell({ id, tenant, workload, verdict }: CountCellProps) {
  const styles = useStyles();
  const { tenantId, workloads } = tenant;
  const count = workloads?.[workload][verdict];
  if (count === undefined || count === 0) {
    return <td className={mergeClasses(styles.cell, styles.zero)}>{count ?? "–"}</td>;
  }
  return (
    <td className={styles.cell}>
      <Link
        href={formatRoute(["verifications", id], { tenantId, workload, verdict })}
        aria-label={`${unitsText(workload, count)} ${verdict}`}
      >
        {countText(count)}
      </Link>
    </td>
  );
}
