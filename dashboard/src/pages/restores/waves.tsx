import { ArrowUndoRegular } from "@fluentui/react-icons/svg/arrow-undo";
import type { RestoreRun, RestoreWave } from "../../../../src/contracts/restore.ts";
import { CopyText } from "../../components/copy-text.tsx";
import { type Column, DataList } from "../../components/data-list.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { isRunActive } from "../../rules/activity.ts";
import { waveTone } from "../../rules/tone.ts";
import { pluralText, unitsText, WORKLOAD_WORDS } from "../../rules/words.ts";

const COLUMNS: readonly Column<RestoreWave>[] = [
  {
    header: "Wave",
    cell: ({ number, workload }) => (
      <strong>
        {number} · {WORKLOAD_WORDS[workload].service}
      </strong>
    ),
    width: "170px",
  },
  { header: "Units", cell: ({ workload, units }) => unitsText(workload, units), width: "150px" },
  {
    header: "State",
    cell: (wave) => <StateBadge tone={waveTone(wave)} state={wave.state} />,
    width: "150px",
  },
  { header: "Session status", cell: ({ sessionStatus }) => sessionStatus ?? "–", width: "190px" },
  {
    header: "Restore session",
    cell: ({ sessionId }) =>
      sessionId === null ? "none yet" : <CopyText text={sessionId} what="session id" />,
  },
];

/** The restore sessions of a run, in order. */
export const Waves = ({ run }: { readonly run: RestoreRun }) => (
  <Panel title="Waves" isFlush aside={pluralText(run.waves.length, "wave")}>
    {run.waves.length === 0 ? (
      <EmptyState icon={<ArrowUndoRegular />} title="No waves">
        {isRunActive(run)
          ? "They appear when the run is planned."
          : "The run ended before it restored anything."}
      </EmptyState>
    ) : (
      <DataList
        label="Waves"
        columns={COLUMNS}
        rows={run.waves}
        keyOf={({ number, workload }) => `${workload} ${number}`}
      />
    )}
  </Panel>
);
