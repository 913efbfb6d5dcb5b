import {
  Button,
  Field,
  Link,
  makeStyles,
  MessageBar,
  MessageBarBody,
  Textarea,
  tokens,
} from "@fluentui/react-components";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { RejectedRow } from "../../../../src/contracts/onboarding.ts";
import { postApi } from "../../api/client.ts";
import { usePerson } from "../../api/use-person.ts";
import { Page } from "../../components/page.tsx";
import { Panel } from "../../components/panel.tsx";
import { ProblemMessage } from "../../components/problem-message.tsx";
import { formatRoute } from "../../routing/hash-route.ts";
import { navigate } from "../../routing/use-route.ts";
import { isAllowed, OPERATORS } from "../../rules/permission.ts";
import { pluralText } from "../../rules/words.ts";
import { RejectedRows } from "./rejected-rows.tsx";

const useStyles = makeStyles({
  form: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
  area: { fontFamily: tokens.fontFamilyMonospace, minHeight: "220px" },
  actions: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalS },
});

const PARENT = { title: "Onboarding", href: "#/onboarding" };
const HEADER = "tenantId,displayName,role";
const EXAMPLE = `${HEADER}
a1b2c3d4-0000-4000-8000-000000000001,Adatum,member`;

interface Accepted {
  readonly batchId: string;
  readonly statusUrl: string;
  readonly accepted: number;
  readonly rejected: readonly RejectedRow[];
}

export function OnboardPage() {
  const isAllowedHere = isAllowed(usePerson(), OPERATORS);
  return (
    <Page
      title="Onboard tenants"
      parent={PARENT}
      lead="Each row is checked by itself; good rows go on the queue, bad ones are shown with the reason. Handing in a tenant twice does no harm."
    >
      {isAllowedHere ? (
        <OnboardForm />
      ) : (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            Onboarding needs the role Operator or Admin. Ask somebody who has it, or sign in as
            another person.
          </MessageBarBody>
        </MessageBar>
      )}
    </Page>
  );
}

function OnboardForm() {
  const styles = useStyles();
  const [csv, setCsv] = useState("");
  const submit = useMutation({
    mutationFn: (text: string) => postApi<Accepted>("onboarding", text, "text/csv"),
    onSuccess: ({ batchId, rejected }) => {
      if (rejected.length === 0) {
        navigate(["onboarding", batchId]);
      }
    },
  });
  return (
    <>
      <Panel title="List of tenants">
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            submit.mutate(csv);
          }}
        >
          <Field
            label="CSV with a header row"
            required
            hint={
              <>
                Columns <code>{HEADER}</code>; role is <code>owner</code> or <code>member</code> of
                the multitenant organization.
              </>
            }
          >
            <Textarea
              textarea={{ className: styles.area, spellCheck: false }}
              placeholder={EXAMPLE}
              resize="vertical"
              value={csv}
              onChange={(_event, { value }) => setCsv(value)}
            />
          </Field>
          <div className={styles.actions}>
            <Button
              type="submit"
              appearance="primary"
              disabled={csv.trim() === "" || submit.isPending}
            >
              Onboard
            </Button>
            <FileButton onText={setCsv} />
          </div>
          {submit.isError && <ProblemMessage error={submit.error} />}
        </form>
      </Panel>
      {submit.isSuccess && submit.data.rejected.length > 0 && (
        <PartlyTaken accepted={submit.data} />
      )}
    </>
  );
}

/** Some rows were not taken: the person sees them before going on. */
function PartlyTaken({ accepted }: { readonly accepted: Accepted }) {
  return (
    <>
      <MessageBar intent={accepted.accepted === 0 ? "error" : "warning"} layout="multiline">
        <MessageBarBody>
          {pluralText(accepted.accepted, "row")} taken, {accepted.rejected.length} not. Correct the
          rejected rows and hand in only those.{" "}
          {accepted.accepted > 0 && (
            <Link inline href={formatRoute(["onboarding", accepted.batchId])}>
              Open the batch
            </Link>
          )}
        </MessageBarBody>
      </MessageBar>
      <RejectedRows rows={accepted.rejected} />
    </>
  );
}

function FileButton({ onText }: { readonly onText: (text: string) => void }) {
  return (
    <Button
      onClick={() => {
        const input = document.createElement("input");
        input.type = "file";
        input.accept = ".csv,text/csv";
        input.addEventListener("change", () => {
          void input.files?.[0]?.text().then(onText);
        });
        input.click();
      }}
    >
      Choose a file
    </Button>
  );
}
