import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { ArrowUndoRegular } from "@fluentui/react-icons/svg/arrow-undo";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { RestoreRun } from "../../../../src/contracts/restore.ts";
import { restoresQuery, LIST_LENGTH, tenantsQuery } from "../../api/queries.ts";
import { usePerson } from "../../api/use-person.ts";
import type { Column } from "../../components/data-list.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Page } from "../../components/page.tsx";
import { NewestList } from "../../components/newest-list.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { SegmentBar, SegmentLegend } from "../../components/segment-bar.tsx";
import { formatRoute } from "../../routing/hash-route.ts";
import { tenantNames } from "../../rules/estate.ts";
import { isAllowed, OPERATORS } from "../../rules/permission.ts";
import { outcomeSegments } from "../../rules/segments.ts";
import { pluralText } from "../../rules/words.ts";
import { InstantText } from "../../time/instant-text.tsx";
import { RunBadges } from "./run-badges.tsx";

const useStyles = makeStyles({
  outcome: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXS,
    paddingTop: "6px",
    fontSize: tokens.fontSizeBase200,
  },
});

export const runColumns = (nameOf: (tenantId: string) => string): readonly Column<RestoreRun>[] => [
  {
    header: "Run",
    cell: ({ id, tenantId, counts }) => (
      <RowLink href={formatRoute(["restores", id])}>
        {nameOf(tenantId)}, {pluralText(counts.asked, "unit")}
      </RowLink>
    ),
    width: "20%",
  },
  { header: "State", cell: (run) => <RunBadges run={run} />, width: "196px" },
  { header: "Outcome", cell: (run) => <RunOutcome run={run} />, isPlainOnCard: true },
  {
    header: "Restore to",
    cell: ({ restoreTo }) => <InstantText at={restoreTo} show="absolute" />,
    width: "176px",
  },
  {
    header: "Asked for",
    cell: ({ requestedBy, requestedAt }) => (
      <>
        {requestedBy.name}, <InstantText at={requestedAt} show="relative" />
      </>
    ),
    width: "17%",
  },
];

export function RestoresPage() {
  const [top, setTop] = useState(LIST_LENGTH);
  const query = useQuery(restoresQuery(top));
  const { data: tenants } = useQuery(tenantsQuery);
  return (
    <Page
      title="Restores"
      lead="Each run restores what its plan says, after a second person has approved it, and reads back what came of it."
      actions={<RequestRestoreButton appearance="primary" />}
    >
      <NewestList
        label="Restore runs"
        query={query}
        columns={runColumns(tenantNames(tenants))}
        keyOf={({ id }) => id}
        empty={
          <EmptyState icon={<ArrowUndoRegular />} title="No restore run yet">
            When something happened, an Operator requests a restore: the tenant, the units, and the
            time to go back to. An Approver checks the plan before anything is restored.
          </EmptyState>
        }
        onMore={() => setTop(top + LIST_LENGTH)}
      />
    </Page>
  );
}

interface RequestRestoreButtonProps {
  readonly tenantId?: string;
  readonly appearance?: "primary" | "secondary";
}

export function RequestRestoreButton({
  tenantId,
  appearance = "secondary",
}: RequestRestoreButtonProps) {
  const person = usePerson();
  if (!isAllowed(person, OPERATORS, tenantId)) {
    return null;
  }
  return (
    <Button
      as="a"
      href={formatRoute(["restores", "new"], { tenantId: tenantId ?? "" })}
      appearance={appearance}
      icon={<ArrowUndoRegular />}
    >
      Request a restore
    </Button>
  );
}

function RunOutcome({ run }: { readonly run: RestoreRun }) {
  const styles = useStyles();
  const segments = outcomeSegments(run.counts);
  return (
    <div className={styles.outcome}>
      <SegmentBar segments={segments} />
      <SegmentLegend segments={segments} isBrief />
    </div>
  );
}
