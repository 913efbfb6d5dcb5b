import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  DialogTrigger,
  Field,
  Input,
  makeStyles,
  tokens,
} from "@fluentui/react-components";
import { CheckmarkRegular } from "@fluentui/react-icons/svg/checkmark";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { RestoreRun } from "../../../../src/contracts/restore.ts";
import { postApi } from "../../api/client.ts";
import { restoreQuery } from "../../api/queries.ts";
import { ProblemMessage } from "../../components/problem-message.tsx";
import { namesPlan } from "../../rules/restore-plan.ts";
import { SHORT_HASH_LENGTH } from "../../rules/words.ts";
import { PlanSummary } from "./plan-summary.tsx";

const useStyles = makeStyles({
  form: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
  input: { fontFamily: tokens.fontFamilyMonospace, maxWidth: "200px" },
});

interface ApproveDialogProps {
  readonly run: RestoreRun;
  readonly tenantName: string;
  readonly planHash: string;
}

/** Shows what the plan will do; the approver names it by the first characters of its hash. */
export function ApproveDialog({ run, tenantName, planHash }: ApproveDialogProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Dialog open={isOpen} onOpenChange={(_event, { open }) => setIsOpen(open)}>
      <DialogTrigger disableButtonEnhancement>
        <Button appearance="primary">Review and approve</Button>
      </DialogTrigger>
      <DialogSurface>
        {/* A plan that changed under the dialog is another plan: what was typed does not name it. */}
        <ApproveForm
          key={planHash}
          run={run}
          tenantName={tenantName}
          planHash={planHash}
          onApproved={() => setIsOpen(false)}
        />
      </DialogSurface>
    </Dialog>
  );
}

function ApproveForm({
  run,
  tenantName,
  planHash,
  onApproved,
}: ApproveDialogProps & { readonly onApproved: () => void }) {
  const styles = useStyles();
  const [typed, setTyped] = useState("");
  const approve = useApproval(run.id, onApproved);
  const isNamed = namesPlan(typed, planHash);
  const isWrong = typed.trim().length >= SHORT_HASH_LENGTH && !isNamed;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isNamed) {
          approve.mutate(planHash);
        }
      }}
    >
      <DialogBody>
        <DialogTitle>Approve this restore?</DialogTitle>
        <DialogContent className={styles.form}>
          <PlanSummary run={run} tenantName={tenantName} planHash={planHash} />
          <Field
            label={`Type the first ${SHORT_HASH_LENGTH} characters of the plan hash`}
            hint="The approval is for exactly this plan and no other."
            {...(isWrong ? { validationMessage: "This is not the hash of this plan." } : {})}
          >
            <Input
              className={styles.input}
              value={typed}
              autoComplete="off"
              spellCheck={false}
              onChange={(_event, { value }) => setTyped(value)}
            />
          </Field>
          {approve.isError && <ProblemMessage error={approve.error} />}
        </DialogContent>
        <DialogActions>
          <DialogTrigger disableButtonEnhancement>
            <Button size="medium">Not now</Button>
          </DialogTrigger>
          <Button
            type="submit"
            size="medium"
            appearance="primary"
            icon={<CheckmarkRegular />}
            disabled={!isNamed || approve.isPending}
          >
            Approve
          </Button>
        </DialogActions>
      </DialogBody>
    </form>
  );
}

function useApproval(id: string, onApproved: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (planHash: string) =>
      postApi<RestoreRun>(`restores/${encodeURIComponent(id)}/approval`, { planHash }),
    onSuccess: (approved) => {
      queryClient.setQueryData(restoreQuery(id).queryKey, approved);
      onApproved();
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["restores"] }),
  });
}
