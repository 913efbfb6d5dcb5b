import { Button, makeStyles, Spinner, tokens } from "@fluentui/react-components";
import { countText } from "../rules/words.ts";

const useStyles = makeStyles({
  foot: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    padding: tokens.spacingVerticalM,
    minHeight: "56px",
    color: tokens.colorNeutralForeground3,
  },
});

interface LoadMoreProps {
  readonly shown: number;
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly onLoad: () => void;
}

/** Below a list that is read page by page. */
export function LoadMore({ shown, hasMore, isLoading, onLoad }: LoadMoreProps) {
  const styles = useStyles();
  return (
    <div className={styles.foot}>
      <span aria-live="polite">
        {countText(shown)} shown{hasMore ? "" : ", that is all"}
      </span>
      {hasMore && (
        <Button
          disabled={isLoading}
          onClick={onLoad}
          {...(isLoading ? { icon: <Spinner size="tiny" /> } : {})}
        >
          Show more
        </Button>
      )}
    </div>
  );
}
