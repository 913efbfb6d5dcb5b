import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { Checkmark16Regular } from "@fluentui/react-icons/svg/checkmark";
import { Copy16Regular } from "@fluentui/react-icons/svg/copy";
import { useEffect, useState } from "react";

const useStyles = makeStyles({
  line: { display: "inline-flex", alignItems: "center", maxWidth: "100%", minWidth: 0 },
  text: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200, minWidth: 0 },
  cut: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  button: { flexShrink: 0 },
});

const SHOWN_MS = 1_500;

interface CopyTextProps {
  readonly text: string;
  /** What the text is, for the button's name. */
  readonly what: string;
  /** Shown instead of the whole text. */
  readonly shown?: string;
}

/** An id or hash with a button that copies the whole of it. */
export function CopyText({ text, what, shown }: CopyTextProps) {
  const styles = useStyles();
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) {
      return;
    }
    const timer = setTimeout(() => setIsCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <span className={styles.line}>
      <code className={`${styles.text} ${styles.cut}`} title={text}>
        {shown ?? text}
      </code>
      <Button
        className={styles.button}
        appearance="transparent"
        size="small"
        icon={isCopied ? <Checkmark16Regular /> : <Copy16Regular />}
        aria-label={isCopied ? `${what} copied` : `Copy ${what}`}
        onClick={() => {
          void navigator.clipboard?.writeText(text).then(() => setIsCopied(true));
        }}
      />
    </span>
  );
}
