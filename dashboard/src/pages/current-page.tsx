import { Link } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { Page } from "../components/page.tsx";
import type { Route } from "../routing/hash-route.ts";
import { useRoute } from "../routing/use-route.ts";
import { OnboardPage } from "./onboarding/onboard-page.tsx";
import { BatchPage } from "./onboarding/batch-page.tsx";
import { BatchesPage } from "./onboarding/batches-page.tsx";
import { OverviewPage } from "./overview/overview-page.tsx";
import { RequestRestorePage } from "./restores/request-restore-page.tsx";
import { RestorePage } from "./restores/restore-page.tsx";
import { RestoresPage } from "./restores/restores-page.tsx";
import { TenantPage } from "./tenants/tenant-page.tsx";
import { TenantsPage } from "./tenants/tenants-page.tsx";
import { VerificationPage } from "./verifications/verification-page.tsx";
import { VerificationsPage } from "./verifications/verifications-page.tsx";

/** The page of the present address. */
export function CurrentPage() {
  const route = useRoute();
  return pageOf(route) ?? <MissingPage />;
}

function pageOf(route: Route): ReactElement | null {
  const [section = "", id] = route.path;
  if (route.path.length > 2) {
    return null;
  }
  switch (section) {
    case "":
      return <OverviewPage />;
    case "tenants":
      return id === undefined ? <TenantsPage /> : <TenantPage key={id} tenantId={id} />;
    case "verifications":
      return id === undefined ? <VerificationsPage /> : <VerificationPage key={id} id={id} />;
    case "restores":
      if (id === "new") {
        return <RequestRestorePage />;
      }
      return id === undefined ? <RestoresPage /> : <RestorePage key={id} id={id} />;
    case "onboarding":
      if (id === "new") {
        return <OnboardPage />;
      }
      return id === undefined ? <BatchesPage /> : <BatchPage key={id} id={id} />;
    default:
      return null;
  }
}

const MissingPage = () => (
  <Page title="Nothing here">
    <p>
      This address leads nowhere. <Link href="#/">Go to the overview</Link>.
    </p>
  </Page>
);
