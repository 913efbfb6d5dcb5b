import { makeStyles, tokens } from "@fluentui/react-components";
import { BuildingRegular } from "@fluentui/react-icons/svg/building";
import { useQuery } from "@tanstack/react-query";
import type { Tenant } from "../../../../src/contracts/onboarding.ts";
import type { TenantVerification } from "../../../../src/contracts/verification.ts";
import { tenantsQuery, verificationsQuery } from "../../api/queries.ts";
import { type Column, DataList } from "../../components/data-list.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Page } from "../../components/page.tsx";
import { Panel } from "../../components/panel.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { SegmentBar } from "../../components/segment-bar.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { formatRoute } from "../../routing/hash-route.ts";
import { lastEnded, tenantCounts } from "../../rules/estate.ts";
import { verdictSegments } from "../../rules/segments.ts";
import { ONBOARDING_TONES } from "../../rules/tone.ts";
import { countText, pluralText } from "../../rules/words.ts";
import { StepStrip } from "../onboarding/onboarding-steps.tsx";

const useStyles = makeStyles({
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  verdicts: { display: "flex", flexDirection: "column", gap: "4px", paddingTop: "6px" },
  onboarding: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
  },
});

const columnsOf = (
  verified: ReadonlyMap<string, TenantVerification>,
): readonly Column<Tenant>[] => [
  { header: "Tenant", cell: (tenant) => <TenantName tenant={tenant} />, width: "30%" },
  { header: "Onboarding", cell: (tenant) => <OnboardingState tenant={tenant} />, width: "26%" },
  {
    header: "Last verification",
    cell: ({ tenantId }) => <LastVerdicts tenant={verified.get(tenantId)} />,
  },
  { header: "MTO role", cell: ({ role }) => role ?? "–", width: "100px" },
  {
    header: "Writes",
    cell: ({ isWriteAllowed }) => (isWriteAllowed ? "allowed" : "off"),
    width: "90px",
  },
];

export function TenantsPage() {
  const query = useQuery(tenantsQuery);
  const { data: verifications } = useQuery(verificationsQuery());
  const last = lastEnded(verifications?.value ?? []);
  const verified = new Map(last?.tenants.map((tenant) => [tenant.tenantId, tenant]));
  return (
    <Page
      title="Tenants"
      lead="The Entra tenants that we act on, from the settings and from onboarding."
    >
      <Panel title="Estate" isFlush aside={query.data && pluralText(query.data.length, "tenant")}>
        <Loaded query={query} rows={6}>
          {(tenants) =>
            tenants.length === 0 ? (
              <EmptyState icon={<BuildingRegular />} title="No tenants yet">
                Name them in the setting <code>Tenants</code>, or hand in a list under Onboarding.
              </EmptyState>
            ) : (
              <DataList
                label="Tenants"
                columns={columnsOf(verified)}
                rows={tenants}
                keyOf={({ tenantId }) => tenantId}
                isLinked
              />
            )
          }
        </Loaded>
      </Panel>
    </Page>
  );
}

function TenantName({ tenant }: { readonly tenant: Tenant }) {
  const styles = useStyles();
  return (
    <>
      <RowLink href={formatRoute(["tenants", tenant.tenantId])}>{tenant.displayName}</RowLink>
      <div className={styles.quiet}>{tenant.tenantId}</div>
    </>
  );
}

function OnboardingState({ tenant }: { readonly tenant: Tenant }) {
  const styles = useStyles();
  const { onboarding } = tenant;
  if (onboarding === null) {
    return <span className={styles.quiet}>not onboarded here</span>;
  }
  return (
    <div className={styles.onboarding}>
      <StateBadge tone={ONBOARDING_TONES[onboarding.state]} state={onboarding.state} />
      <StepStrip steps={onboarding.steps} />
    </div>
  );
}

function LastVerdicts({ tenant }: { readonly tenant: TenantVerification | undefined }) {
  const styles = useStyles();
  if (tenant === undefined || tenant.workloads === null) {
    return <span className={styles.quiet}>not verified yet</span>;
  }
  const segments = verdictSegments(tenantCounts(tenant));
  const shown = segments.filter(({ count }) => count > 0);
  return (
    <div className={styles.verdicts}>
      <SegmentBar segments={segments} />
      <span className={styles.quiet}>
        {shown.map(({ name, count }) => `${countText(count)} ${name}`).join(" · ")}
      </span>
    </div>
  );
}
