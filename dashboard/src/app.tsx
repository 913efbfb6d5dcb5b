import {
  FluentProvider,
  makeStyles,
  Spinner,
  tokens,
  webDarkTheme,
  webLightTheme,
} from "@fluentui/react-components";
import { QueryCache, QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { ApiProblem } from "./api/problem.ts";
import { sessionQuery } from "./api/queries.ts";
import { PersonContext } from "./api/use-person.ts";
import { useMedia } from "./components/media.ts";
import { ProblemMessage } from "./components/problem-message.tsx";
import { CurrentPage } from "./pages/current-page.tsx";
import { SignInPage } from "./pages/sign-in-page.tsx";
import { Shell } from "./pages/shell.tsx";
import { ServerClockProvider } from "./time/server-clock.tsx";

/** A refused request stays refused; an answer that did not come may come the second time. */
const shouldRetry = (failures: number, error: Error): boolean =>
  !(error instanceof ApiProblem) && failures < 1;

const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      const isSignedOut = error instanceof ApiProblem && error.problem.status === 401;
      if (isSignedOut && query.queryKey[0] !== sessionQuery.queryKey[0]) {
        void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
      }
    },
  }),
  defaultOptions: { queries: { retry: shouldRetry, staleTime: 1_000 } },
});

const useStyles = makeStyles({
  app: { minHeight: "100dvh", backgroundColor: tokens.colorNeutralBackground2 },
  center: { display: "grid", placeItems: "center", minHeight: "100dvh", padding: "16px" },
});

export function App() {
  const styles = useStyles();
  const isDark = useMedia("(prefers-color-scheme: dark)");
  return (
    <FluentProvider theme={isDark ? webDarkTheme : webLightTheme}>
      {/* Not on the provider: it gives its class to every portal too. */}
      <div className={styles.app}>
        <QueryClientProvider client={queryClient}>
          <SessionGate />
        </QueryClientProvider>
      </div>
    </FluentProvider>
  );
}

function SessionGate() {
  const styles = useStyles();
  const { data: session, error } = useQuery(sessionQuery);
  if (session === undefined) {
    return (
      <div className={styles.center}>
        {error === null ? <Spinner label="Opening" /> : <ProblemMessage error={error} />}
      </div>
    );
  }
  if (session.kind === "signedOut") {
    return <SignInPage signIn={session.signIn} />;
  }
  return (
    <PersonContext value={session.person}>
      <ServerClockProvider>
        <Shell signOut={session.signOut}>
          <CurrentPage />
        </Shell>
      </ServerClockProvider>
    </PersonContext>
  );
}
