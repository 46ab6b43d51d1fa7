// Which page is at which path. Pages are loaded when somebody goes there, or is about to.

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  useRouter,
} from "@tanstack/react-router";
import type { RouteComponent } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Frame } from "#frame/frame.tsx";
import { Page } from "#frame/page.tsx";
import { parseSearch, stringifySearch, type Search } from "#parts/search-text.ts";
import { Empty, Failure, noAnswer } from "#parts/states.tsx";

/** The router would load the whole page anew where a part of it is not there, and with a server that is away nothing of it would be left. */
function lazyPage<Name extends string, Code extends Readonly<Record<Name, () => ReactNode>>>(
  load: () => Promise<Code>,
  name: Name,
) {
  const loadOrSay = (): Promise<Code> =>
    load().catch(() => {
      throw new Error(noAnswer);
    });
  return lazyRouteComponent(loadOrSay, name);
}

const root = createRootRoute({
  component: Outlet,
  validateSearch: (search: Record<string, unknown>): Search => search as Search,
});

function outsideAt<const Path extends string>(path: Path, component: RouteComponent) {
  return createRoute({ getParentRoute: () => root, path, component });
}

/** For who has not signed in, or not wholly. */
const outside = [
  outsideAt(
    "/sign-in",
    lazyPage(() => import("#pages/sign-in/sign-in-page.tsx"), "SignInPage"),
  ),
  outsideAt(
    "/sign-in/return",
    lazyPage(() => import("#pages/sign-in/return-page.tsx"), "SignInReturnPage"),
  ),
  outsideAt(
    "/set-password",
    lazyPage(() => import("#pages/sign-in/set-password-page.tsx"), "SetPasswordPage"),
  ),
  outsideAt(
    "/set-up",
    lazyPage(() => import("#pages/sign-in/set-up-page.tsx"), "SetUpPage"),
  ),
];

const frame = createRoute({ getParentRoute: () => root, id: "frame", component: Frame });

function pageAt<const Path extends string>(path: Path, component: RouteComponent) {
  return createRoute({ getParentRoute: () => frame, path, component });
}

