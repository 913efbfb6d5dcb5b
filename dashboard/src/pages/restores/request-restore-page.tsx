import {
  Button,
  Field,
  Input,
  makeStyles,
  MessageBar,
  MessageBarBody,
  Radio,
  RadioGroup,
  Select,
  tokens,
} from "@fluentui/react-components";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { RequestRestore } from "../../../../src/contracts/restore.ts";
import { postApi } from "../../api/client.ts";
import { fieldErrorsAt, problemOf } from "../../api/problem.ts";
import { tenantsQuery } from "../../api/queries.ts";
import { usePerson } from "../../api/use-person.ts";
import { Page } from "../../components/page.tsx";
import { Panel } from "../../components/panel.tsx";
import { ProblemMessage } from "../../components/problem-message.tsx";
import { navigate, useRoute } from "../../routing/use-route.ts";
import { isAllowed, OPERATORS } from "../../rules/permission.ts";
import { DESTINATION_MEANINGS } from "../../rules/restore-plan.ts";
import {
  type FormErrors,
  parseRestoreForm,
  type RestoreForm,
} from "../../rules/restore-request.ts";
import { zoneText } from "../../time/instant-text.tsx";
import { useServerNow } from "../../time/server-clock.tsx";
import { instantOfLocal, localOfInstant } from "../../time/wording.ts";
import { UnitFields } from "./unit-fields.tsx";

const useStyles = makeStyles({
  form: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXL,
    maxWidth: "880px",
  },
  short: { maxWidth: "380px" },
  choice: { display: "flex", flexDirection: "column", maxWidth: "60ch" },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  actions: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalS },
});

const PARENT = { title: "Restores", href: "#/restores" };

export function RequestRestorePage() {
  const isAllowedHere = isAllowed(usePerson(), OPERATORS);
  return (
    <Page
      title="Request a restore"
      parent={PARENT}
      lead="The run looks up the units, chooses their restore points and shows the plan. Nothing is restored before a second person approves it."
    >
      {isAllowedHere ? (
        <RequestForm />
      ) : (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            Requesting a restore needs the role Operator or Admin. Ask somebody who has it, or sign
            in as another person.
          </MessageBarBody>
        </MessageBar>
      )}
    </Page>
  );
}

function RequestForm() {
  const styles = useStyles();
  const { query } = useRoute();
  const [form, setForm] = useState<RestoreForm>({
    tenantId: query["tenantId"] ?? "",
    mailboxes: "",
    drives: "",
    sites: "",
    restoreTo: "",
    destination: "",
  });
  const [errors, setErrors] = useState<FormErrors>({});
  const submit = useMutation({
    mutationFn: (request: RequestRestore) => postApi<{ readonly id: string }>("restores", request),
    onSuccess: ({ id }) => navigate(["restores", id]),
  });
  const problem = submit.isError ? problemOf(submit.error) : null;
  const change = (part: Partial<RestoreForm>) => {
    setForm({ ...form, ...part });
    setErrors({});
  };
  const messageAt = (field: keyof FormErrors): string | undefined =>
    errors[field] ??
    fieldErrorsAt(problem, field)
      .map(({ expected, given }) => `Expected ${expected}, given ${given}.`)
      .at(0);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const parsed = parseRestoreForm(form);
        if ("errors" in parsed) {
          setErrors(parsed.errors);
        } else {
          submit.mutate(parsed.request);
        }
      }}
    >
      <Panel title="What to restore">
        <div className={styles.form}>
          <TenantField form={form} message={messageAt("tenantId")} onChange={change} />
          <UnitFields form={form} message={errors.units} problem={problem} onChange={change} />
          <TimeField form={form} message={messageAt("restoreTo")} onChange={change} />
          <DestinationField form={form} message={messageAt("destination")} onChange={change} />
          {problem !== null && <ProblemMessage error={submit.error} />}
          <div className={styles.actions}>
            <Button type="submit" appearance="primary" disabled={submit.isPending}>
              Plan the restore
            </Button>
            <Button as="a" href={PARENT.href}>
              Back
            </Button>
          </div>
        </div>
      </Panel>
    </form>
  );
}

interface FormFieldProps {
  readonly form: RestoreForm;
  readonly message: string | undefined;
  readonly onChange: (part: Partial<RestoreForm>) => void;
}

const validation = (message: string | undefined) =>
  message === undefined ? {} : { validationMessage: message };

function TenantField({ form, message, onChange }: FormFieldProps) {
  const styles = useStyles();
  const person = usePerson();
  const { data: tenants = [] } = useQuery(tenantsQuery);
  const choices = tenants.filter(({ tenantId }) => isAllowed(person, OPERATORS, tenantId));
  const chosen = tenants.find(({ tenantId }) => tenantId === form.tenantId);
  const hint =
    chosen?.isWriteAllowed === false
      ? "Writing to this tenant is off: the setting AllowWrites does not list it, so nothing can be restored in it."
      : undefined;
  return (
    <Field
      label="Tenant"
      required
      className={styles.short}
      {...(hint === undefined ? {} : { hint })}
      {...validation(message)}
    >
      <Select value={form.tenantId} onChange={(_event, { value }) => onChange({ tenantId: value })}>
        <option value="">Choose a tenant</option>
        {choices.map(({ tenantId, displayName }) => (
          <option key={tenantId} value={tenantId}>
            {displayName}
          </option>
        ))}
      </Select>
    </Field>
  );
}

function TimeField({ form, message, onChange }: FormFieldProps) {
  const styles = useStyles();
  const now = useServerNow();
  const instant = instantOfLocal(form.restoreTo);
  return (
    <Field
      label="Restore to"
      required
      className={styles.short}
      hint={
        instant === null
          ? `The last moment before the damage, in your time zone (${zoneText()}).`
          : `${instant.slice(0, 16).replace("T", " ")} UTC`
      }
      {...validation(message)}
    >
      <Input
        type="datetime-local"
        max={localOfInstant(now)}
        value={form.restoreTo}
        onChange={(_event, { value }) => onChange({ restoreTo: value })}
      />
    </Field>
  );
}

function DestinationField({ form, message, onChange }: FormFieldProps) {
  const styles = useStyles();
  return (
    <Field label="Destination" required {...validation(message)}>
      <RadioGroup
        value={form.destination}
        onChange={(_event, { value }) =>
          onChange({ destination: value === "inPlace" ? "inPlace" : "new" })
        }
      >
        {(["inPlace", "new"] as const).map((destination) => (
          <Radio
            key={destination}
            value={destination}
            label={
              <span className={styles.choice}>
                {DESTINATION_MEANINGS[destination].name}
                <span className={styles.quiet}>{DESTINATION_MEANINGS[destination].effect}</span>
              </span>
            }
          />
        ))}
      </RadioGroup>
    </Field>
  );
}
