import { makeStyles, tokens } from "@fluentui/react-components";
import type { Verification } from "../../../../src/contracts/verification.ts";
import { Panel } from "../../components/panel.tsx";
import { TenantVerdicts } from "./tenant-verdicts.tsx";

const useStyles = makeStyles({
  list: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 340px), 1fr))",
    gap: `${tokens.spacingVerticalXXL} ${tokens.spacingHorizontalXXXL}`,
  },
});

/** Counts by tenant, workload and verdict. */
export function VerdictMatrix({ verification }: { readonly verification: Verification }) {
  const styles = useStyles();
  return (
    <Panel title="By tenant and workload">
      <div className={styles.list}>
        {verification.tenants.map((tenant) => (
          <TenantVerdicts key={tenant.tenantId} id={verification.id} tenant={tenant} />
        ))}
      </div>
    </Panel>
  );
}
