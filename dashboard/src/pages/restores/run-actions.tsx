import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  DialogTrigger,
} from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons/svg/dismiss";
import { PauseRegular } from "@fluentui/react-icons/svg/pause";
import { PlayRegular } from "@fluentui/react-icons/svg/play";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { RestoreRun } from "../../../../src/contracts/restore.ts";
import { postApi } from "../../api/client.ts";
import { restoreQuery } from "../../api/queries.ts";
import { usePerson } from "../../api/use-person.ts";
import { isRunActive } from "../../rules/activity.ts";
import { isAllowed, OPERATORS } from "../../rules/permission.ts";

type Action = "cancel" | "suspend" | "resume";

/** Cancels, suspends or resumes a run; the answer is the run with the effect. */
export function useRunAction(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (action: Action) =>
      postApi<RestoreRun>(`restores/${encodeURIComponent(id)}/${action}`, {}),
    onSuccess: (run) => {
      queryClient.setQueryData(restoreQuery(id).queryKey, run);
    },
    // Also after a refusal: the run was in another state than the page showed.
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["restores"] }),
  });
}

interface RunActionsProps {
  readonly run: RestoreRun;
  readonly act: ReturnType<typeof useRunAction>;
}

/** What an operator may do with a run that has not ended. */
export function RunActions({ run, act }: RunActionsProps) {
  const person = usePerson();
  if (!isRunActive(run) || !isAllowed(person, OPERATORS, run.tenantId)) {
    return null;
  }
  return (
    <>
      {run.isSuspended ? (
        <Button
          icon={<PlayRegular />}
          disabled={act.isPending}
          onClick={() => act.mutate("resume")}
        >
          Resume
        </Button>
      ) : (
        <Button
          icon={<PauseRegular />}
          disabled={act.isPending}
          onClick={() => act.mutate("suspend")}
        >
          Suspend
        </Button>
      )}
      <CancelDialog act={act} />
    </>
  );
}

function CancelDialog({ act }: Pick<RunActionsProps, "act">) {
  return (
    <Dialog modalType="alert">
      <DialogTrigger disableButtonEnhancement>
        <Button icon={<DismissRegular />} disabled={act.isPending}>
          Cancel the run
        </Button>
      </DialogTrigger>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>Cancel this run?</DialogTitle>
          <DialogContent>
            It stops before its next effect. What has been restored stays restored, and sessions
            that Microsoft 365 is already working on run to their end; the run will say what had
            happened. A cancelled run cannot go on.
          </DialogContent>
          <DialogActions>
            <DialogTrigger disableButtonEnhancement>
              <Button>Keep it</Button>
            </DialogTrigger>
            <DialogTrigger disableButtonEnhancement>
              <Button appearance="primary" onClick={() => act.mutate("cancel")}>
                Cancel the run
              </Button>
            </DialogTrigger>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
