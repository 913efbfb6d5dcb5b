import { Link, makeStyles, Text, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import type { OnboardingBatch, Tenant } from "../../../../src/contracts/onboarding.ts";
import { batchQuery } from "../../api/queries.ts";
import { CopyText } from "../../components/copy-text.tsx";
import { Facts } from "../../components/facts.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Page } from "../../components/page.tsx";
import { Panel } from "../../components/panel.tsx";
import { SegmentBar, SegmentLegend } from "../../components/segment-bar.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { formatRoute } from "../../routing/hash-route.ts";
import { batchSegments } from "../../rules/segments.ts";
import { ONBOARDING_TONES } from "../../rules/tone.ts";
import { pluralText } from "../../rules/words.ts";
import { InstantText } from "../../time/instant-text.tsx";
import { OnboardingSteps } from "./onboarding-steps.tsx";
import { OnboardingWait } from "./onboarding-wait.tsx";
import { RejectedRows } from "./rejected-rows.tsx";

const useStyles = makeStyles({
  states: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
  facts: { paddingTop: tokens.spacingVerticalXL },
  tenants: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 420px), 1fr))",
    gap: tokens.spacingHorizontalL,
    alignItems: "start",
  },
  steps: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
});

const PARENT = { title: "Onboarding", href: "#/onboarding" };

export function BatchPage({ id }: { readonly id: string }) {
  const styles = useStyles();
  const query = useQuery(batchQuery(id));
  const { data } = query;
  return (
    <Page
      title="Onboarding batch"
      parent={PARENT}
      {...(data === undefined ? {} : { lead: <InstantText at={data.requestedAt} /> })}
    >
      <Loaded query={query} rows={8}>
        {(batch) => (
          <>
            <Summary batch={batch} />
            {batch.rejected.length > 0 && <RejectedRows rows={batch.rejected} />}
            <div className={styles.tenants}>
              {batch.tenants.map((tenant) => (
                <TenantSteps key={tenant.tenantId} tenant={tenant} />
              ))}
            </div>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Summary({ batch }: { readonly batch: OnboardingBatch }) {
  const styles = useStyles();
  const segments = batchSegments(batch.counts);
  return (
    <Panel title="Progress" aside={pluralText(batch.accepted, "tenant")}>
      <div className={styles.states}>
        <SegmentBar segments={segments} isTall />
        <SegmentLegend segments={segments} />
      </div>
      <div className={styles.facts}>
        <Facts
          facts={{
            "Handed in by": batch.requestedBy.name,
            "Rejected rows": batch.rejected.length,
            "Batch id": <CopyText text={batch.id} what="batch id" />,
          }}
        />
      </div>
    </Panel>
  );
}

function TenantSteps({ tenant }: { readonly tenant: Tenant }) {
  const styles = useStyles();
  const { onboarding, displayName, tenantId } = tenant;
  return (
    <Panel
      title={displayName}
      aside={
        onboarding !== null && (
          <StateBadge tone={ONBOARDING_TONES[onboarding.state]} state={onboarding.state} />
        )
      }
    >
      {onboarding === null ? (
        <Text>It is on the queue and starts in its turn.</Text>
      ) : (
        <div className={styles.steps}>
          <OnboardingWait onboarding={onboarding} />
          <OnboardingSteps steps={onboarding.steps} />
          <Link href={formatRoute(["tenants", tenantId])}>Open the tenant</Link>
        </div>
      )}
    </Panel>
  );
}
