// How long it takes from a click or a key to the picture that shows it has been understood: the commonest ones.

import type { Browser, Page } from "playwright-core";
import { median } from "../../bench/statistics.ts";
import { openView, settled, signIn } from "../support/browser.ts";
import { password } from "../support/people.ts";
import type { Figure } from "./figure.ts";
import { atMost } from "./figure.ts";
import type { FullServer } from "./full-server.ts";
import { ask, watchFigures } from "./in-page.ts";

type Act = (page: Page) => Promise<void>;

const rounds = 5;
/** Events are told when their picture has been shown, and a little later. */
const toldMs = 250;

const goTo =
  (name: string): Act =>
  async (page) => {
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name, exact: true }).click();
    await page.getByRole("heading", { name, exact: true }).waitFor();
  };
const press =
  (name: string): Act =>
  (page) =>
    page.getByRole("button", { name, exact: true }).click();

/** Each begins where the one before it has led. */
const acts: Readonly<Record<string, Act>> = {
  "choose a time on the dashboard": press("30d"),
  "go to Requests": goTo("Requests"),
  "put requests in another order": press("Tokens"),
  "open a request": (page) => page.locator("tbody tr[data-id]").first().click(),
  "go to Usage": goTo("Usage"),
  "show usage as a table": press("Table"),
  "go to Keys": goTo("Keys"),
  "open the form of a new key": press("Create key"),
  "type into it": (page) => page.keyboard.type("ci-agent", { delay: 40 }),
  "leave it": (page) => page.keyboard.press("Escape"),
  "open the palette": (page) => page.keyboard.press("Control+k"),
  "search in it": (page) => page.keyboard.type("gpt", { delay: 60 }),
  "go to what it found": (page) => page.keyboard.press("Enter"),
  "go to the dashboard": goTo("Dashboard"),
};

export async function measureInteractions(browser: Browser, { server, email }: FullServer): Promise<readonly Figure[]> {
  const times: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round += 1) {
    const view = await openView(browser);
    await watchFigures(view.page);
    await signIn(view.page, server.url, email, password);
    await ask(view.page, "untilWhole()");
    await ask(view.page, "takeInteractions()");
    for (const [name, act] of Object.entries(acts)) (times[name] ??= []).push(await waitedFor(view.page, act));
    await view.close();
  }
  const waited = Object.entries(times).map(([name, list]): readonly [string, number] => [name, median(list)]);
  const [slowest = "", slowestMs = 0] = waited.toSorted((a, b) => b[1] - a[1])[0] ?? [];
  return [
    atMost("Interaction to next paint, the median of the commonest", median(waited.map(([, ms]) => ms)), 100, "ms"),
    atMost(`Interaction to next paint, the slowest of them (${slowest})`, slowestMs, 200, "ms"),
  ];
}

/** Zero stands for less than can be measured: a frame. */
async function waitedFor(page: Page, act: Act): Promise<number> {
  await act(page);
  await settled(page);
  await page.waitForTimeout(toldMs);
  const durations = await ask<number[]>(page, "takeInteractions()");
  return Math.max(0, ...durations);
}
