import {
  makeStyles,
  MessageBar,
  MessageBarBody,
  mergeClasses,
  tokens,
} from "@fluentui/react-components";
import type { RestoreRun } from "../../../../src/contracts/restore.ts";
import { DESTINATION_MEANINGS, plannedUnits } from "../../rules/restore-plan.ts";
import { pluralText, SHORT_HASH_LENGTH, unitsText } from "../../rules/words.ts";
import { InstantText } from "../../time/instant-text.tsx";

const useStyles = makeStyles({
  facts: {
    display: "grid",
    gridTemplateColumns: "max-content minmax(0, 1fr)",
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}`,
    margin: 0,
  },
  term: { color: tokens.colorNeutralForeground3 },
  value: { margin: 0 },
  hash: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: "anywhere",
  },
  head: {
    padding: "1px 3px",
    borderRadius: tokens.borderRadiusSmall,
    backgroundColor: tokens.colorBrandBackground2,
    color: tokens.colorBrandForeground2,
    fontWeight: tokens.fontWeightBold,
    fontSize: tokens.fontSizeBase300,
  },
});

interface PlanSummaryProps {
  readonly run: RestoreRun;
  readonly tenantName: string;
  readonly planHash: string;
}

/** What will be done when the plan is approved. */
export function PlanSummary({ run, tenantName, planHash }: PlanSummaryProps) {
  const styles = useStyles();
  const { effect, name } = DESTINATION_MEANINGS[run.destination];
  return (
    <>
      <dl className={styles.facts}>
        <dt className={styles.term}>Tenant</dt>
        <dd className={styles.value}>{tenantName}</dd>
        <dt className={styles.term}>Restore to</dt>
        <dd className={styles.value}>
          <InstantText at={run.restoreTo} />
        </dd>
        <dt className={styles.term}>Destination</dt>
        <dd className={styles.value}>{name}</dd>
        <dt className={styles.term}>Units</dt>
        <dd className={styles.value}>
          <PlannedUnits run={run} />
        </dd>
        <dt className={styles.term}>Asked by</dt>
        <dd className={styles.value}>
          {run.requestedBy.name}, <InstantText at={run.requestedAt} show="relative" />
        </dd>
        <dt className={styles.term}>Plan hash</dt>
        <dd className={mergeClasses(styles.value, styles.hash)}>
          <span className={styles.head}>{planHash.slice(0, SHORT_HASH_LENGTH)}</span>
          {planHash.slice(SHORT_HASH_LENGTH)}
        </dd>
      </dl>
      <MessageBar intent={run.destination === "inPlace" ? "warning" : "info"} layout="multiline">
        <MessageBarBody>{effect}</MessageBarBody>
      </MessageBar>
    </>
  );
}

function PlannedUnits({ run }: Pick<PlanSummaryProps, "run">) {
  const planned = plannedUnits(run.waves);
  const { skipped, failed } = run.counts;
  return (
    <>
      {planned.length === 0
        ? pluralText(run.counts.planned, "unit")
        : planned.map(({ workload, units, waves }) => (
            <div key={workload}>
              {unitsText(workload, units)} in {pluralText(waves, "wave")}
            </div>
          ))}
      {skipped + failed > 0 && (
        <div>
          {pluralText(skipped + failed, "unit")} of {run.counts.asked} cannot be restored; the list
          of units says why.
        </div>
      )}
    </>
  );
}
