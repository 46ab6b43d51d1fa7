// What the dashboard and the page of providers tell of a past, in a real Chromium over a real server.

import { describe, expect, it } from "vitest";
import { openMigrated } from "../../apps/server/tests/store-support/open.ts";
import { createRecord } from "../../apps/server/tests/store-support/records.ts";
import { overflowOf, violationsInBothThemes } from "./support/browser.ts";
import { admin } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";
import { furnishTeam } from "./support/teams.ts";

const hourMs = 3_600_000;
const dollar = 1_000_000_000;

/** Two hours ago three answers of one provider, and of another a failure. */
async function writePast(dataDir: string): Promise<void> {
  const store = await openMigrated({ databaseUrl: null, dataDir });
  const at = Date.now() - 2 * hourMs;
  const other = { provider: "elsewhere", providerId: "provider-2", model: "gpt-4o-mini" };
  const failed = { status: "error", httpStatus: 529, errorCode: "provider_overloaded", failedAttempts: 1 } as const;
  try {
    await store.usage.insert([
      ...[1, 2, 3].map((second) => createRecord({ createdAt: at + second, costNanos: dollar, latencyMs: 800 })),
      createRecord({ createdAt: at + 4, costNanos: dollar, ...other }),
      createRecord({ createdAt: at + 5, costNanos: 0, ...other, ...failed }),
    ]);
  } finally {
    await store.close();
  }
}

let teamId = "";
const suite = openSuite({
  writePast,
  furnish: async ({ stage }) => void ({ teamId } = await furnishTeam(stage.server.admin)),
});

describe.skipIf(executable === null)("the dashboard", () => {
  it("shows every column of the latest requests beside its other panels, also where one failed at length", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/");
    const tail = page.getByRole("group", { name: "The latest requests" });
    await tail.getByText("529 · provider overloaded").waitFor();
    const isWhole = "(one) => one.scrollWidth <= one.clientWidth";
    expect(await tail.evaluate(`(${isWhole})(document.querySelector('[aria-label="The latest requests"]'))`)).toBe(
      true,
    );
    expect(problems).toEqual([]);
  });

  it("is grouped by what one chooses, and is of a team, as its link says", async () => {
    const { page } = await suite.visits.openAs(admin, "/");
    await page.getByLabel("Group by").selectOption("provider");
    await page.getByRole("heading", { name: "Spend by provider" }).waitFor();
    const chart = page.getByRole("region", { name: "Spend by provider" });
    await expect
      .poll(() => chart.getByRole("listitem").allInnerTexts())
      .toEqual([expect.stringContaining("openai"), expect.stringContaining("elsewhere")]);
    await page.getByLabel("Team", { exact: true }).selectOption({ label: "Research" });
    await page.getByText("There were no requests in this time.").waitFor();
    await page.getByText("No provider was asked in two days.").waitFor();
    expect(new URL(page.url()).search).toBe(`?by=provider&team=${teamId}`);
    expect(await page.getByRole("region", { name: "Live requests" }).locator("tbody tr").count()).toBe(0);
    const { key } = await suite.stage.server.admin.apiKeys.create({
      body: { name: "of-the-team", owner: "team", team_id: teamId },
    });
    await suite.stage.call("gpt-4o");
    await suite.stage.call("gpt-4o", key);
    const rows = page.getByRole("region", { name: "Live requests" }).locator("tbody tr");
    await rows.first().waitFor();
    expect(await rows.allInnerTexts()).toEqual([expect.stringContaining("of-the-team")]);
    await page.goBack();
    await expect.poll(() => page.getByRole("region", { name: "Live requests" }).locator("tbody tr").count()).toBe(7);
  });

  it("tells of a time that was chosen by the keyboard, and holds to the order of its ends", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/");
    await page.getByRole("button", { name: "Choose a beginning and an end" }).press("Enter");
    const dialog = page.getByRole("dialog", { name: "Choose a time" });
    await dialog.getByLabel("From").fill("2026-01-02T10:00");
    await dialog.getByLabel("To").fill("2026-01-02T09:00");
    await dialog.getByText("The end comes after the beginning.").waitFor();
    expect(await violationsInBothThemes(page)).toEqual([]);
    await dialog.getByLabel("To").fill("2026-01-02T16:00");
    await dialog.getByLabel("To").press("Enter");
    await dialog.waitFor({ state: "detached" });
    await page.getByText("There were no requests in this time.").waitFor();
    const { searchParams } = new URL(page.url());
    expect(searchParams.get("from")).toBe("2026-01-02T10:00:00.000Z");
    expect(searchParams.get("to")).toBe("2026-01-02T16:00:00.000Z");
    await page.getByRole("button", { name: "Jan 2, 2026", exact: false }).waitFor();
    expect(problems).toEqual([]);
  });

  it("fits a phone, with its filters", async () => {
    const { page } = await suite.visits.openAs(admin, "/", { width: 390 });
    await page.getByLabel("Group by").waitFor();
    expect(await overflowOf(page)).toBe(0);
  });
});

describe.skipIf(executable === null)("providers", () => {
  it("have a strip of their last two days, and their share and time", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/providers");
    const row = page.locator("tbody tr").filter({ hasText: "openai" });
    await row.getByRole("img", { name: "Attempts at openai and failures, hour by hour" }).waitFor();
    expect(await row.innerText()).toMatch(/100 %\s+8\d\d ms/);
    await row.click();
    const health = page.getByRole("region", { name: "Health" });
    await health.getByRole("img", { name: /^How long openai took/ }).waitFor();
    expect(await health.innerText()).toContain("100 %");
    expect(problems).toEqual([]);
  });
});
