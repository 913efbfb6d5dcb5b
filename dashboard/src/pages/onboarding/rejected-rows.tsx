import type { RejectedRow } from "../../../../src/contracts/onboarding.ts";
import { type Column, DataList } from "../../components/data-list.tsx";
import { Panel } from "../../components/panel.tsx";
import { pluralText } from "../../rules/words.ts";

const COLUMNS: readonly Column<RejectedRow>[] = [
  {
    header: "Row",
    cell: ({ row }) => <strong>{row === null ? "queue message" : `row ${row}`}</strong>,
    width: "130px",
  },
  { header: "Given", cell: ({ given }) => <code>{given}</code>, width: "40%" },
  {
    header: "Why",
    cell: ({ errors }) =>
      errors.map(({ field, expected, given }) => (
        <div key={`${field} ${expected}`}>
          {field !== "" && <code>{field}</code>}
          {field !== "" && ": "}expected {expected}, given {given}
        </div>
      )),
  },
];

/** Rows that were not taken; nothing that was handed in is lost. */
export const RejectedRows = ({ rows }: { readonly rows: readonly RejectedRow[] }) => (
  <Panel title="Rejected rows" isFlush aside={`${pluralText(rows.length, "row")} not taken`}>
    <DataList
      label="Rejected rows"
      columns={COLUMNS}
      rows={rows}
      keyOf={({ row, given }) => `${row} ${given}`}
    />
  </Panel>
);
