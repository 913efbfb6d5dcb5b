import { Link, makeStyles, tokens } from "@fluentui/react-components";
import { CheckmarkCircleRegular } from "@fluentui/react-icons/svg/checkmark-circle";
import type { ReactNode } from "react";
import type { Tenant } from "../../../../src/contracts/onboarding.ts";
import type { RestoreRun } from "../../../../src/contracts/restore.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Panel } from "../../components/panel.tsx";
import { formatRoute } from "../../routing/hash-route.ts";
import { tenantNames } from "../../rules/estate.ts";
import { DESTINATION_MEANINGS } from "../../rules/restore-plan.ts";
import { pluralText } from "../../rules/words.ts";
import { InstantText } from "../../time/instant-text.tsx";

const useStyles = makeStyles({
  list: { listStyleType: "none", margin: 0, padding: 0 },
  entry: {
    padding: `${tokens.spacingVerticalM} 0`,
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
    ":first-child": { borderTopStyle: "none", paddingTop: 0 },
    ":last-child": { paddingBottom: 0 },
  },
  title: { fontWeight: tokens.fontWeightSemibold },
  quiet: { color: tokens.colorNeutralForeground3 },
});

interface TodoPanelProps {
  readonly runs: readonly RestoreRun[] | undefined;
  readonly tenants: readonly Tenant[] | undefined;
  readonly allTenants: readonly Tenant[] | undefined;
}

/** What stands still until a person does something. */
export function TodoPanel({ runs, tenants, allTenants }: TodoPanelProps) {
  const styles = useStyles();
  const nameOf = tenantNames(allTenants);
  const data = runs && tenants ? { runs, tenants } : undefined;
  return (
    <Panel title="Waiting for a person">
      <Loaded query={{ data, error: null }} rows={3}>
        {(todo) =>
          todo.runs.length + todo.tenants.length === 0 ? (
            <EmptyState icon={<CheckmarkCircleRegular />} title="Nothing waits for a person">
              Restore runs to approve and operator actions of onboardings appear here.
            </EmptyState>
          ) : (
            <ul className={styles.list}>
              {todo.runs.map((run) => (
                <Entry
                  key={run.id}
                  href={formatRoute(["restores", run.id])}
                  title={`Approve the restore for ${nameOf(run.tenantId)}`}
                  deadline={run.waiting?.deadline}
                >
                  {pluralText(run.counts.planned, "unit")}{" "}
                  {DESTINATION_MEANINGS[run.destination].name}, asked by {run.requestedBy.name}
                </Entry>
              ))}
              {todo.tenants.map(({ tenantId, displayName, onboarding }) => (
                <Entry
                  key={tenantId}
                  href={formatRoute(["tenants", tenantId])}
                  title={`Operator action in ${displayName}`}
                  deadline={onboarding?.waiting?.deadline}
                >
                  {onboarding?.operatorAction?.instruction}
                </Entry>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}

interface EntryProps {
  readonly href: string;
  readonly title: string;
  readonly deadline: string | undefined;
  readonly children: ReactNode;
}

function Entry({ href, title, deadline, children }: EntryProps) {
  const styles = useStyles();
  return (
    <li className={styles.entry}>
      <Link href={href} className={styles.title}>
        {title}
      </Link>
      <div>{children}</div>
      {deadline !== undefined && (
        <div className={styles.quiet}>
          waits until <InstantText at={deadline} />
        </div>
      )}
    </li>
  );
}
