import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { OrganizationRegular } from "@fluentui/react-icons/svg/organization";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { OnboardingBatch } from "../../../../src/contracts/onboarding.ts";
import { batchesQuery, LIST_LENGTH } from "../../api/queries.ts";
import { usePerson } from "../../api/use-person.ts";
import type { Column } from "../../components/data-list.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Page } from "../../components/page.tsx";
import { NewestList } from "../../components/newest-list.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { SegmentBar, SegmentLegend } from "../../components/segment-bar.tsx";
import { formatRoute } from "../../routing/hash-route.ts";
import { isAllowed, OPERATORS } from "../../rules/permission.ts";
import { batchSegments } from "../../rules/segments.ts";
import { pluralText } from "../../rules/words.ts";
import { InstantText } from "../../time/instant-text.tsx";

const useStyles = makeStyles({
  states: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXS,
    paddingTop: "6px",
    fontSize: tokens.fontSizeBase200,
  },
});

const COLUMNS: readonly Column<OnboardingBatch>[] = [
  {
    header: "Batch",
    cell: ({ id, accepted }) => (
      <RowLink href={formatRoute(["onboarding", id])}>{pluralText(accepted, "tenant")}</RowLink>
    ),
    width: "15%",
  },
  {
    header: "Tenants",
    cell: (batch) => <BatchStates batch={batch} />,
    isPlainOnCard: true,
  },
  {
    header: "Rejected rows",
    cell: ({ rejected }) => rejected.length,
    width: "120px",
    align: "end",
  },
  {
    header: "Handed in",
    cell: ({ requestedAt }) => <InstantText at={requestedAt} />,
    width: "22%",
  },
  { header: "By", cell: ({ requestedBy }) => requestedBy.name, width: "160px" },
];

export function BatchesPage() {
  const [top, setTop] = useState(LIST_LENGTH);
  const query = useQuery(batchesQuery(top));
  const person = usePerson();
  return (
    <Page
      title="Onboarding"
      lead="Hand in a list of tenants: each gets its backup service and protection policies, and its people become members of each other's tenants."
      actions={
        isAllowed(person, OPERATORS) ? (
          <Button
            as="a"
            href={formatRoute(["onboarding", "new"])}
            appearance="primary"
            icon={<OrganizationRegular />}
          >
            Onboard tenants
          </Button>
        ) : undefined
      }
    >
      <NewestList
        label="Onboarding batches"
        query={query}
        columns={COLUMNS}
        keyOf={({ id }) => id}
        empty={
          <EmptyState icon={<OrganizationRegular />} title="No onboarding batch yet">
            With the role Operator, paste a list of tenants; messages on the queue{" "}
            <code>tenant-onboarding</code> work too, and show up under Tenants.
          </EmptyState>
        }
        onMore={() => setTop(top + LIST_LENGTH)}
      />
    </Page>
  );
}

function BatchStates({ batch }: { readonly batch: OnboardingBatch }) {
  const styles = useStyles();
  const segments = batchSegments(batch.counts);
  return (
    <div className={styles.states}>
      <SegmentBar segments={segments} />
      <SegmentLegend segments={segments} isBrief />
    </div>
  );
}
