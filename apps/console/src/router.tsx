// Which page is at which path. Pages are loaded when somebody goes there, or is about to.

import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from "@tanstack/react-router";
import { Frame } from "#frame/frame.tsx";
import { Page } from "#frame/page.tsx";
import { Empty, Failure } from "#parts/states.tsx";

/** Plain text on both sides, so that URLs are what one would write by hand. */
type Search = Readonly<Record<string, string | undefined>>;

function parseSearch(text: string): Search {
  return Object.fromEntries(new URLSearchParams(text));
}

function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(search).filter(([, value]) => value !== undefined);
  if (given.length === 0) return "";
  return `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()}`;
}

const root = createRootRoute({
  component: Outlet,
  validateSearch: (search: Record<string, unknown>): Search => search as Search,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  component: lazyRouteComponent(() => import("#pages/sign-in/sign-in-page.tsx"), "SignInPage"),
});

const frame = createRoute({ getParentRoute: () => root, id: "frame", component: Frame });

const pages = [
  createRoute({
    getParentRoute: () => frame,
    path: "/",
    component: lazyRouteComponent(() => import("#pages/dashboard/dashboard-page.tsx"), "DashboardPage"),
  }),
  createRoute({ getParentRoute: () => frame, path: "$", component: NotFound }),
  createRoute({
    getParentRoute: () => frame,
    path: "/welcome",
    component: lazyRouteComponent(() => import("#pages/welcome/welcome-page.tsx"), "WelcomePage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/requests",
    component: lazyRouteComponent(() => import("#pages/requests/requests-page.tsx"), "RequestsPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/requests/$id",
    component: lazyRouteComponent(() => import("#pages/requests/request-page.tsx"), "RequestPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/usage",
    component: lazyRouteComponent(() => import("#pages/usage/usage-page.tsx"), "UsagePage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/connect",
    component: lazyRouteComponent(() => import("#pages/connect/connect-page.tsx"), "ConnectPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/providers",
    component: lazyRouteComponent(() => import("#pages/providers/providers-page.tsx"), "ProvidersPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/providers/$id",
    component: lazyRouteComponent(() => import("#pages/providers/provider-page.tsx"), "ProviderPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/models",
    component: lazyRouteComponent(() => import("#pages/models/models-page.tsx"), "ModelsPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/models/$id",
    component: lazyRouteComponent(() => import("#pages/models/model-page.tsx"), "ModelPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/aliases",
    component: lazyRouteComponent(() => import("#pages/aliases/aliases-page.tsx"), "AliasesPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/aliases/$id",
    component: lazyRouteComponent(() => import("#pages/aliases/alias-page.tsx"), "AliasPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/users",
    component: lazyRouteComponent(() => import("#pages/users/users-page.tsx"), "UsersPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/users/$id",
    component: lazyRouteComponent(() => import("#pages/users/user-page.tsx"), "UserPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/keys",
    component: lazyRouteComponent(() => import("#pages/keys/keys-page.tsx"), "KeysPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/keys/$id",
    component: lazyRouteComponent(() => import("#pages/keys/key-page.tsx"), "KeyPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/settings",
    component: lazyRouteComponent(() => import("#pages/settings/settings-page.tsx"), "SettingsPage"),
  }),
];

function NotFound() {
  return (
    <Page title="Not found">
      <Empty>There is no such page.</Empty>
    </Page>
  );
}

function Failed({ error, reset }: { readonly error: unknown; readonly reset: () => void }) {
  return <Failure error={error} onRetry={reset} />;
}

export function createConsoleRouter(basepath: string) {
  return createRouter({
    routeTree: root.addChildren([signIn, frame.addChildren(pages)]),
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
