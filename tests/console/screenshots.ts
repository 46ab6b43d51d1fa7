// Every page of the console as a picture, in both themes, on a screen and on a phone: what a page looks like is judged by
// looking at it. `npm run console:screenshots -- --out FOLDER [--only WORD]`, over the demo, which has something to show. With
// `--readme` it writes those of the README instead, into docs/images.

import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Browser, Page } from "playwright-core";
import { WebhookReceiver } from "../../apps/server/tests/support/webhook-receiver.ts";
import { findBrowser, openBrowser, openView, settled, signIn } from "./support/browser.ts";
import type { ViewOptions } from "./support/browser.ts";
import { furnishConsents } from "./support/consents.ts";
import { furnishGuardrails } from "./support/guardrails.ts";
import { startDemo } from "./support/demo.ts";
import type { RunningDemo } from "./support/demo.ts";
import { readPng, writeIndexedPng } from "./support/indexed-png.ts";
import { listPages } from "./support/pages.ts";
import { furnishReport } from "./support/reports.ts";
import { playgroundShots } from "./support/playground-shots.ts";
import { stateShots } from "./support/state-shots.ts";

const { values } = parseArgs({
  options: {
    out: { type: "string", default: "screenshots" },
    only: { type: "string" },
    readme: { type: "boolean", default: false },
  },
});
const folder = values.readme ? resolve(import.meta.dirname, "../../docs/images") : resolve(values.out);

interface Shot {
  readonly name: string;
  readonly path: string;
  /** What is done there first. */
  readonly prepare?: (page: Page) => Promise<void>;
}

/** Of a user that is near its cap, and of a key that ends. */
async function budgetShots({ admin }: RunningDemo): Promise<readonly Shot[]> {
  const { data } = await admin.budgets.list({ query: { order_by: "share" } });
  const near = data.find(({ kind, state }) => kind === "user" && state === "near");
  const ending = data.find(({ ends_at: endsAt, state }) => endsAt !== null && state !== "none");
  return [
    { name: "budget-user", path: `/budgets/user/${near?.id ?? ""}` },
    { name: "budget-ending", path: `/budgets/key/${ending?.id ?? ""}` },
  ];
}

const viewShots: readonly Shot[] = [
  { name: "views", path: "/keys", prepare: openViews },
  { name: "views-edit", path: "/keys?sort=-spent", prepare: editViews },
];

async function openViews(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^(Views|By what they spent)$/ }).click();
}

async function editViews(page: Page): Promise<void> {
  await openViews(page);
  await page.getByRole("menuitem", { name: "Edit views" }).click();
}

/** Every page, and some with something in them. */
async function listShots(demo: RunningDemo): Promise<readonly Shot[]> {
  const shots: readonly Shot[] = [
    ...[...(await listPages(demo.admin)), ...(await budgetShots(demo))],
    ...[...viewShots, ...playgroundShots, ...stateShots],
  ];
  return shots.filter(({ name }) => values.only === undefined || name.includes(values.only));
}

async function show(page: Page, url: string, { path, prepare }: Shot): Promise<void> {
  await page.goto(`${url}/console${path}`);
  await settled(page);
  await prepare?.(page);
  // Charts are drawn when their code is there.
  await page.waitForTimeout(600);
}

async function take(page: Page, url: string, shot: Shot, suffix: string): Promise<void> {
  await show(page, url, shot);
  await page.screenshot({ path: join(folder, `${shot.name}-${suffix}.png`) });
}

async function takeAll(browser: Browser, demo: RunningDemo, theme: "light" | "dark", width: number): Promise<void> {
  const view = await openView(browser, { theme, width });
  const suffix = `${theme}-${width}`;
  await take(view.page, demo.url, { name: "sign-in", path: "/sign-in" }, suffix);
  await signIn(view.page, demo.url, demo.email, demo.password);
  for (const shot of await listShots(demo)) await take(view.page, demo.url, shot, suffix);
  await takeRefused(browser, demo, { theme, width });
  for (const problem of view.problems) console.error(`${suffix}: ${problem}`);
  await view.close();
}

/** A page that is not for whoever opened it. */
async function takeRefused(browser: Browser, demo: RunningDemo, options: Required<ViewOptions>): Promise<void> {
  const shot = { name: "state-not-allowed", path: "/providers" };
  if (values.only !== undefined && !shot.name.includes(values.only)) return;
  const view = await openView(browser, options);
  await signIn(view.page, demo.url, "support@acme.example", demo.password);
  await take(view.page, demo.url, shot, `${options.theme}-${options.width}`);
  await view.close();
}

/** Three of them, small enough to be kept. */
async function takeForReadme(browser: Browser, demo: RunningDemo): Promise<void> {
  const { data } = await demo.admin.requests.list({ query: { limit: 500 } });
  const retold = data.find(({ attempts, status }) => attempts > 1 && status === "ok");
  if (retold === undefined) throw new Error("in the demo no other provider has answered for one that failed");
  const shots: readonly (Shot & { readonly theme: "light" | "dark" })[] = [
    { name: "console-dashboard", path: "/", theme: "light" },
    { name: "console-request", path: `/requests/${retold.id}`, theme: "dark" },
    { name: "console-usage", path: "/usage", theme: "light" },
  ];
  for (const { theme, ...shot } of shots) {
    const view = await openView(browser, { theme });
    await signIn(view.page, demo.url, demo.email, demo.password);
    await show(view.page, demo.url, shot);
    const picture = readPng(await view.page.screenshot());
    writeFileSync(join(folder, `${shot.name}.png`), writeIndexedPng(picture));
    await view.close();
  }
}

/** One that has something to show. */
async function sendToWebhook(): Promise<void> {
  receiver.answer = (response) => response.writeHead(receiver.received.length % 5 === 0 ? 503 : 204).end();
  await demo.admin.webhooks.create({ body: { name: "billing", url: receiver.url, types: ["request.end"] } });
  await furnishReport(demo.admin);
}

/** A request that waits, and guardrails. */
async function furnishTeamOfDemo(): Promise<void> {
  const [team] = (await demo.admin.teams.list()).data;
  if (team === undefined) return;
  await furnishConsents({ url: demo.url, server: demo }, team.id);
  await furnishGuardrails(demo.admin, team.id);
}

const executable = findBrowser();
if (executable === null) throw new Error("There is no Chromium to look with: `apt-get install chromium` installs one.");
mkdirSync(folder, { recursive: true });
const demo = await startDemo();
const receiver = await WebhookReceiver.start();
const browser = await openBrowser(executable);
try {
  if (values.readme) await takeForReadme(browser, demo);
  else {
    await sendToWebhook();
    await furnishTeamOfDemo();
    for (const theme of ["light", "dark"] as const)
      for (const width of [1440, 390]) await takeAll(browser, demo, theme, width);
  }
  console.log(`screenshots are in ${folder}`);
} finally {
  await browser.close();
  await demo.close();
  await receiver.close();
}
