import { makeStyles, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import type { Verification } from "../../../../src/contracts/verification.ts";
import { verificationQuery } from "../../api/queries.ts";
import { Facts } from "../../components/facts.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Page } from "../../components/page.tsx";
import { Panel } from "../../components/panel.tsx";
import { SegmentBar, SegmentLegend } from "../../components/segment-bar.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { WaitingMessage } from "../../components/waiting-message.tsx";
import { verdictSegments } from "../../rules/segments.ts";
import { totalOf } from "../../rules/estate.ts";
import { VERIFICATION_TONES } from "../../rules/tone.ts";
import { countText } from "../../rules/words.ts";
import { InstantText } from "../../time/instant-text.tsx";
import { ageText, durationText } from "../../time/wording.ts";
import { VerdictMatrix } from "./verdict-matrix.tsx";
import { VerdictUnits } from "./verdict-units.tsx";

const useStyles = makeStyles({
  verdicts: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
  facts: { paddingTop: tokens.spacingVerticalXL },
});

const PARENT = { title: "Verifications", href: "#/verifications" };

export function VerificationPage({ id }: { readonly id: string }) {
  const query = useQuery(verificationQuery(id));
  const { data } = query;
  return (
    <Page
      title="Verification"
      parent={PARENT}
      badges={data && <StateBadge tone={VERIFICATION_TONES[data.state]} state={data.state} />}
      {...(data === undefined ? {} : { lead: <InstantText at={data.startedAt} /> })}
    >
      <Loaded query={query} rows={8}>
        {(verification) => (
          <>
            {verification.waiting !== null && <WaitingMessage waiting={verification.waiting} />}
            <Summary verification={verification} />
            <VerdictMatrix verification={verification} />
            <VerdictUnits verification={verification} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Summary({ verification }: { readonly verification: Verification }) {
  const styles = useStyles();
  const { counts, startedAt, finishedAt, requestedBy, freshnessObjectiveMinutes } = verification;
  const segments = verdictSegments(counts);
  const tookMs = finishedAt === null ? null : Date.parse(finishedAt) - Date.parse(startedAt);
  return (
    <Panel title="Verdicts" aside={`${countText(totalOf(counts))} protectables`}>
      <div className={styles.verdicts}>
        <SegmentBar segments={segments} isTall />
        <SegmentLegend segments={segments} />
      </div>
      <div className={styles.facts}>
        <Facts
          facts={{
            "Asked by": requestedBy.name,
            Started: <InstantText at={startedAt} />,
            Finished: finishedAt && <InstantText at={finishedAt} />,
            // A virtual clock may stand still all the while.
            Took: tookMs === null ? null : tookMs < 1_000 ? "under 1 s" : durationText(tookMs),
            Objective: `a restore point within ${ageText(freshnessObjectiveMinutes)}`,
          }}
        />
      </div>
    </Panel>
  );
}
