// Pages while something lies over them, or while there is nothing to show: what is to be done before a picture is taken.

import type { Page, Route } from "playwright-core";

interface StateShot {
  readonly name: string;
  readonly path: string;
  readonly prepare: (page: Page) => Promise<void>;
}

const nothing = async (): Promise<void> => {};
const longAgo = "from=2020-01-01T00:00:00.000Z&to=2020-01-02T00:00:00.000Z";
const unknownId = "01970000-0000-7000-8000-000000000000";

export const stateShots: readonly StateShot[] = [
  { name: "state-empty-dashboard", path: `/?${longAgo}`, prepare: nothing },
  { name: "state-empty-requests", path: `/requests?${longAgo}`, prepare: nothing },
  { name: "state-nothing-found", path: "/keys?q=nothing-is-called-that", prepare: nothing },
  { name: "state-failed", path: `/keys/${unknownId}`, prepare: nothing },
  { name: "state-palette", path: "/keys", prepare: openPalette },
  { name: "state-notifications", path: "/", prepare: (page) => press(page, /^Notifications/) },
  { name: "state-time", path: "/", prepare: (page) => press(page, "Choose a beginning and an end") },
  { name: "state-columns", path: "/models", prepare: (page) => press(page, "Choose columns") },
  { name: "state-policies", path: "/aliases?new=alias", prepare: openPolicies },
  { name: "state-refused", path: "/aliases?new=alias", prepare: beRefused },
  { name: "state-shown-once", path: "/keys?new=key", prepare: createKey },
  { name: "state-revoke", path: "/keys?q=notebook", prepare: askToRevoke },
  { name: "state-loading", path: "/users", prepare: holdBack },
  // The last one: nothing is heard behind it.
  { name: "state-lost", path: "/keys", prepare: loseConnection },
];

async function press(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole("button", { name }).first().click();
}

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog", { name: "Search or jump to" }).waitFor();
  await page.keyboard.type("ci");
}

async function openPolicies(page: Page): Promise<void> {
  for (const title of ["Retries", "Time"]) await page.locator("summary", { hasText: title }).click();
  await page.getByLabel("Asking the same target again").selectOption("own");
}

async function beRefused(page: Page): Promise<void> {
  await page.locator("summary", { hasText: "Fallbacks" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("steady");
  await dialog.getByLabel("Model of target 1").fill("gpt-5");
  await dialog.getByLabel("After any failure").fill("nobody");
  await dialog.getByRole("button", { name: "Create alias" }).click();
  await dialog.getByText("There is no alias or provider/model").waitFor();
}

async function createKey(page: Page): Promise<void> {
  await page.getByRole("dialog").getByLabel("Name").fill(`of a picture, ${Date.now()}`);
  await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
  await page.getByRole("button", { name: "Copy key" }).waitFor();
}

async function askToRevoke(page: Page): Promise<void> {
  await page.getByLabel("Select").first().check();
  await page.getByRole("button", { name: "Revoke", exact: true }).click();
}

/** What the server answers comes when the picture is taken. */
async function holdBack(page: Page): Promise<void> {
  const path = /\/admin\/users/;
  const late = async (route: Route): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await route.continue().catch(() => null);
  };
  await page.route(path, late, { times: 1 });
  await page.reload();
  await page.getByRole("status", { name: "Loading" }).first().waitFor();
}

async function loseConnection(page: Page): Promise<void> {
  await page.routeWebSocket(/\/admin\/live/, (socket) => socket.close());
  await page.reload();
  await page.getByText(/^Reconnecting, data from/).waitFor();
}
