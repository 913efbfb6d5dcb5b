import { Link, makeStyles, Select, tokens } from "@fluentui/react-components";
import { SearchRegular } from "@fluentui/react-icons/svg/search";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { RestoreRun, RestoreUnit } from "../../../../src/contracts/restore.ts";
import { restoreUnitsQuery } from "../../api/queries.ts";
import { useLastLook } from "../../api/use-last-look.ts";
import { type Column, DataList } from "../../components/data-list.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { FilterPills } from "../../components/filter-pills.tsx";
import { LoadMore } from "../../components/load-more.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Panel } from "../../components/panel.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { replaceQuery, useRoute } from "../../routing/use-route.ts";
import { isRunActive } from "../../rules/activity.ts";
import { UNIT_TONES } from "../../rules/tone.ts";
import { pluralText, WORKLOAD_WORDS, WORKLOADS } from "../../rules/words.ts";
import { InstantText } from "../../time/instant-text.tsx";

const useStyles = makeStyles({
  filters: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalS,
    padding: `0 ${tokens.spacingHorizontalM} ${tokens.spacingVerticalM}`,
  },
  name: { fontWeight: tokens.fontWeightSemibold },
  quiet: { color: tokens.colorNeutralForeground3 },
});

const STATES: readonly RestoreUnit["state"][] = [
  "done",
  "failed",
  "skipped",
  "planned",
  "requested",
];

const COLUMNS: readonly Column<RestoreUnit>[] = [
  { header: "Unit", cell: (unit) => <UnitName unit={unit} />, width: "28%" },
  {
    header: "State",
    cell: ({ state }) => <StateBadge tone={UNIT_TONES[state]} state={state} />,
    width: "128px",
  },
  {
    header: "Restore point",
    cell: ({ restorePoint }) =>
      restorePoint === null ? (
        "none"
      ) : (
        <InstantText at={restorePoint.protectionDateTime} show="absolute" />
      ),
    width: "180px",
  },
  { header: "Came back", cell: (unit) => <CameBack unit={unit} />, width: "20%" },
  { header: "Why", cell: ({ reason }) => reason },
];

/** Every unit that was asked for, with its restore point and outcome; the filters are in the address. */
export function RestoreUnits({ run }: { readonly run: RestoreRun }) {
  const route = useRoute();
  const { workload = "", state = "" } = route.query;
  const filter = { workload, state };
  const isActive = isRunActive(run);
  const query = useInfiniteQuery(restoreUnitsQuery(run.id, filter, isActive));
  useLastLook(query, isActive);
  const units = query.data?.pages.flatMap(({ value }) => value);
  const isFiltered = workload !== "" || state !== "";
  return (
    <Panel title="Units" isFlush>
      <Filters run={run} filter={filter} />
      <Loaded query={{ data: units, error: query.error }} rows={8}>
        {(rows) =>
          rows.length === 0 && !query.hasNextPage ? (
            <EmptyState
              icon={<SearchRegular />}
              title={isFiltered ? "Nothing matches the filters" : "No units yet"}
            >
              {isFiltered
                ? "Choose “all” or another workload."
                : "They appear when the run has looked them up."}
            </EmptyState>
          ) : (
            <>
              <DataList
                label="Units"
                columns={COLUMNS}
                rows={rows}
                keyOf={(unit) => `${unit.workload} ${unit.requested}`}
              />
              <LoadMore
                shown={rows.length}
                hasMore={query.hasNextPage}
                isLoading={query.isFetchingNextPage}
                onLoad={() => void query.fetchNextPage()}
              />
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

interface FiltersProps {
  readonly run: RestoreRun;
  readonly filter: { readonly workload: string; readonly state: string };
}

function Filters({ run, filter }: FiltersProps) {
  const styles = useStyles();
  const route = useRoute();
  const change = (part: Partial<typeof filter>) => replaceQuery(route, { ...filter, ...part });
  // Numbers are of the whole run: beside a chosen workload they would mislead.
  const countOf = (state: RestoreUnit["state"]) =>
    filter.workload === "" && (state === "done" || state === "failed" || state === "skipped")
      ? run.counts[state]
      : null;
  return (
    <div className={styles.filters}>
      <Select
        size="small"
        aria-label="Workload"
        value={filter.workload}
        onChange={(_event, { value }) => change({ workload: value })}
      >
        <option value="">every workload</option>
        {WORKLOADS.map((workload) => (
          <option key={workload} value={workload}>
            {WORKLOAD_WORDS[workload].service}
          </option>
        ))}
      </Select>
      <FilterPills
        label="State"
        options={STATES.map((state) => ({
          value: state,
          tone: UNIT_TONES[state],
          count: countOf(state),
        }))}
        value={filter.state}
        onChange={(state) => change({ state })}
      />
    </div>
  );
}

function UnitName({ unit }: { readonly unit: RestoreUnit }) {
  const styles = useStyles();
  const name = unit.name ?? unit.requested;
  return (
    <>
      <div className={styles.name}>{name}</div>
      <div className={styles.quiet}>
        {WORKLOAD_WORDS[unit.workload].one}
        {unit.requested !== name && ` · asked for as ${unit.requested}`}
      </div>
    </>
  );
}

/** Where the content is now, and when the second read saw it. */
function CameBack({ unit }: { readonly unit: RestoreUnit }) {
  const styles = useStyles();
  const { restored, checkedAt } = unit;
  if (restored === null && checkedAt === null) {
    return "–";
  }
  return (
    <>
      {restored !== null && <Restored restored={restored} />}
      {checkedAt !== null && (
        <div className={styles.quiet}>
          read back <InstantText at={checkedAt} show="relative" />
        </div>
      )}
    </>
  );
}

function Restored({ restored }: { readonly restored: NonNullable<RestoreUnit["restored"]> }) {
  const { itemCount, folderName, webUrl } = restored;
  return (
    <>
      {itemCount !== null && <div>{pluralText(itemCount, "item")}</div>}
      {folderName !== null && <div>in {folderName}</div>}
      {webUrl !== null && (
        <div>
          <Link href={webUrl} target="_blank" rel="noreferrer">
            {webUrl.replace(/^https:\/\//u, "")}
          </Link>
        </div>
      )}
    </>
  );
}
