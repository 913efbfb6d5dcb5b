import { Field, makeStyles, Textarea, tokens } from "@fluentui/react-components";
import type { Problem } from "../../../../src/contracts/problem.ts";
import { fieldErrorsAt } from "../../api/problem.ts";
import {
  type RestoreForm,
  UNIT_FIELDS,
  type UnitField,
  unitsOf,
} from "../../rules/restore-request.ts";
import { unitsText, type Workload } from "../../rules/words.ts";

const useStyles = makeStyles({
  fields: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 240px), 1fr))",
    gap: tokens.spacingHorizontalL,
    alignItems: "start",
  },
  area: { fontFamily: tokens.fontFamilyMonospace, minHeight: "132px" },
});

const FIELD_WORDS: Readonly<
  Record<
    UnitField,
    { readonly label: string; readonly placeholder: string; readonly workload: Workload }
  >
> = {
  mailboxes: {
    label: "Mailboxes, by e-mail or object id",
    placeholder: "ada@contoso.com",
    workload: "exchange",
  },
  drives: {
    label: "OneDrives, by e-mail or object id",
    placeholder: "ada@contoso.com",
    workload: "oneDriveForBusiness",
  },
  sites: {
    label: "Sites, by URL or site id",
    placeholder: "https://contoso.sharepoint.com/sites/finance",
    workload: "sharePoint",
  },
};

interface UnitFieldsProps {
  readonly form: RestoreForm;
  readonly message: string | undefined;
  readonly problem: Problem | null;
  readonly onChange: (part: Partial<RestoreForm>) => void;
}

/** One unit a line; what the API says about an entry stands under the field that it is in. */
export function UnitFields({ form, message, problem, onChange }: UnitFieldsProps) {
  const styles = useStyles();
  return (
    <div>
      <div className={styles.fields}>
        {UNIT_FIELDS.map((field) => {
          const { label, placeholder, workload } = FIELD_WORDS[field];
          const errors = fieldErrorsAt(problem, `units.${field}`);
          return (
            <Field
              key={field}
              label={label}
              hint={`One a line. ${unitsText(workload, unitsOf(field, form[field]).length)}.`}
              {...(errors.length === 0
                ? {}
                : {
                    validationMessage: errors
                      .map(({ given, expected }) => `${given}: expected ${expected}.`)
                      .join(" "),
                  })}
            >
              <Textarea
                textarea={{ className: styles.area, spellCheck: false }}
                placeholder={placeholder}
                resize="vertical"
                value={form[field]}
                onChange={(_event, { value }) => onChange({ [field]: value })}
              />
            </Field>
          );
        })}
      </div>
      {message !== undefined && <Field validationMessage={message} />}
    </div>
  );
}
