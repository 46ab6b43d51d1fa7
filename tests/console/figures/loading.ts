// How much the dashboard weighs, and how soon it is there: each time in a browser that has nothing of it yet.

import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { median } from "../../bench/statistics.ts";
import { openView, signIn } from "../support/browser.ts";
import { password } from "../support/people.ts";
import type { Figure } from "./figure.ts";
import { atMost } from "./figure.ts";
import type { FullServer } from "./full-server.ts";
import { ask, watchFigures } from "./in-page.ts";

const rounds = 7;
const ranges = ["24h", "30d"] as const;

export async function measureLoading(browser: Browser, { server, email }: FullServer): Promise<readonly Figure[]> {
  const paints: number[] = [];
  const wholes: Record<string, number[]> = Object.fromEntries(ranges.map((range) => [range, []]));
  let kilobytes = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const range of ranges) {
      const view = await openView(browser);
      await signIn(view.page, server.url, email, password);
      // The session stays; what the sign-in has loaded does not.
      const session = await view.page.context().newCDPSession(view.page);
      await session.send("Network.clearBrowserCache");
      await watchFigures(view.page);
      await view.page.goto(`${server.url}/console/?range=${range}`);
      wholes[range]?.push(await ask<number>(view.page, "untilWhole()"));
      paints.push(await ask<number>(view.page, "firstPaintMs()"));
      kilobytes = await weigh(view.page);
      await view.close();
    }
  }
  return [
    atMost("Script of the dashboard, gzip", kilobytes, 200, "kB"),
    atMost("First contentful paint, nothing cached", median(paints), 1_000, "ms"),
    ...ranges.map((range) =>
      atMost(`Whole dashboard, ${range}, nothing cached`, median(wholes[range] ?? []), 1_000, "ms"),
    ),
  ];
}

/** All script that the page has loaded so far, in kilobytes by gzip. */
export async function weigh(page: Page): Promise<number> {
  const urls = await ask<string[]>(page, "scripts()");
  const scripts = await Promise.all(urls.map(async (url) => Buffer.from(await (await fetch(url)).arrayBuffer())));
  return scripts.reduce((sum, script) => sum + gzipSync(script).length, 0) / 1_000;
}
