import { makeStyles, Skeleton, SkeletonItem, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { ProblemMessage } from "./problem-message.tsx";

const useStyles = makeStyles({
  rows: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalL,
    padding: tokens.spacingVerticalL,
  },
});

interface LoadedProps<Data> {
  readonly query: { readonly data: Data | undefined; readonly error: unknown };
  /** Rows of the placeholder: about as high as what will stand there. */
  readonly rows?: number;
  readonly children: (data: Data) => ReactNode;
}

/** What a query gave; a placeholder before, the problem when there is one, both when old data is still there. */
export function Loaded<Data>({ query, rows = 4, children }: LoadedProps<Data>) {
  const { data, error } = query;
  const problem = error === null || error === undefined ? null : <ProblemMessage error={error} />;
  if (data === undefined) {
    return problem ?? <Placeholder rows={rows} />;
  }
  return (
    <>
      {problem}
      {children(data)}
    </>
  );
}

function Placeholder({ rows }: { readonly rows: number }) {
  const styles = useStyles();
  return (
    <Skeleton aria-label="Loading" className={styles.rows}>
      {Array.from({ length: rows }, (_row, index) => (
        <SkeletonItem key={index} size={24} />
      ))}
    </Skeleton>
  );
}
