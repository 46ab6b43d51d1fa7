// Pictures with a palette, as the README's are: whatever reads PNG reads them, and few colours stay what they were.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Browser } from "playwright-core";
import { findBrowser, openBrowser } from "./support/browser.ts";
import { readPng, writeIndexedPng } from "./support/indexed-png.ts";

const executable = findBrowser();
let browser: Browser;
beforeAll(async () => {
  if (executable !== null) browser = await openBrowser(executable);
});
afterAll(() => browser?.close());

const bars = ["#ff0000", "#00ff00", "#0000ff", "#123456"];

describe.skipIf(executable === null)("a picture with a palette", () => {
  it("is read by a browser as the picture that it was made of", async () => {
    const page = await browser.newPage({ viewport: { width: 80, height: 40 } });
    const drawn = bars.map((colour) => `<div style="height:10px;background:${colour}"></div>`).join("");
    await page.setContent(`<body style="margin:0">${drawn}</body>`);
    const picture = readPng(await page.screenshot());
    const source = `data:image/png;base64,${writeIndexedPng(picture).toString("base64")}`;
    await page.setContent(`<body style="margin:0"><img style="display:block" src="${source}"></body>`);
    await page.evaluate("document.querySelector('img').decode()");
    const shown = readPng(await page.screenshot());
    expect([picture.width, picture.height]).toEqual([80, 40]);
    expect(shown.colours.equals(picture.colours)).toBe(true);
    expect(
      bars.map((_, at) =>
        shown.colours
          .readUIntBE(at * 10 * 80 * 3, 3)
          .toString(16)
          .padStart(6, "0"),
      ),
    ).toEqual(bars.map((colour) => colour.slice(1)));
    await page.close();
  });
});
