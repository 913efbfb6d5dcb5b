import { makeStyles, Select, tokens } from "@fluentui/react-components";
import { SearchRegular } from "@fluentui/react-icons/svg/search";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { UnitVerdict, Verdict, Verification } from "../../../../src/contracts/verification.ts";
import { verificationUnitsQuery } from "../../api/queries.ts";
import { useLastLook } from "../../api/use-last-look.ts";
import { type Column, DataList } from "../../components/data-list.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { FilterPills } from "../../components/filter-pills.tsx";
import { LoadMore } from "../../components/load-more.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Panel } from "../../components/panel.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { replaceQuery, useRoute } from "../../routing/use-route.ts";
import { tenantNames } from "../../rules/estate.ts";
import { filteredCounts } from "../../rules/verdict-filter.ts";
import { VERDICT_TONES, VERDICTS } from "../../rules/tone.ts";
import { WORKLOAD_WORDS, WORKLOADS } from "../../rules/words.ts";
import { InstantText } from "../../time/instant-text.tsx";
import { ageText } from "../../time/wording.ts";

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

const columnsOf = (nameOf: (tenantId: string) => string): readonly Column<UnitVerdict>[] => [
  { header: "Protectable", cell: (unit) => <Protectable unit={unit} />, width: "30%" },
  { header: "Tenant", cell: ({ tenantId }) => nameOf(tenantId), width: "120px" },
  {
    header: "Verdict",
    cell: ({ verdict }) => <StateBadge tone={VERDICT_TONES[verdict]} state={verdict} />,
    width: "142px",
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
  {
    header: "Age then",
    cell: ({ ageMinutes }) => (ageMinutes === null ? "–" : ageText(ageMinutes)),
    width: "104px",
  },
  { header: "Why", cell: ({ reason }) => reason },
];

/** The verdict of every protectable; the filters are in the address. */
export function VerdictUnits({ verification }: { readonly verification: Verification }) {
  const route = useRoute();
  const { tenantId = "", workload = "", verdict = "" } = route.query;
  const filter = { tenantId, workload, verdict };
  const isActive = verification.state === "running";
  const query = useInfiniteQuery(verificationUnitsQuery(verification.id, filter, isActive));
  useLastLook(query, isActive);
  const units = query.data?.pages.flatMap(({ value }) => value);
  const anchor = useRef<HTMLDivElement>(null);
  const isFiltered = tenantId !== "" || workload !== "" || verdict !== "";
  useEffect(() => {
    // A number of the matrix was chosen, perhaps far above.
    if (verdict !== "" && tenantId !== "" && workload !== "") {
      anchor.current?.scrollIntoView({ block: "start" });
    }
  }, [tenantId, workload, verdict]);
  return (
    <div ref={anchor} style={{ scrollMarginTop: 60 }}>
      <Panel title="Protectables" isFlush>
        <Filters verification={verification} filter={filter} />
        <Loaded query={{ data: units, error: query.error }} rows={8}>
          {(rows) =>
            rows.length === 0 && !query.hasNextPage ? (
              <EmptyState
                icon={<SearchRegular />}
                title={isFiltered ? "Nothing matches the filters" : "No verdicts yet"}
              >
                {isFiltered
                  ? "Choose “all” or another tenant or workload."
                  : "They appear here while the verification runs."}
              </EmptyState>
            ) : (
              <>
                <DataList
                  label="Protectables"
                  columns={columnsOf(tenantNames(verification.tenants))}
                  rows={rows}
                  keyOf={(unit) => `${unit.tenantId} ${unit.workload} ${unit.resourceId}`}
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
    </div>
  );
}

interface FiltersProps {
  readonly verification: Verification;
  readonly filter: {
    readonly tenantId: string;
    readonly workload: string;
    readonly verdict: string;
  };
}

function Filters({ verification, filter }: FiltersProps) {
  const styles = useStyles();
  const route = useRoute();
  const change = (part: Partial<typeof filter>) => replaceQuery(route, { ...filter, ...part });
  const counts = filteredCounts(verification.tenants, filter);
  return (
    <div className={styles.filters}>
      <Select
        size="small"
        aria-label="Tenant"
        value={filter.tenantId}
        onChange={(_event, { value }) => change({ tenantId: value })}
      >
        <option value="">every tenant</option>
        {verification.tenants.map(({ tenantId, displayName }) => (
          <option key={tenantId} value={tenantId}>
            {displayName}
          </option>
        ))}
      </Select>
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
        label="Verdict"
        options={VERDICTS.map((verdict: Verdict) => ({
          value: verdict,
          tone: VERDICT_TONES[verdict],
          count: counts[verdict],
        }))}
        value={filter.verdict}
        onChange={(verdict) => change({ verdict })}
      />
    </div>
  );
}

function Protectable({ unit }: { readonly unit: UnitVerdict }) {
  const styles = useStyles();
  return (
    <>
      <div className={styles.name}>{unit.name ?? unit.resourceId}</div>
      <div className={styles.quiet}>{WORKLOAD_WORDS[unit.workload].one}</div>
    </>
  );
}
