// How fast the console is, over a server with a million usage rows: `npm run console:figures [-- --requests N --only WORD]`.
// The figures are of this machine and of what else it does: on a quiet one they say most.

import { parseArgs } from "node:util";
import { measureInteractions } from "./figures/interactions.ts";
import type { Figure } from "./figures/figure.ts";
import { tableHead, toRow } from "./figures/figure.ts";
import { startFullServer } from "./figures/full-server.ts";
import { measureLoading } from "./figures/loading.ts";
import { measureScrolling } from "./figures/scrolling.ts";
import { measureTabs } from "./figures/tabs.ts";
import { findBrowser, openBrowser } from "./support/browser.ts";

const { values } = parseArgs({
  options: { requests: { type: "string", default: "1000000" }, only: { type: "string", default: "" } },
});

const parts = {
  loading: measureLoading,
  interactions: measureInteractions,
  scrolling: measureScrolling,
  tabs: measureTabs,
};

const executable = findBrowser();
if (executable === null)
  throw new Error("There is no Chromium to measure in: `apt-get install chromium` installs one.");
const full = await startFullServer(Number(values.requests));
console.error(`${values.requests} usage rows were written in ${(full.seededMs / 1_000).toFixed(0)} s`);
const browser = await openBrowser(executable);
try {
  console.log(tableHead);
  const figures: Figure[] = [];
  for (const [name, measure] of Object.entries(parts)) {
    if (!name.includes(values.only)) continue;
    console.error(`measuring ${name}`);
    const measured = await measure(browser, full);
    for (const figure of measured) console.log(toRow(figure));
    figures.push(...measured);
  }
  process.exitCode = figures.every(({ isMet }) => isMet) ? 0 : 1;
} finally {
  await browser.close();
  await full.close();
}
