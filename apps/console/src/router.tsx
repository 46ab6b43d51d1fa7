// Which page is at which path. Pages are loaded when somebody goes there, or is about to.

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  useRouter,
} from "@tanstack/react-router";
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

/** For who has not signed in, or not wholly. */
const outside = [
  createRoute({
    getParentRoute: () => root,
    path: "/sign-in",
    component: lazyPage(() => import("#pages/sign-in/sign-in-page.tsx"), "SignInPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/sign-in/return",
    component: lazyPage(() => import("#pages/sign-in/return-page.tsx"), "SignInReturnPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/set-password",
    component: lazyPage(() => import("#pages/sign-in/set-password-page.tsx"), "SetPasswordPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/set-up",
    component: lazyPage(() => import("#pages/sign-in/set-up-page.tsx"), "SetUpPage"),
  }),
];

const frame = createRoute({ getParentRoute: () => root, id: "frame", component: Frame });

const pages = [
  createRoute({
    getParentRoute: () => frame,
    path: "/",
    component: lazyPage(() => import("#pages/dashboard/dashboard-page.tsx"), "DashboardPage"),
  }),
  createRoute({ getParentRoute: () => frame, path: "$", component: NotFound }),
  createRoute({
    getParentRoute: () => frame,
    path: "/welcome",
    component: lazyPage(() => import("#pages/welcome/welcome-page.tsx"), "WelcomePage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/requests",
    component: lazyPage(() => import("#pages/requests/requests-page.tsx"), "RequestsPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/requests/$id",
    component: lazyPage(() => import("#pages/requests/request-page.tsx"), "RequestPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/playground",
    component: lazyPage(() => import("#pages/playground/playground-page.tsx"), "PlaygroundPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/usage",
    component: lazyPage(() => import("#pages/usage/usage-page.tsx"), "UsagePage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/reports",
    component: lazyPage(() => import("#pages/reports/reports-page.tsx"), "ReportsPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/reports/$id",
    component: lazyPage(() => import("#pages/reports/report-page.tsx"), "ReportPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/connect",
    component: lazyPage(() => import("#pages/connect/connect-page.tsx"), "ConnectPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/providers",
    component: lazyPage(() => import("#pages/providers/providers-page.tsx"), "ProvidersPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/providers/$id",
    component: lazyPage(() => import("#pages/providers/provider-page.tsx"), "ProviderPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/models",
    component: lazyPage(() => import("#pages/models/models-page.tsx"), "ModelsPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/models/$id",
    component: lazyPage(() => import("#pages/models/model-page.tsx"), "ModelPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/aliases",
    component: lazyPage(() => import("#pages/aliases/aliases-page.tsx"), "AliasesPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/cache",
    component: lazyPage(() => import("#pages/cache/cache-page.tsx"), "CachePage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/aliases/$id",
    component: lazyPage(() => import("#pages/aliases/alias-page.tsx"), "AliasPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/users",
    component: lazyPage(() => import("#pages/users/users-page.tsx"), "UsersPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/users/$id",
    component: lazyPage(() => import("#pages/users/user-page.tsx"), "UserPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/teams",
    component: lazyPage(() => import("#pages/teams/teams-page.tsx"), "TeamsPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/teams/$id",
    component: lazyPage(() => import("#pages/teams/team-page.tsx"), "TeamPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/organisations",
    component: lazyPage(() => import("#pages/organisations/organisations-page.tsx"), "OrganisationsPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/organisations/$id",
    component: lazyPage(() => import("#pages/organisations/organisation-page.tsx"), "OrganisationPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/roles",
    component: lazyPage(() => import("#pages/roles/roles-page.tsx"), "RolesPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/roles/$name",
    component: lazyPage(() => import("#pages/roles/role-page.tsx"), "RolePage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/service-accounts/$id",
    component: lazyPage(() => import("#pages/service-accounts/account-page.tsx"), "ServiceAccountPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/account",
    component: lazyPage(() => import("#pages/account/account-page.tsx"), "AccountPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/keys",
    component: lazyPage(() => import("#pages/keys/keys-page.tsx"), "KeysPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/keys/$id",
    component: lazyPage(() => import("#pages/keys/key-page.tsx"), "KeyPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/budgets",
    component: lazyPage(() => import("#pages/budgets/budgets-page.tsx"), "BudgetsPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/budgets/$kind/$id",
    component: lazyPage(() => import("#pages/budgets/budget-page.tsx"), "BudgetPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/consents",
    component: lazyPage(() => import("#pages/consents/consents-page.tsx"), "ConsentsPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/consents/$id",
    component: lazyPage(() => import("#pages/consents/consent-page.tsx"), "ConsentPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/consents/policies/$id",
    component: lazyPage(() => import("#pages/consents/policy-page.tsx"), "ConsentPolicyPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/events",
    component: lazyPage(() => import("#pages/events/events-page.tsx"), "EventsPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/audit",
    component: lazyPage(() => import("#pages/audit/audit-page.tsx"), "AuditPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/audit/$id",
    component: lazyPage(() => import("#pages/audit/entry-page.tsx"), "AuditEntryPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/events/webhooks/$id",
    component: lazyPage(() => import("#pages/events/webhook-page.tsx"), "WebhookPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/settings",
    component: lazyPage(() => import("#pages/settings/settings-page.tsx"), "SettingsPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/settings/sign-in/$id",
    component: lazyPage(() => import("#pages/settings/method-page.tsx"), "SignInMethodPage"),
  }),
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
