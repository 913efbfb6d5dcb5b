import {
  makeStyles,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  tokens,
} from "@fluentui/react-components";
import { problemOf } from "../api/problem.ts";

const useStyles = makeStyles({
  errors: { margin: `${tokens.spacingVerticalXS} 0 0`, paddingInlineStart: "20px" },
  field: { fontFamily: tokens.fontFamilyMonospace, overflowWrap: "anywhere" },
});

/** Problem details as the API gave them. */
export function ProblemMessage({ error }: { readonly error: unknown }) {
  const styles = useStyles();
  const { title, detail, status, errors = [] } = problemOf(error);
  return (
    <MessageBar intent="error" layout="multiline" role="alert">
      <MessageBarBody>
        <MessageBarTitle>{status === 0 ? title : `${title} (${status})`}</MessageBarTitle>
        {detail}
        {errors.length > 0 && (
          <ul className={styles.errors}>
            {errors.map(({ field, expected, given }) => (
              <li key={`${field} ${expected}`}>
                {field !== "" && <span className={styles.field}>{field}</span>}
                {field !== "" && ": "}expected {expected}, given {given}
              </li>
            ))}
          </ul>
        )}
      </MessageBarBody>
    </MessageBar>
  );
}