const pages = [
  pageAt(
    "/",
    lazyPage(() => import("#pages/dashboard/dashboard-page.tsx"), "DashboardPage"),
  ),
  pageAt("$", NotFound),
  pageAt(
    "/welcome",
    lazyPage(() => import("#pages/welcome/welcome-page.tsx"), "WelcomePage"),
  ),
  pageAt(
    "/requests",
    lazyPage(() => import("#pages/requests/requests-page.tsx"), "RequestsPage"),
  ),
  pageAt(
    "/requests/$id",
    lazyPage(() => import("#pages/requests/request-page.tsx"), "RequestPage"),
  ),
  pageAt(
    "/playground",
    lazyPage(() => import("#pages/playground/playground-page.tsx"), "PlaygroundPage"),
  ),
  pageAt(
    "/usage",
    lazyPage(() => import("#pages/usage/usage-page.tsx"), "UsagePage"),
  ),
  pageAt(
    "/reports",
    lazyPage(() => import("#pages/reports/reports-page.tsx"), "ReportsPage"),
  ),
  pageAt(
    "/reports/$id",
    lazyPage(() => import("#pages/reports/report-page.tsx"), "ReportPage"),
  ),
  pageAt(
    "/connect",
    lazyPage(() => import("#pages/connect/connect-page.tsx"), "ConnectPage"),
  ),
  pageAt(
    "/providers",
    lazyPage(() => import("#pages/providers/providers-page.tsx"), "ProvidersPage"),
  ),
  pageAt(
    "/providers/$id",
    lazyPage(() => import("#pages/providers/provider-page.tsx"), "ProviderPage"),
  ),
  pageAt(
    "/models",
    lazyPage(() => import("#pages/models/models-page.tsx"), "ModelsPage"),
  ),
  pageAt(
    "/models/$id",
    lazyPage(() => import("#pages/models/model-page.tsx"), "ModelPage"),
  ),
  pageAt(
    "/aliases",
    lazyPage(() => import("#pages/aliases/aliases-page.tsx"), "AliasesPage"),
  ),
  pageAt(
    "/cache",
    lazyPage(() => import("#pages/cache/cache-page.tsx"), "CachePage"),
  ),
  pageAt(
    "/guardrails",
    lazyPage(() => import("#pages/guardrails/guardrails-page.tsx"), "GuardrailsPage"),
  ),
  pageAt(
    "/guardrails/$id",
    lazyPage(() => import("#pages/guardrails/guardrail-page.tsx"), "GuardrailPage"),
  ),
  pageAt(
    "/aliases/$id",
    lazyPage(() => import("#pages/aliases/alias-page.tsx"), "AliasPage"),
  ),
  pageAt(
    "/users",
    lazyPage(() => import("#pages/users/users-page.tsx"), "UsersPage"),
  ),
  pageAt(
    "/users/$id",
    lazyPage(() => import("#pages/users/user-page.tsx"), "UserPage"),
  ),
  pageAt(
    "/teams",
    lazyPage(() => import("#pages/teams/teams-page.tsx"), "TeamsPage"),
  ),
  pageAt(
    "/teams/$id",
    lazyPage(() => import("#pages/teams/team-page.tsx"), "TeamPage"),
  ),
  pageAt(
    "/organisations",
    lazyPage(() => import("#pages/organisations/organisations-page.tsx"), "OrganisationsPage"),
  ),
  pageAt(
    "/organisations/$id",
    lazyPage(() => import("#pages/organisations/organisation-page.tsx"), "OrganisationPage"),
  ),
  pageAt(
    "/roles",
    lazyPage(() => import("#pages/roles/roles-page.tsx"), "RolesPage"),
  ),
  pageAt(
    "/roles/$name",
    lazyPage(() => import("#pages/roles/role-page.tsx"), "RolePage"),
  ),
  pageAt(
    "/service-accounts/$id",
    lazyPage(() => import("#pages/service-accounts/account-page.tsx"), "ServiceAccountPage"),
  ),
  pageAt(
    "/account",
    lazyPage(() => import("#pages/account/account-page.tsx"), "AccountPage"),
  ),
  pageAt(
    "/keys",
    lazyPage(() => import("#pages/keys/keys-page.tsx"), "KeysPage"),
  ),
  pageAt(
    "/keys/$id",
    lazyPage(() => import("#pages/keys/key-page.tsx"), "KeyPage"),
  ),
  pageAt(
    "/budgets",
    lazyPage(() => import("#pages/budgets/budgets-page.tsx"), "BudgetsPage"),
  ),
  pageAt(
    "/budgets/$kind/$id",
    lazyPage(() => import("#pages/budgets/budget-page.tsx"), "BudgetPage"),
  ),
  pageAt(
    "/consents",
    lazyPage(() => import("#pages/consents/consents-page.tsx"), "ConsentsPage"),
  ),
  pageAt(
    "/consents/$id",
    lazyPage(() => import("#pages/consents/consent-page.tsx"), "ConsentPage"),
  ),
  pageAt(
    "/consents/policies/$id",
    lazyPage(() => import("#pages/consents/policy-page.tsx"), "ConsentPolicyPage"),
  ),
  pageAt(
    "/events",
    lazyPage(() => import("#pages/events/events-page.tsx"), "EventsPage"),
  ),
  pageAt(
    "/alerts",
    lazyPage(() => import("#pages/alerts/alerts-page.tsx"), "AlertsPage"),
  ),
  pageAt(
    "/audit",
    lazyPage(() => import("#pages/audit/audit-page.tsx"), "AuditPage"),
  ),
  pageAt(
    "/audit/$id",
    lazyPage(() => import("#pages/audit/entry-page.tsx"), "AuditEntryPage"),
  ),
  pageAt(
    "/events/webhooks/$id",
    lazyPage(() => import("#pages/events/webhook-page.tsx"), "WebhookPage"),
  ),
  pageAt(
    "/import",
    lazyPage(() => import("#pages/import/import-page.tsx"), "ImportPage"),
  ),
  pageAt(
    "/settings",
    lazyPage(() => import("#pages/settings/settings-page.tsx"), "SettingsPage"),
  ),
  pageAt(
    "/settings/sign-in/$id",
    lazyPage(() => import("#pages/settings/method-page.tsx"), "SignInMethodPage"),
  ),
];

function NotFound() {
  return (
    <Page title="Not found">
      <Empty>There is no such page.</Empty>
    </Page>
  );
}

function Failed({ error }: { readonly error: unknown }) {
  const router = useRouter();
  return (
    <main id="content" tabIndex={-1}>
      <h1 className="sr-only">This page cannot be shown</h1>
      <Failure error={error} onRetry={() => void router.invalidate()} />
    </main>
  );
}

export function createConsoleRouter(basepath: string) {
  return createRouter({
    routeTree: root.addChildren([...outside, frame.addChildren(pages)]),
    basepath,
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    defaultPreloadDelay: 60,
    scrollRestoration: true,
    defaultNotFoundComponent: NotFound,
    defaultErrorComponent: Failed,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
