import { makeStyles, tokens } from "@fluentui/react-components";
import type {
  OnboardingEdge,
  ProtectionCounts,
  TenantOnboarding,
} from "../../../../src/contracts/onboarding.ts";
import { type Column, DataList } from "../../components/data-list.tsx";
import { Panel } from "../../components/panel.tsx";
import { SegmentBar, SegmentLegend } from "../../components/segment-bar.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { protectionSegments } from "../../rules/segments.ts";
import { STEP_TONES } from "../../rules/tone.ts";
import { countText, pluralText, unitsText, WORKLOAD_WORDS } from "../../rules/words.ts";

const useStyles = makeStyles({
  counts: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXS,
    paddingTop: "6px",
    fontSize: tokens.fontSizeBase200,
  },
});

const PROTECTION_COLUMNS: readonly Column<ProtectionCounts>[] = [
  {
    header: "Workload",
    cell: ({ workload }) => <strong>{WORKLOAD_WORDS[workload].service}</strong>,
    width: "22%",
  },
  {
    header: "Protectables",
    cell: ({ workload, protectables }) => unitsText(workload, protectables),
    width: "26%",
  },
  { header: "Read back", cell: (counts) => <Protection counts={counts} />, isPlainOnCard: true },
];

const edgeColumns = (nameOf: (tenantId: string) => string): readonly Column<OnboardingEdge>[] => [
  {
    header: "Edge",
    cell: ({ sourceTenantId, targetTenantId }) => (
      <strong>
        {nameOf(sourceTenantId)} → {nameOf(targetTenantId)}
      </strong>
    ),
    width: "28%",
  },
  {
    header: "State",
    cell: ({ state }) => <StateBadge tone={STEP_TONES[state]} state={state} />,
    width: "128px",
  },
  {
    header: "Members there",
    cell: ({ expected, synchronized }) =>
      expected === null ? "not checked yet" : `${countText(synchronized ?? 0)} of ${expected}`,
    width: "140px",
  },
  { header: "What was found", cell: ({ detail }) => detail },
];

interface OnboardingResultsProps {
  readonly onboarding: TenantOnboarding;
  readonly nameOf: (tenantId: string) => string;
}

/** What the onboarding's second reads found: protected units by workload, members by edge. */
export function OnboardingResults({ onboarding, nameOf }: OnboardingResultsProps) {
  const { protection, edges } = onboarding;
  return (
    <>
      {protection.length > 0 && (
        <Panel title="Protection, read back" isFlush>
          <DataList
            label="Protection by workload"
            columns={PROTECTION_COLUMNS}
            rows={protection}
            keyOf={({ workload }) => workload}
          />
        </Panel>
      )}
      {edges.length > 0 && (
        <Panel title="Synchronization" isFlush aside={pluralText(edges.length, "edge")}>
          <DataList
            label="Edges"
            columns={edgeColumns(nameOf)}
            rows={edges}
            keyOf={({ sourceTenantId, targetTenantId }) => `${sourceTenantId} ${targetTenantId}`}
          />
        </Panel>
      )}
    </>
  );
}

function Protection({ counts }: { readonly counts: ProtectionCounts }) {
  const styles = useStyles();
  const segments = protectionSegments(counts);
  return (
    <div className={styles.counts}>
      <SegmentBar segments={segments} />
      <SegmentLegend segments={segments} isBrief />
    </div>
  );
}
