import { Button, Tooltip } from "@fluentui/react-components";
import { ShieldCheckmarkRegular } from "@fluentui/react-icons/svg/shield-checkmark";
import { useMutation } from "@tanstack/react-query";
import { postApi } from "../../api/client.ts";
import { usePerson } from "../../api/use-person.ts";
import { navigate } from "../../routing/use-route.ts";
import { isAllowed, OPERATORS } from "../../rules/permission.ts";

interface Accepted {
  readonly id: string;
  readonly statusUrl: string;
}

/** Starts a verification of one tenant, or of all that the caller may see, and shows it. */
export function useStartVerification(tenantId?: string) {
  return useMutation({
    mutationFn: () =>
      postApi<Accepted>("verifications", tenantId === undefined ? {} : { tenantIds: [tenantId] }),
    onSuccess: ({ id }) => navigate(["verifications", id]),
  });
}

interface StartVerificationButtonProps {
  readonly start: ReturnType<typeof useStartVerification>;
  readonly tenantId?: string;
  readonly appearance?: "primary" | "secondary";
}

export function StartVerificationButton({
  start,
  tenantId,
  appearance = "secondary",
}: StartVerificationButtonProps) {
  const person = usePerson();
  if (!isAllowed(person, OPERATORS, tenantId)) {
    return null;
  }
  return (
    <Tooltip
      relationship="description"
      content="Asks of every protectable whether it could be brought back now; changes nothing"
    >
      <Button
        appearance={appearance}
        icon={<ShieldCheckmarkRegular />}
        disabled={start.isPending}
        onClick={() => start.mutate()}
      >
        Start verification
      </Button>
    </Tooltip>
  );
}
