// The list of all requests, scrolled through by the wheel as fast as somebody would who looks for something. Frames are told by the clock,
// and by what the page's own thread has worked for them: a machine that does other work shows late frames that are not the page's fault.

import type { Browser, Page } from "playwright-core";
import { median } from "../../bench/statistics.ts";
import { openView, settled, signIn } from "../support/browser.ts";
import { password } from "../support/people.ts";
import type { Figure } from "./figure.ts";
import { atMost } from "./figure.ts";
import type { FullServer } from "./full-server.ts";
import { ask, watchFigures } from "./in-page.ts";

const rounds = 3;
const scrolledMs = 8_000;
const [stepPixels, stepMs] = [400, 40];
const readTop = "document.querySelector('[data-scroll-restoration-id=requests]').scrollTop";
const rowPixels = 36;

export async function measureScrolling(browser: Browser, { server, email }: FullServer): Promise<readonly Figure[]> {
  const longest: number[] = [];
  const worked: number[] = [];
  let passed = 0;
  for (let round = 0; round < rounds; round += 1) {
    const view = await openView(browser);
    const { page } = view;
    await watchFigures(page);
    await signIn(page, server.url, email, password);
    await page.goto(`${server.url}/console/requests?range=30d`);
    await settled(page);
    await browser.startTracing(page, { categories: ["toplevel", "__metadata"] });
    const frames = ask<number[]>(page, `frames(${scrolledMs})`);
    await scroll(page);
    longest.push(Math.max(...(await frames)));
    worked.push(longestTask(await browser.stopTracing()));
    passed += (await page.evaluate<number>(readTop)) / rowPixels;
    await view.close();
  }
  const requests = `${Math.round(passed / rounds)} requests scrolled through`;
  return [
    atMost(`Longest task of the page, ${requests}, by its own work`, median(worked), 50, "ms"),
    atMost(`Longest time between frames, ${requests}`, median(longest), 50, "ms"),
  ];
}

async function scroll(page: Page): Promise<void> {
  await page.mouse.move(700, 500);
  const end = Date.now() + scrolledMs;
  while (Date.now() < end) {
    await page.mouse.wheel(0, stepPixels);
    await page.waitForTimeout(stepMs);
  }
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** What its thread has worked, in microseconds. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Of the threads that pages run in. */
function longestTask(trace: Buffer): number {
  const { traceEvents } = JSON.parse(trace.toString("utf8")) as { readonly traceEvents: readonly TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid}/${tid}`;
  const isOfPage = ({ name, args }: TraceEvent): boolean => name === "thread_name" && args?.name === "CrRendererMain";
  const pages = new Set(traceEvents.filter(isOfPage).map(threadOf));
  const tasks = traceEvents.filter((event) => event.name.endsWith("RunTask") && pages.has(threadOf(event)));
  if (tasks.length === 0) throw new Error("the browser tells of no tasks");
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1_000;
}
