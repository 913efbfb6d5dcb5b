import type { ReactElement } from "react";
import type { Page } from "../api/page.ts";
import { type Column, DataList } from "./data-list.tsx";
import { LoadMore } from "./load-more.tsx";
import { Loaded } from "./loaded.tsx";
import { Panel } from "./panel.tsx";

interface NewestListProps<Row> {
  readonly label: string;
  readonly query: {
    readonly data: Page<Row> | undefined;
    readonly error: unknown;
    readonly isPlaceholderData: boolean;
  };
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  /** Instead of the list when there is nothing in it. */
  readonly empty: ReactElement;
  readonly onMore: () => void;
}

/** A list that is newest first and grows when more of it is asked for. */
export function NewestList<Row>(props: NewestListProps<Row>) {
  const { label, query, columns, keyOf, empty, onMore } = props;
  return (
    <Panel title="Newest first" isFlush>
      <Loaded query={query}>
        {({ value, nextLink }) =>
          value.length === 0 && nextLink === null ? (
            empty
          ) : (
            <>
              <DataList label={label} columns={columns} rows={value} keyOf={keyOf} isLinked />
              <LoadMore
                shown={value.length}
                hasMore={nextLink !== null}
                isLoading={query.isPlaceholderData}
                onLoad={onMore}
              />
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}
