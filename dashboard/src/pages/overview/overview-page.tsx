import { makeStyles, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import {
  batchesQuery,
  restoresQuery,
  tenantsQuery,
  verificationsQuery,
} from "../../api/queries.ts";
import { NARROW_STYLE } from "../../components/media.ts";
import { Page } from "../../components/page.tsx";
import { ProblemMessage } from "../../components/problem-message.tsx";
import { isBatchActive, isRunActive, runsToApprove } from "../../rules/activity.ts";
import { lastEnded, protectedTenants, tenantsToActOn, totalOf } from "../../rules/estate.ts";
import { countText } from "../../rules/words.ts";
import { InstantText } from "../../time/instant-text.tsx";
import {
  StartVerificationButton,
  useStartVerification,
} from "../verifications/start-verification.tsx";
import { LastVerificationPanel } from "./last-verification-panel.tsx";
import { RunningPanel } from "./running-panel.tsx";
import { Tile } from "./tile.tsx";
import { TodoPanel } from "./todo-panel.tsx";

const useStyles = makeStyles({
  tiles: {
    display: "grid",
    gridTemplateColumns: "repeat(4, minmax(0, 1fr))",
    gap: tokens.spacingHorizontalL,
    "@media (max-width: 1099px)": { gridTemplateColumns: "repeat(2, minmax(0, 1fr))" },
    [NARROW_STYLE]: { gap: tokens.spacingHorizontalS },
  },
  columns: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 3fr) minmax(0, 2fr)",
    gap: tokens.spacingHorizontalL,
    alignItems: "start",
    "@media (max-width: 1099px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  stack: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL, minWidth: 0 },
});

export function OverviewPage() {
  const styles = useStyles();
  const tenants = useQuery(tenantsQuery);
  const verifications = useQuery(verificationsQuery());
  const restores = useQuery(restoresQuery());
  const batches = useQuery(batchesQuery());
  const start = useStartVerification();
  const error =
    start.error ?? tenants.error ?? verifications.error ?? restores.error ?? batches.error;
  const runs = restores.data?.value;
  const toApprove = runs && runsToApprove(runs);
  const toActOn = tenants.data && tenantsToActOn(tenants.data);
  return (
    <Page
      title="Overview"
      lead="Could we bring everything back, today?"
      actions={<StartVerificationButton start={start} />}
    >
      {error !== null && <ProblemMessage error={error} />}
      <div className={styles.tiles}>
        <EstateTiles />
        <Tile
          title="Waiting for approval"
          href="#/restores"
          value={toApprove && countText(toApprove.length)}
          detail={
            toApprove?.length === 0 ? "no restore run waits" : "restore runs, for an Approver"
          }
          isUrgent={(toApprove?.length ?? 0) > 0}
        />
        <Tile
          title="Operator actions"
          href="#/tenants"
          value={toActOn && countText(toActOn.length)}
          detail={toActOn?.length === 0 ? "no onboarding waits" : "onboardings wait for a person"}
          isUrgent={(toActOn?.length ?? 0) > 0}
        />
      </div>
      <div className={styles.columns}>
        <LastVerificationPanel verifications={verifications.data?.value} start={start} />
        <div className={styles.stack}>
          <TodoPanel runs={toApprove} tenants={toActOn} allTenants={tenants.data} />
          <RunningPanel
            verifications={verifications.data?.value.filter(({ state }) => state === "running")}
            runs={runs?.filter((run) => isRunActive(run) && run.state !== "waitingForApproval")}
            batches={batches.data?.value.filter(isBatchActive)}
            tenants={tenants.data}
          />
        </div>
      </div>
    </Page>
  );
}

function EstateTiles() {
  const { data: tenants } = useQuery(tenantsQuery);
  const { data: verifications } = useQuery(verificationsQuery());
  const last = verifications && lastEnded(verifications.value);
  const isKnown = tenants !== undefined && last !== undefined;
  return (
    <>
      <Tile
        title="Tenants protected"
        href="#/tenants"
        value={isKnown ? countText(protectedTenants(tenants, last).length) : undefined}
        detail={
          tenants && (tenants.length === 0 ? "no tenants yet" : `of ${countText(tenants.length)}`)
        }
      />
      <Tile
        title="Fresh"
        href="#/verifications"
        value={last === undefined ? undefined : last === null ? "–" : freshShare(last.counts)}
        detail={
          last &&
          (last === null ? undefined : (
            <>
              of {countText(totalOf(last.counts))} protectables,{" "}
              <InstantText at={last.startedAt} show="relative" />
            </>
          ))
        }
      />
    </>
  );
}

/** Rounded down: 100 % is said only when it is all of them. */
function freshShare(counts: Parameters<typeof totalOf>[0]): string {
  const total = totalOf(counts);
  return total === 0 ? "–" : `${Math.floor((counts.fresh / total) * 1_000) / 10} %`;
}
