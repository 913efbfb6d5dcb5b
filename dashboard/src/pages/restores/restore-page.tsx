import { makeStyles, MessageBar, MessageBarBody, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import type { RestoreRun } from "../../../../src/contracts/restore.ts";
import { restoreQuery, tenantsQuery } from "../../api/queries.ts";
import { CopyText } from "../../components/copy-text.tsx";
import { Facts } from "../../components/facts.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Page } from "../../components/page.tsx";
import { Panel } from "../../components/panel.tsx";
import { ProblemMessage } from "../../components/problem-message.tsx";
import { SegmentBar, SegmentLegend } from "../../components/segment-bar.tsx";
import { WaitingMessage } from "../../components/waiting-message.tsx";
import { tenantNames } from "../../rules/estate.ts";
import { DESTINATION_MEANINGS } from "../../rules/restore-plan.ts";
import { outcomeSegments } from "../../rules/segments.ts";
import { countText, shortHash } from "../../rules/words.ts";
import { InstantText } from "../../time/instant-text.tsx";
import { ApprovalMessage } from "./approval-message.tsx";
import { RestoreUnits } from "./restore-units.tsx";
import { RunActions, useRunAction } from "./run-actions.tsx";
import { RunBadges } from "./run-badges.tsx";
import { Waves } from "./waves.tsx";

const useStyles = makeStyles({
  progress: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
  facts: { paddingTop: tokens.spacingVerticalXL },
});

const PARENT = { title: "Restores", href: "#/restores" };

export function RestorePage({ id }: { readonly id: string }) {
  const query = useQuery(restoreQuery(id));
  const { data: tenants } = useQuery(tenantsQuery);
  const act = useRunAction(id);
  const { data: run } = query;
  const tenantName = run && tenantNames(tenants)(run.tenantId);
  return (
    <Page
      title={tenantName === undefined ? "Restore run" : `Restore run for ${tenantName}`}
      parent={PARENT}
      badges={run && <RunBadges run={run} />}
      actions={run && <RunActions run={run} act={act} />}
      {...(run === undefined
        ? {}
        : {
            lead: (
              <>
                Restores {DESTINATION_MEANINGS[run.destination].name}, to the state of{" "}
                <InstantText at={run.restoreTo} />
              </>
            ),
          })}
    >
      {act.isError && <ProblemMessage error={act.error} />}
      <Loaded query={query} rows={8}>
        {(loaded) => (
          <>
            <RunMessages run={loaded} tenantName={tenantName ?? loaded.tenantId} />
            <Progress run={loaded} />
            <Waves run={loaded} />
            <RestoreUnits run={loaded} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

interface RunMessagesProps {
  readonly run: RestoreRun;
  readonly tenantName: string;
}

function RunMessages({ run, tenantName }: RunMessagesProps) {
  return (
    <>
      {run.message !== null && (
        <MessageBar intent={run.state === "failed" ? "error" : "warning"} layout="multiline">
          <MessageBarBody>{run.message}</MessageBarBody>
        </MessageBar>
      )}
      {run.state === "waitingForApproval" ? (
        <ApprovalMessage run={run} tenantName={tenantName} />
      ) : (
        run.waiting !== null && <WaitingMessage waiting={run.waiting} />
      )}
    </>
  );
}

function Progress({ run }: { readonly run: RestoreRun }) {
  const styles = useStyles();
  const segments = outcomeSegments(run.counts);
  return (
    <Panel title="Outcome" aside={`${countText(run.counts.asked)} units asked for`}>
      <div className={styles.progress}>
        <SegmentBar segments={segments} isTall />
        <SegmentLegend segments={segments} />
      </div>
      <div className={styles.facts}>
        <Facts
          facts={{
            "Asked by": run.requestedBy.name,
            "Asked for": <InstantText at={run.requestedAt} />,
            "Approved by": run.approvedBy?.name,
            Approved: run.approvedAt && <InstantText at={run.approvedAt} />,
            "Cancelled by": run.cancelledBy?.name,
            Finished: run.finishedAt && <InstantText at={run.finishedAt} />,
            "Plan hash": run.planHash && (
              <CopyText
                text={run.planHash}
                shown={`${shortHash(run.planHash)}…`}
                what="plan hash"
              />
            ),
            "Run id": <CopyText text={run.id} what="run id" />,
          }}
        />
      </div>
    </Panel>
  );
}
