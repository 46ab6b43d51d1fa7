// Every page of the console as a picture, in both themes, on a screen and on a phone: what a page looks like is judged by
// looking at it. `npm run console:screenshots -- --out FOLDER [--only WORD]`, over the demo, which has something to show.

import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Browser, Page } from "playwright-core";
import { findBrowser, openBrowser, openView, settled, signIn } from "./support/browser.ts";
import { startDemo } from "./support/demo.ts";
import type { RunningDemo } from "./support/demo.ts";

const { values } = parseArgs({
  options: { out: { type: "string", default: "screenshots" }, only: { type: "string" } },
});
const folder = resolve(values.out);

interface Shot {
  readonly name: string;
  readonly path: string;
}

async function listShots({ admin }: RunningDemo): Promise<readonly Shot[]> {
  const idOf = async (list: Promise<{ data: { id: string }[] }>): Promise<string> => (await list).data[1]?.id ?? "";
  const shots: readonly Shot[] = [
    { name: "dashboard", path: "/" },
    { name: "requests", path: "/requests" },
    { name: "welcome", path: "/welcome" },
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
    { name: "system", path: "/settings?show=System" },
    { name: "configuration", path: "/settings?show=Configuration" },
    { name: "not-found", path: "/nowhere" },
  ];
  return shots.filter(({ name }) => values.only === undefined || name.includes(values.only));
}

async function take(page: Page, url: string, { name, path }: Shot, suffix: string): Promise<void> {
  await page.goto(`${url}/console${path}`);
  await settled(page);
  // Charts are drawn when their code is there.
  await page.waitForTimeout(600);
  await page.screenshot({ path: join(folder, `${name}-${suffix}.png`) });
}

async function takeAll(browser: Browser, demo: RunningDemo, theme: "light" | "dark", width: number): Promise<void> {
  const view = await openView(browser, { theme, width });
  const suffix = `${theme}-${width}`;
  await take(view.page, demo.url, { name: "sign-in", path: "/sign-in" }, suffix);
  await signIn(view.page, demo.url, demo.email, demo.password);
  for (const shot of await listShots(demo)) await take(view.page, demo.url, shot, suffix);
  for (const problem of view.problems) console.error(`${suffix}: ${problem}`);
  await view.close();
}

const executable = findBrowser();
if (executable === null) throw new Error("There is no Chromium to look with: `apt-get install chromium` installs one.");
mkdirSync(folder, { recursive: true });
const demo = await startDemo();
const browser = await openBrowser(executable);
try {
  for (const theme of ["light", "dark"] as const)
    for (const width of [1440, 390]) await takeAll(browser, demo, theme, width);
  console.log(`screenshots are in ${folder}`);
} finally {
  await browser.close();
  await demo.close();
}
