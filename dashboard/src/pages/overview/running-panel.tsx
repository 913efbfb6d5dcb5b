import { Link, makeStyles, tokens } from "@fluentui/react-components";
import type { OnboardingBatch, Tenant } from "../../../../src/contracts/onboarding.ts";
import type { RestoreRun } from "../../../../src/contracts/restore.ts";
import type { Verification } from "../../../../src/contracts/verification.ts";
import { Loaded } from "../../components/loaded.tsx";
import { Panel } from "../../components/panel.tsx";
import { SegmentBar } from "../../components/segment-bar.tsx";
import { formatRoute } from "../../routing/hash-route.ts";
import { tenantNames, totalOf } from "../../rules/estate.ts";
import { remainingUnits } from "../../rules/restore-plan.ts";
import {
  batchSegments,
  outcomeSegments,
  type Segment,
  verdictSegments,
} from "../../rules/segments.ts";
import { countText, pluralText, wordsOf } from "../../rules/words.ts";

const useStyles = makeStyles({
  list: {
    listStyleType: "none",
    margin: 0,
    padding: 0,
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalL,
  },
  head: {
    display: "flex",
    justifyContent: "space-between",
    gap: tokens.spacingHorizontalM,
    paddingBottom: tokens.spacingVerticalXS,
  },
  quiet: { color: tokens.colorNeutralForeground3, textAlign: "end" },
});

interface RunningPanelProps {
  readonly verifications: readonly Verification[] | undefined;
  readonly runs: readonly RestoreRun[] | undefined;
  readonly batches: readonly OnboardingBatch[] | undefined;
  readonly tenants: readonly Tenant[] | undefined;
}

interface Running {
  readonly href: string;
  readonly title: string;
  readonly detail: string;
  readonly segments: readonly Segment[];
}

/** What moves by itself now. */
export function RunningPanel(props: RunningPanelProps) {
  const styles = useStyles();
  return (
    <Panel title="Running now">
      <Loaded query={{ data: runningOf(props), error: null }} rows={2}>
        {(entries) =>
          entries.length === 0 ? (
            <span className={styles.quiet}>Nothing runs at the moment.</span>
          ) : (
            <ul className={styles.list}>
              {entries.map(({ href, title, detail, segments }) => (
                <li key={href}>
                  <div className={styles.head}>
                    <Link href={href}>{title}</Link>
                    <span className={styles.quiet}>{detail}</span>
                  </div>
                  <SegmentBar segments={segments} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}

function runningOf(props: RunningPanelProps): Running[] | undefined {
  const { verifications, runs, batches, tenants } = props;
  if (verifications === undefined || runs === undefined || batches === undefined) {
    return undefined;
  }
  const nameOf = tenantNames(tenants);
  return [
    ...runs.map((run) => ({
      href: formatRoute(["restores", run.id]),
      title: `Restore run for ${nameOf(run.tenantId)}`,
      detail: `${run.isSuspended ? "suspended" : wordsOf(run.state)}, ${countText(remainingUnits(run.counts))} remaining`,
      segments: outcomeSegments(run.counts),
    })),
    ...verifications.map((verification) => ({
      href: formatRoute(["verifications", verification.id]),
      title: "Verification",
      detail: `${pluralText(totalOf(verification.counts), "verdict")} so far`,
      segments: verdictSegments(verification.counts),
    })),
    ...batches.map((batch) => ({
      href: formatRoute(["onboarding", batch.id]),
      title: `Onboarding of ${pluralText(batch.accepted, "tenant")}`,
      detail: `${countText(batch.counts.completed)} completed`,
      segments: batchSegments(batch.counts),
    })),
  ];
}
