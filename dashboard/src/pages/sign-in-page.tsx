import {
  Body1,
  Button,
  Card,
  Caption1,
  Field,
  Input,
  makeStyles,
  Title3,
  tokens,
} from "@fluentui/react-components";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { PLATFORM_SIGN_IN, signInLocally } from "../api/session.ts";
import { ProblemMessage } from "../components/problem-message.tsx";
import { ProductMark } from "../components/product-mark.tsx";

const useStyles = makeStyles({
  page: { display: "grid", placeItems: "center", minHeight: "100dvh", padding: "16px" },
  card: { width: "100%", maxWidth: "420px", padding: "32px", gap: tokens.spacingVerticalL },
  brand: { display: "flex", alignItems: "center", gap: tokens.spacingHorizontalM },
  form: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
  hint: { color: tokens.colorNeutralForeground3 },
});

export function SignInPage({ signIn }: { readonly signIn: "local" | "platform" }) {
  const styles = useStyles();
  return (
    <main className={styles.page}>
      <Card className={styles.card}>
        <div className={styles.brand}>
          <ProductMark />
          <Title3 as="h1">m365-continuity</Title3>
        </div>
        <Body1>Proof of recoverability for Microsoft 365. Sign in to see your estate.</Body1>
        {signIn === "local" ? (
          <LocalSignIn />
        ) : (
          <Button as="a" href={PLATFORM_SIGN_IN} appearance="primary" size="large">
            Sign in with Microsoft
          </Button>
        )}
      </Card>
    </main>
  );
}

function LocalSignIn() {
  const styles = useStyles();
  const queryClient = useQueryClient();
  const [key, setKey] = useState("");
  const login = useMutation({
    mutationFn: signInLocally,
    onSuccess: () => queryClient.resetQueries(),
  });
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        login.mutate(key.trim());
      }}
    >
      {login.isError && <ProblemMessage error={login.error} />}
      <Field label="Key of a local identity" required>
        <Input
          type="password"
          size="large"
          name="key"
          autoComplete="current-password"
          autoFocus
          value={key}
          onChange={(_event, { value }) => setKey(value)}
        />
      </Field>
      <Button
        type="submit"
        appearance="primary"
        size="large"
        disabled={key.trim() === "" || login.isPending}
      >
        Sign in
      </Button>
      <Caption1 className={styles.hint}>
        The first start makes a requester and an approver and prints how to use them. Their keys
        stand in <code>local.settings.json</code> under <code>Host.LocalIdentities</code>.
      </Caption1>
    </form>
  );
}
