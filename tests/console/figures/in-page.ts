// What in-page.js offers, from outside of the page.

import { join } from "node:path";
import type { Page } from "playwright-core";

const script = join(import.meta.dirname, "in-page.js");

export async function watchFigures(page: Page): Promise<void> {
  await page.addInitScript({ path: script });
}

export function ask<Value>(page: Page, question: string): Promise<Value> {
  return page.evaluate<Value>(`figures.${question}`);
}
