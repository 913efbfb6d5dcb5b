import { makeStyles, tokens } from "@fluentui/react-components";
import { ShieldCheckmarkRegular } from "@fluentui/react-icons/svg/shield-checkmark";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Verification } from "../../../../src/contracts/verification.ts";
import { verificationsQuery, LIST_LENGTH } from "../../api/queries.ts";
import type { Column } from "../../components/data-list.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Page } from "../../components/page.tsx";
import { NewestList } from "../../components/newest-list.tsx";
import { ProblemMessage } from "../../components/problem-message.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { SegmentBar, SegmentLegend } from "../../components/segment-bar.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { formatRoute } from "../../routing/hash-route.ts";
import { verdictSegments } from "../../rules/segments.ts";
import { VERIFICATION_TONES } from "../../rules/tone.ts";
import { InstantText } from "../../time/instant-text.tsx";
import { StartVerificationButton, useStartVerification } from "./start-verification.tsx";

const useStyles = makeStyles({
  verdicts: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXS,
    paddingTop: "6px",
    fontSize: tokens.fontSizeBase200,
  },
});

const COLUMNS: readonly Column<Verification>[] = [
  {
    header: "Started",
    cell: ({ id, startedAt }) => (
      <RowLink href={formatRoute(["verifications", id])}>
        <InstantText at={startedAt} />
      </RowLink>
    ),
    width: "28%",
  },
  {
    header: "State",
    cell: ({ state }) => <StateBadge tone={VERIFICATION_TONES[state]} state={state} />,
    width: "190px",
  },
  {
    header: "Verdicts",
    cell: (verification) => <Verdicts verification={verification} />,
    isPlainOnCard: true,
  },
  { header: "Tenants", cell: ({ tenants }) => tenants.length, width: "90px", align: "end" },
  { header: "Asked by", cell: ({ requestedBy }) => requestedBy.name, width: "150px" },
];

export function VerificationsPage() {
  const [top, setTop] = useState(LIST_LENGTH);
  const query = useQuery(verificationsQuery(top));
  const start = useStartVerification();
  return (
    <Page
      title="Verifications"
      lead="Could we bring everything back, today? One verdict for every mailbox, OneDrive and site."
      actions={<StartVerificationButton start={start} appearance="primary" />}
    >
      {start.isError && <ProblemMessage error={start.error} />}
      <NewestList
        label="Verifications"
        query={query}
        columns={COLUMNS}
        keyOf={({ id }) => id}
        empty={
          <EmptyState icon={<ShieldCheckmarkRegular />} title="No verification yet">
            One starts every day by itself. With the role Operator you can start one now.
          </EmptyState>
        }
        onMore={() => setTop(top + LIST_LENGTH)}
      />
    </Page>
  );
}

function Verdicts({ verification }: { readonly verification: Verification }) {
  const styles = useStyles();
  const segments = verdictSegments(verification.counts);
  return (
    <div className={styles.verdicts}>
      <SegmentBar segments={segments} />
      <SegmentLegend segments={segments} isBrief />
    </div>
  );
}
