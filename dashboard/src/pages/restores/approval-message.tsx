import {
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  tokens,
} from "@fluentui/react-components";
import type { RestoreRun } from "../../../../src/contracts/restore.ts";
import { usePerson } from "../../api/use-person.ts";
import { whyNotApprove } from "../../rules/permission.ts";
import { InstantText } from "../../time/instant-text.tsx";
import { ApproveDialog } from "./approve-dialog.tsx";

const useStyles = makeStyles({
  quiet: { color: tokens.colorNeutralForeground2 },
});

interface ApprovalMessageProps {
  readonly run: RestoreRun;
  readonly tenantName: string;
}

/** Nothing happens before somebody else approves: says so, until when, and lets them. */
export function ApprovalMessage({ run, tenantName }: ApprovalMessageProps) {
  const styles = useStyles();
  const person = usePerson();
  const obstacle = whyNotApprove(person, run);
  const canApprove = obstacle === null && run.planHash !== null;
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>Waiting for approval</MessageBarTitle>
        {run.waiting?.reason ?? "Nothing is restored before a second person approves the plan."}
        {run.waiting !== null && (
          <div className={styles.quiet}>
            Since <InstantText at={run.waiting.since} />. The request expires{" "}
            <InstantText at={run.waiting.deadline} />.
          </div>
        )}
        {obstacle !== null && <div>{obstacle}</div>}
      </MessageBarBody>
      {canApprove && (
        <MessageBarActions>
          <ApproveDialog run={run} tenantName={tenantName} planHash={run.planHash ?? ""} />
        </MessageBarActions>
      )}
    </MessageBar>
  );
}
