// Chromium, and a page of it that keeps note of all that went wrong in it.

import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { findBrowser } from "../../support/browser.ts";
import { admin, password } from "./people.ts";

export { findBrowser };

/** Root may not have a sandbox, and containers have little shared memory. */
const flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];

export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: flags });
}

export interface View {
  readonly page: Page;
  /** Errors of its console, which breaches of the policy are, too, and exceptions that nobody caught. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

export interface ViewOptions {
  readonly theme?: "light" | "dark";
  readonly width?: number;
}

export async function openView(browser: Browser, { theme = "light", width = 1440 }: ViewOptions = {}): Promise<View> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: theme,
    reducedMotion: "reduce",
    locale: "en-US",
    timezoneId: "UTC",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(`exception: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  return { page, problems, close: () => context.close() };
}

/** The pages that a test opens, of one server: closed together behind it. */
export class Visits {
  readonly #browser: Browser;
  readonly #url: string;
  readonly #views: View[] = [];

  constructor(browser: Browser, url: string) {
    this.#browser = browser;
    this.#url = url;
  }

  async open(options: ViewOptions = {}): Promise<View> {
    const view = await openView(this.#browser, options);
    this.#views.push(view);
    return view;
  }

  /** A page of somebody who has signed in; at a path of the console, where one is named. */
  async openAs(email: string, path: string | null = null, options: ViewOptions = {}): Promise<View> {
    const view = await this.open(options);
    await signIn(view.page, this.#url, email);
    if (path !== null) await this.visit(view.page, path);
    return view;
  }

  async visit(page: Page, path: string): Promise<void> {
    await page.goto(`${this.#url}/console${path}`);
    await settled(page);
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.#views.splice(0).map((view) => view.close()));
  }
}

/** By the form, as people do. */
export async function signIn(page: Page, url: string, email = admin, secret = password): Promise<void> {
  await page.goto(`${url}/console/sign-in`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(secret);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page
    .getByRole("navigation", { name: "Pages" })
    .or(page.getByRole("button", { name: "Open the menu" }))
    .first()
    .waitFor();
}

/** Until nothing is loading any more. */
export async function settled(page: Page): Promise<void> {
  await page.locator("h1").first().waitFor();
  const loading = page.getByRole("status", { name: "Loading" });
  while ((await loading.count()) > 0) await page.waitForTimeout(20);
}

interface AxeViolation {
  readonly id: string;
  readonly nodes: readonly { readonly target: unknown; readonly failureSummary: string }[];
}

/** What axe has to say of the page, in words; nothing where all is well. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const violations: readonly AxeViolation[] = await page.evaluate("axe.run().then((result) => result.violations)");
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${String(target)}: ${failureSummary}`),
  );
}

/** Drawn anew, and at rest. */
const untilDrawn = `new Promise((resolve) => {
  const look = () => (document.getAnimations().some(({ playState, effect }) =>
    playState === "running" && effect.getTiming().iterations === 1) ? requestAnimationFrame(look) : resolve(null));
  requestAnimationFrame(() => requestAnimationFrame(look));
})`;

/** The same in both themes: pages follow the system's as long as nobody has chosen one. */
export async function violationsInBothThemes(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(untilDrawn);
    found.push(...(await violationsOf(page)).map((violation) => `${colorScheme}: ${violation}`));
  }
  return found;
}

/** How many pixels wider it is than the screen. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
}
