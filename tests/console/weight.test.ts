// How much script a browser has to read before the dashboard is there.

import { expect, it } from "vitest";
import { findBrowser, openBrowser, signIn, Visits } from "./support/browser.ts";
import { weigh } from "./figures/loading.ts";
import { watchFigures } from "./figures/in-page.ts";
import { startStage } from "./support/stage.ts";

const executable = findBrowser();
/** The goal is 200: what all pages share leaves room. */
const mostKilobytes = 180;

it.skipIf(executable === null)(
  "the dashboard and its chart come with no more than 180 kB of script, by gzip",
  async () => {
    const stage = await startStage();
    const browser = await openBrowser(executable ?? "");
    const visits = new Visits(browser, stage.url);
    try {
      await stage.untilListed(await stage.call("gpt-4o-mini"));
      const { page } = await visits.open();
      await signIn(page, stage.url);
      await watchFigures(page);
      await visits.visit(page, "/");
      await page.locator("canvas").waitFor();
      const kilobytes = await weigh(page);
      expect(kilobytes).toBeGreaterThan(100);
      expect(kilobytes).toBeLessThanOrEqual(mostKilobytes);
    } finally {
      await visits.closeAll();
      await browser.close();
      await stage.close();
    }
  },
  120_000,
);
