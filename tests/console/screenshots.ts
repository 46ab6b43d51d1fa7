// Every page of the console as a picture, in both themes, on a screen and on a phone: what a page looks like is judged by
// looking at it. `npm run console:screenshots -- --out FOLDER [--only WORD]`, over the demo, which has something to show.

import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Browser, Page } from "playwright-core";
import { findBrowser, openBrowser, openView, settled, signIn } from "./support/browser.ts";
import { startStage } from "./support/stage.ts";
import type { Stage } from "./support/stage.ts";

const { values } = parseArgs({
  options: { out: { type: "string", default: "screenshots" }, only: { type: "string" } },
});
const folder = resolve(values.out);

interface Shot {
  readonly name: string;
  readonly path: string;
}

async function listShots({ server: { admin } }: Stage): Promise<readonly Shot[]> {
  const idOf = async (list: Promise<{ data: { id: string }[] }>): Promise<string> => (await list).data[1]?.id ?? "";
  const shots: readonly Shot[] = [
    { name: "dashboard", path: "/" },
    { name: "requests", path: "/requests" },
    { name: "welcome", path: "/welcome" },
    { name: "requests", path: "/requests" },
    { name: "request", path: `/requests/${(await admin.requests.list()).data[0]?.id ?? ""}` },
    { name: "usage", path: "/usage" },
    { name: "usage-table", path: "/usage?by=user,model&as=table&range=24h" },
    { name: "keys", path: "/keys" },
    { name: "key-new", path: "/keys?new=key" },
    { name: "key", path: `/keys/${await idOf(admin.apiKeys.list())}` },
    { name: "providers", path: "/providers" },
    { name: "provider-new", path: "/providers?new=provider" },
    { name: "provider", path: `/providers/${(await admin.providers.list()).data[0]?.id ?? ""}` },
    { name: "models", path: "/models" },
    { name: "model", path: `/models/${await idOf(admin.models.list())}` },
    { name: "aliases", path: "/aliases" },
    { name: "alias-new", path: "/aliases?new=alias" },
    { name: "alias", path: `/aliases/${(await admin.aliases.list()).data[0]?.id ?? ""}` },
    { name: "users", path: "/users" },
    { name: "user-new", path: "/users?new=user" },
    { name: "user", path: `/users/${await idOf(admin.users.list())}` },
    { name: "connect", path: "/connect" },
    { name: "settings", path: "/settings" },
    { name: "not-found", path: "/nowhere" },
  ];
  return shots.filter(({ name }) => values.only === undefined || name.includes(values.only));
}

async function take(page: Page, url: string, { name, path }: Shot, suffix: string): Promise<void> {
  await page.goto(`${url}/console${path}`);
  await settled(page);
  await page.waitForTimeout(150);
  await page.screenshot({ path: join(folder, `${name}-${suffix}.png`) });
}

async function takeAll(browser: Browser, stage: Stage, theme: "light" | "dark", width: number): Promise<void> {
  const view = await openView(browser, { theme, width });
  const suffix = `${theme}-${width}`;
  await take(view.page, stage.url, { name: "sign-in", path: "/sign-in" }, suffix);
  await signIn(view.page, stage.url);
  for (const shot of await listShots(stage)) await take(view.page, stage.url, shot, suffix);
  for (const problem of view.problems) console.error(`${suffix}: ${problem}`);
  await view.close();
}

const executable = findBrowser();
if (executable === null) throw new Error("There is no Chromium to look with: `apt-get install chromium` installs one.");
mkdirSync(folder, { recursive: true });
const stage = await startStage();
const browser = await openBrowser(executable);
try {
  for (const theme of ["light", "dark"] as const)
    for (const width of [1440, 390]) await takeAll(browser, stage, theme, width);
  console.log(`screenshots are in ${folder}`);
} finally {
  await browser.close();
  await stage.close();
}
