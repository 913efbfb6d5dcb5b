import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { useIsNarrow } from "./media.ts";

export interface Column<Row> {
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** Width in a table, as CSS; columns without one share the rest. */
  readonly width?: string;
  readonly align?: "end";
  /** On a narrow screen the first column is the card's title; these have no label of their own there. */
  readonly isPlainOnCard?: boolean;
}

interface DataListProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Each row has a RowLink. */
  readonly isLinked?: boolean;
}

const useStyles = makeStyles({
  table: {
    width: "100%",
    borderCollapse: "collapse",
    tableLayout: "fixed",
    fontVariantNumeric: "tabular-nums",
  },
  header: {
    textAlign: "start",
    fontWeight: tokens.fontWeightSemibold,
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground3,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  cell: {
    padding: `${tokens.spacingVerticalMNudge} ${tokens.spacingHorizontalM}`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    verticalAlign: "top",
    overflowWrap: "anywhere",
  },
  end: { textAlign: "end" },
  row: { position: "relative", ":last-child > td": { borderBottomStyle: "none" } },
  linked: { ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover } },
  cards: { listStyleType: "none", margin: 0, padding: 0 },
  card: {
    position: "relative",
    padding: tokens.spacingVerticalM,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    ":last-child": { borderBottomStyle: "none" },
  },
  facts: {
    display: "grid",
    gridTemplateColumns: "minmax(84px, auto) minmax(0, 1fr)",
    columnGap: tokens.spacingHorizontalM,
    rowGap: tokens.spacingVerticalXS,
    margin: `${tokens.spacingVerticalS} 0 0`,
    overflowWrap: "anywhere",
  },
  term: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  value: { margin: 0 },
  plain: { gridColumn: "1 / -1" },
});

/** Rows as a table, and as cards where there is no room for one. */
export function DataList<Row>(props: DataListProps<Row>) {
  return useIsNarrow() ? <Cards {...props} /> : <Table {...props} />;
}

function Table<Row>({ label, columns, rows, keyOf, isLinked }: DataListProps<Row>) {
  const styles = useStyles();
  return (
    <table className={styles.table} aria-label={label}>
      <colgroup>
        {columns.map(({ header, width }) => (
          <col key={header} {...(width === undefined ? {} : { style: { width } })} />
        ))}
      </colgroup>
      <thead>
        <tr>
          {columns.map(({ header, align }) => (
            <th
              key={header}
              scope="col"
              className={mergeClasses(styles.header, align === "end" && styles.end)}
            >
              {header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)} className={mergeClasses(styles.row, isLinked && styles.linked)}>
            {columns.map(({ header, cell, align }) => (
              <td key={header} className={mergeClasses(styles.cell, align === "end" && styles.end)}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cards<Row>({ label, columns, rows, keyOf, isLinked }: DataListProps<Row>) {
  const styles = useStyles();
  const [title, ...others] = columns;
  return (
    <ul className={styles.cards} aria-label={label}>
      {rows.map((row) => (
        <li key={keyOf(row)} className={mergeClasses(styles.card, isLinked && styles.linked)}>
          {title?.cell(row)}
          <dl className={styles.facts}>
            {others.map(({ header, cell, isPlainOnCard }) =>
              isPlainOnCard === true ? (
                <dd key={header} className={mergeClasses(styles.value, styles.plain)}>
                  {cell(row)}
                </dd>
              ) : (
                <CardFact key={header} term={header}>
                  {cell(row)}
                </CardFact>
              ),
            )}
          </dl>
        </li>
      ))}
    </ul>
  );
}

function CardFact({ term, children }: { readonly term: string; readonly children: ReactNode }) {
  const styles = useStyles();
  return (
    <>
      <dt className={styles.term}>{term}</dt>
      <dd className={styles.value}>{children}</dd>
    </>
  );
}
