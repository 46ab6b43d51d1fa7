// What ten open dashboards cost the server while calls come in: with them and without them, in turn.

import type { Browser } from "playwright-core";
import { readCpuTime } from "../../bench/process-usage.ts";
import { median } from "../../bench/statistics.ts";
import { openView, signIn } from "../support/browser.ts";
import type { View } from "../support/browser.ts";
import { password } from "../support/people.ts";
import type { Figure } from "./figure.ts";
import { atMost } from "./figure.ts";
import type { FullServer } from "./full-server.ts";
import { ask, watchFigures } from "./in-page.ts";

const tabs = 10;
const callsPerSecond = 50;
const rounds = 3;
const measuredMs = 20_000;
const idleMs = 5_000;
/** Of a core, in percent. */
const idleShare = 3;
const longestIdlingMs = 600_000;

export async function measureTabs(browser: Browser, full: FullServer): Promise<readonly Figure[]> {
  const { server } = full;
  await untilIdle(server.pid);
  const calls = startCalls(full);
  const costs: number[] = [];
  const alone: number[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      const without = await shareOfCore(server.pid);
      const view = await openTabs(browser, full);
      const withTabs = await shareOfCore(server.pid);
      await view.close();
      alone.push(without);
      costs.push(withTabs - without);
    }
  } finally {
    await calls.stop();
  }
  const what = `Ten dashboards at ${calls.perSecond()} calls a second, of a core (without them ${median(alone).toFixed(0)} %)`;
  return [atMost(what, median(costs), 5, "%")];
}

/** All of them in sight, as on ten screens: a browser's hidden tabs ask for less. */
async function openTabs(browser: Browser, { server, email }: FullServer): Promise<View> {
  const view = await openView(browser);
  await signIn(view.page, server.url, email, password);
  for (let tab = 0; tab < tabs; tab += 1) {
    const page = tab === 0 ? view.page : await view.page.context().newPage();
    await watchFigures(page);
    await page.goto(`${server.url}/console/`);
    await ask(page, "untilWhole()");
  }
  return view;
}

/** A server with so long a past adds up its days for some minutes, which would be taken for the cost of what comes first. */
async function untilIdle(pid: number): Promise<void> {
  for (let waited = 0; waited < longestIdlingMs; waited += idleMs)
    if ((await shareOfCore(pid, idleMs)) < idleShare) return;
  throw new Error(`The server was still at work after ${longestIdlingMs / 1_000} s`);
}

async function shareOfCore(pid: number, ms = measuredMs): Promise<number> {
  const startedAt = performance.now();
  const before = readCpuTime(pid).totalMicros;
  await new Promise((resolve) => setTimeout(resolve, ms));
  const micros = readCpuTime(pid).totalMicros - before;
  return micros / 10 / (performance.now() - startedAt);
}

function startCalls({ server, apiKey }: FullServer) {
  const startedAt = performance.now();
  let asked = 0;
  const running = new Set<Promise<void>>();
  const body = JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "Say hello" }] });
  const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
  const call = async (): Promise<void> => {
    const answer = await fetch(`${server.url}/v1/chat/completions`, { method: "POST", headers, body });
    await answer.arrayBuffer();
  };
  const timer = setInterval(() => {
    // As many as are due by now, however late the timer is.
    const due = ((performance.now() - startedAt) / 1_000) * callsPerSecond;
    for (; asked < due; asked += 1) {
      const asking: Promise<void> = call()
        .catch(() => undefined)
        .finally(() => running.delete(asking));
      running.add(asking);
    }
  }, 1_000 / callsPerSecond);
  return {
    perSecond: () => Math.round(asked / ((performance.now() - startedAt) / 1_000)),
    async stop() {
      clearInterval(timer);
      await Promise.all(running);
    },
  };
}
