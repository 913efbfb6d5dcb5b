import { Link, makeStyles, Text, tokens } from "@fluentui/react-components";
import { ArrowUndoRegular } from "@fluentui/react-icons/svg/arrow-undo";
import { useQuery } from "@tanstack/react-query";
import type { Tenant } from "../../../../src/contracts/onboarding.ts";
import { restoresQuery, tenantQuery, tenantsQuery, verificationsQuery } from "../../api/queries.ts";
import { CopyText } from "../../components/copy-text.tsx";
import { DataList } from "../../components/data-list.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Facts } from "../../components/facts.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Page } from "../../components/page.tsx";
import { Panel } from "../../components/panel.tsx";
import { ProblemMessage } from "../../components/problem-message.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { formatRoute } from "../../routing/hash-route.ts";
import { lastEnded, tenantNames } from "../../rules/estate.ts";
import { ONBOARDING_TONES } from "../../rules/tone.ts";
import { InstantText } from "../../time/instant-text.tsx";
import { OnboardingResults } from "../onboarding/onboarding-results.tsx";
import { OnboardingSteps } from "../onboarding/onboarding-steps.tsx";
import { OnboardingWait } from "../onboarding/onboarding-wait.tsx";
import { RequestRestoreButton, runColumns } from "../restores/restores-page.tsx";
import {
  StartVerificationButton,
  useStartVerification,
} from "../verifications/start-verification.tsx";
import { TenantVerdicts } from "../verifications/tenant-verdicts.tsx";

const useStyles = makeStyles({
  columns: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 400px), 1fr))",
    gap: tokens.spacingHorizontalL,
    alignItems: "start",
  },
});

const PARENT = { title: "Tenants", href: "#/tenants" };

export function TenantPage({ tenantId }: { readonly tenantId: string }) {
  const query = useQuery(tenantQuery(tenantId));
  const start = useStartVerification(tenantId);
  const { data } = query;
  return (
    <Page
      title={data?.displayName ?? "Tenant"}
      parent={PARENT}
      badges={
        data?.onboarding && (
          <StateBadge
            tone={ONBOARDING_TONES[data.onboarding.state]}
            state={data.onboarding.state}
          />
        )
      }
      actions={
        data && (
          <>
            <StartVerificationButton start={start} tenantId={tenantId} />
            <RequestRestoreButton tenantId={tenantId} />
          </>
        )
      }
    >
      {start.isError && <ProblemMessage error={start.error} />}
      <Loaded query={query} rows={8}>
        {(tenant) => <TenantBody tenant={tenant} />}
      </Loaded>
    </Page>
  );
}

function TenantBody({ tenant }: { readonly tenant: Tenant }) {
  const styles = useStyles();
  const { onboarding } = tenant;
  const { data: tenants } = useQuery(tenantsQuery);
  return (
    <>
      {onboarding !== null && <OnboardingWait onboarding={onboarding} />}
      <Panel title="About">
        <Facts
          facts={{
            "Tenant id": <CopyText text={tenant.tenantId} what="tenant id" />,
            "MTO role": tenant.role ?? "none",
            "Writes to Graph": tenant.isWriteAllowed
              ? "allowed by the setting AllowWrites"
              : "off: the setting AllowWrites does not list it",
            "Onboarding started": onboarding?.startedAt && (
              <InstantText at={onboarding.startedAt} />
            ),
            "Onboarding finished": onboarding?.finishedAt && (
              <InstantText at={onboarding.finishedAt} />
            ),
            "Onboarding batch": onboarding?.batchId && (
              <Link href={formatRoute(["onboarding", onboarding.batchId])}>
                {onboarding.batchId}
              </Link>
            ),
          }}
        />
      </Panel>
      <div className={styles.columns}>
        <Panel title="Onboarding">
          {onboarding === null ? (
            <Text>
              This tenant comes from the settings and was not onboarded here. Hand it in under{" "}
              <Link href="#/onboarding/new">Onboarding</Link> to set up its protection.
            </Text>
          ) : (
            <OnboardingSteps steps={onboarding.steps} />
          )}
        </Panel>
        <LastVerification tenantId={tenant.tenantId} />
      </div>
      {onboarding !== null && (
        <OnboardingResults onboarding={onboarding} nameOf={tenantNames(tenants)} />
      )}
      <Runs tenant={tenant} />
    </>
  );
}

function LastVerification({ tenantId }: { readonly tenantId: string }) {
  const query = useQuery(verificationsQuery());
  const ofTenant = query.data?.value.filter(({ tenants }) =>
    tenants.some((tenant) => tenant.tenantId === tenantId),
  );
  const last = lastEnded(ofTenant ?? []);
  const own = last?.tenants.find((tenant) => tenant.tenantId === tenantId);
  return (
    <Panel
      title="Last verification"
      aside={
        last && (
          <Link href={formatRoute(["verifications", last.id])}>
            <InstantText at={last.startedAt} show="relative" />
          </Link>
        )
      }
    >
      <Loaded query={query}>
        {() =>
          last === null || own === undefined ? (
            <Text>Not verified yet. Start a verification to see what could be brought back.</Text>
          ) : (
            <TenantVerdicts id={last.id} tenant={own} isNamed={false} />
          )
        }
      </Loaded>
    </Panel>
  );
}

function Runs({ tenant }: { readonly tenant: Tenant }) {
  const query = useQuery(restoresQuery());
  return (
    <Panel title="Restore runs" isFlush>
      <Loaded query={query}>
        {({ value }) => {
          const runs = value.filter(({ tenantId }) => tenantId === tenant.tenantId);
          return runs.length === 0 ? (
            <EmptyState icon={<ArrowUndoRegular />} title="No restore run for this tenant">
              Request one when something happened to its mailboxes, OneDrives or sites.
            </EmptyState>
          ) : (
            <DataList
              label="Restore runs"
              columns={runColumns(() => tenant.displayName)}
              rows={runs}
              keyOf={({ id }) => id}
              isLinked
            />
          );
        }}
      </Loaded>
    </Panel>
  );
}
