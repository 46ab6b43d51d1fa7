// The page of usage in a real Chromium over a real server, whose store has a past.

import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { openMigrated } from "../../apps/server/tests/store-support/open.ts";
import { createRecord } from "../../apps/server/tests/store-support/records.ts";
import { violationsOf } from "./support/browser.ts";
import { admin, user } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const hourMs = 3_600_000;
const dollar = 1_000_000_000;

/** Three requests of today and one of the day before, and another that failed. */
async function writePast(dataDir: string): Promise<void> {
  const store = await openMigrated({ databaseUrl: null, dataDir });
  try {
    const [today, before] = [Date.now() - 2 * hourMs, Date.now() - 30 * hourMs];
    const mini = { model: "gpt-4o-mini", requestedModel: "smart", userId: "user-2", apiKeyId: "key-2" };
    await store.usage.insert([
      createRecord({ createdAt: today, costNanos: dollar }),
      createRecord({ createdAt: today + 1, costNanos: 2 * dollar }),
      createRecord({ createdAt: today + 2, costNanos: 6 * dollar, ...mini }),
      createRecord({ createdAt: today + 3, costNanos: 0, status: "error", httpStatus: 500, errorCode: "x", ...mini }),
      createRecord({ createdAt: before, costNanos: 2 * dollar }),
    ]);
  } finally {
    await store.close();
  }
}

const suite = openSuite({ writePast });

const groups = (page: Page, title: string) =>
  page.getByRole("region", { name: title, exact: true }).locator("tbody tr");

describe.skipIf(executable === null)("usage", () => {
  it("is told by model, beside the period before, with what it comes to", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/usage?range=24h");
    const rows = groups(page, "By model");
    await rows.first().waitFor();
    expect(await rows.allInnerTexts()).toEqual([
      expect.stringMatching(/^gpt-4o-mini\s+\$6\.00\s+new\s+66\.7 %\s+2\s+50 %/),
      expect.stringMatching(/^gpt-4o\s+\$3\.00\s+\+50 %\s+33\.3 %\s+2\s+0 %/),
    ]);
    const figures = await page.getByRole("region", { name: "Figures" }).innerText();
    expect(figures).toMatch(/Spend\s+\$9\.00\s+\+350 %/);
    expect(figures).toMatch(/Errors\s+25 %\s+was 0 %/);
    await page.getByLabel("Compare with the period before").uncheck();
    await expect.poll(() => page.getByRole("columnheader", { name: "Change" }).count()).toBe(0);
    expect(page.url()).toContain("compare=no");
    expect(problems).toEqual([]);
  });

  it("is told by any two dimensions, and leads to the requests that it comes from", async () => {
    const { page } = await suite.visits.openAs(admin, "/usage?range=24h");
    await page.getByLabel("By", { exact: true }).selectOption("user");
    await page.getByLabel("and", { exact: true }).selectOption("alias");
    const rows = groups(page, "By user and alias");
    // What was shown before stays until the new is there.
    const texts = (): Promise<readonly string[]> => rows.allInnerTexts();
    await expect
      .poll(texts)
      .toEqual([
        expect.stringMatching(/^user-2\s+smart\s+\$6\.00/),
        expect.stringMatching(/^user-1\s+openai\/gpt-4o\s+\$3\.00/),
      ]);
    await page.reload();
    await rows.first().click();
    await page.getByText("2 requests", { exact: true }).waitFor();
    expect(new URL(page.url()).search).toBe("?range=24h&user=user-2&asked=smart");
    await page.goBack();
    await page.getByRole("region", { name: "By user and alias", exact: true }).waitFor();
  });

  it("is told over time, as a chart and as a table of the same numbers", async () => {
    const { page } = await suite.visits.openAs(admin, "/usage?range=24h");
    const course = page.getByRole("region", { name: "Spend by model" });
    await course.locator("canvas").waitFor();
    await course.getByRole("button", { name: "Table" }).click();
    const told = course.locator("tbody tr").filter({ hasText: "$" });
    expect(await told.allInnerTexts()).toEqual([expect.stringMatching(/\$6\.00\s+\$3\.00\s+\$9\.00$/)]);
    await page.getByLabel("per", { exact: true }).selectOption("day");
    await expect.poll(() => course.locator("tbody tr").count()).toBeLessThan(4);
    await course.getByRole("button", { name: "Errors" }).click();
    await page
      .getByRole("region", { name: "Errors by model" })
      .getByRole("cell", { name: "1", exact: true })
      .first()
      .waitFor();
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
      ...{ range: "24h", bucket: "day", show: "errors", as: "table" },
    });
  });

  it("is written as CSV, with all groups and times", async () => {
    const { page } = await suite.visits.openAs(admin, "/usage?range=24h&by=model,status");
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download CSV" }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe("usage-by-model-status.csv");
    const lines = (await readFile(await file.path(), "utf8")).trim().split(/\r?\n/);
    expect(lines[0]).toMatch(/^time,model,model_name,status,status_name,/);
    expect(lines).toHaveLength(4);
  });

  it("says so where there was none, and shows a user his own alone", async () => {
    const { page, problems } = await suite.visits.openAs(user, "/usage");
    await page.getByText("There were no requests in this time.").first().waitFor();
    expect(await page.getByRole("region", { name: "Figures" }).innerText()).toMatch(/Spend\s+\$0/);
    expect(problems).toEqual([]);
  });

  it.each(["light", "dark"] as const)(
    "has nothing that axe objects to, and fits a phone, %s",
    async (theme) => {
      const { page, problems } = await suite.visits.openAs(admin, "/usage", { theme });
      for (const path of ["/usage?range=24h", "/usage?range=24h&by=user,model&as=table", "/usage?range=1h"]) {
        for (const width of [1440, 390]) {
          await page.setViewportSize({ width, height: 900 });
          await suite.visits.visit(page, path);
          const beyond: number = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
          expect([path, width, beyond, await violationsOf(page)]).toEqual([path, width, 0, []]);
        }
      }
      expect(problems).toEqual([]);
    },
    60_000,
  );
});
