// Reports in the console: made up, changed, made at once and downloaded, over a real server, a mail server and a past.

import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, describe, expect, it } from "vitest";
import { newKey, newUser, openMigrated } from "../../apps/server/tests/store-support/open.ts";
import { createRecord } from "../../apps/server/tests/store-support/records.ts";
import { startMailServer } from "../../apps/server/tests/support/mail-server.ts";
import { overflowOf, violationsInBothThemes } from "./support/browser.ts";
import { admin, user } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const dayMs = 24 * 3_600_000;
const mailServer = await startMailServer();
afterAll(() => mailServer.close());

/** Pat has asked three times on the day before yesterday. */
async function writePast(dataDir: string): Promise<void> {
  const now = Date.now();
  const store = await openMigrated({ databaseUrl: null, dataDir }, { now: () => now - 10 * dayMs });
  try {
    const { id: userId } = await store.users.create(newUser("pat@example.com", { username: "Pat" }));
    const { id: apiKeyId } = await store.apiKeys.create(newKey({ id: userId }, "pats"));
    const use = () => createRecord({ userId, apiKeyId, createdAt: now - 2 * dayMs, costNanos: 500_000_000 });
    await store.usage.insert([use(), use(), use()]);
  } finally {
    await store.close();
  }
}

const suite = openSuite({
  writePast,
  environment: {
    ...{ SMTP_URL: mailServer.url, GHOSTLLM_MAIL_REQUIRE_TLS: "false", GHOSTLLM_MAIL_FROM: "ghost@example.com" },
    GHOSTLLM_PUBLIC_URL: "https://ghost.example.com",
  },
});

async function saved(
  page: Page,
  press: () => Promise<void>,
): Promise<{ readonly name: string; readonly text: string }> {
  const download = page.waitForEvent("download");
  await press();
  const file = await download;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), "utf8") };
}

const runsOf = (page: Page) => page.getByRole("region", { name: "Runs" }).locator("tbody tr");

describe.skipIf(executable === null)("reports", () => {
  it("are created with the server's words where something is wrong, made at once, and say what became of them", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/reports");
    await page.getByText("A report is usage of the last days, weeks or months", { exact: false }).waitFor();
    await page.getByRole("button", { name: "Create report" }).first().click();
    const dialog = page.getByRole("dialog", { name: "Create a report" });
    const create = dialog.getByRole("button", { name: "Create report" });
    await dialog.getByLabel("Name").fill("Daily by user");
    await dialog.getByLabel("Each").selectOption("day");
    await dialog.getByLabel("Time zone").fill("Europe/Atlantis");
    await create.click();
    await dialog.getByText("This is no time zone that is known here", { exact: false }).waitFor();
    await dialog.getByLabel("Time zone").fill("UTC");
    await dialog.getByLabel("How many days").fill("7");
    await dialog.getByLabel("By", { exact: true }).selectOption("user");
    await dialog.getByLabel("By mail to").fill("ada@example.com, nobody");
    await create.click();
    await expect.poll(() => dialog.getByLabel("By mail to").getAttribute("aria-invalid")).toBe("true");
    await dialog.getByText("Only some of the usage").click();
    await page.mouse.move(0, 0);
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    await dialog.getByLabel("User").selectOption({ label: "pat@example.com" });
    await dialog.getByLabel("By mail to").fill("ada@example.com\nboss@example.com");
    await create.click();
    await page.getByRole("heading", { name: "Daily by user" }).waitFor();
    const facts = await page.getByRole("region", { name: "Report", exact: true }).innerText();
    expect(facts).toMatch(/Each day at 7:00 \(UTC\)/);
    expect(facts).toMatch(/the last 7 days, by user/);
    await page.getByText("It was not due yet.").waitFor();
    await page.getByRole("button", { name: "Run now" }).press("Enter");
    await runsOf(page).filter({ hasText: "sent" }).waitFor({ timeout: 40_000 });
    expect(mailServer.mails.map(({ to }) => to)).toEqual([["ada@example.com"], ["boss@example.com"]]);
    expect(mailServer.mails[0]?.raw).toContain("3 requests");
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    expect(problems.filter((problem) => !problem.includes("400"))).toEqual([]);
  }, 90_000);

  it("are downloaded, as a run told them and as they would be now, and change nothing", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/reports?q=daily");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Daily by user" }).waitFor();
    const now = await saved(page, () => page.getByRole("button", { name: "Download CSV" }).click());
    expect(now.name).toMatch(/^Daily by user \d{4}-\d\d-\d\d\.csv$/);
    const lines = now.text.trimEnd().split("\r\n");
    expect(lines[0]).toMatch(/^period,user,user_name,requests,/);
    expect(lines.slice(1)).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\d,[\w-]+,Pat,3,/)]);
    const ofRun = await saved(page, () => runsOf(page).getByRole("button", { name: "Download" }).click());
    expect(ofRun.text).toBe(now.text);
    expect(await runsOf(page).count()).toBe(1);
    expect(problems).toEqual([]);
  }, 60_000);

  it("are changed, switched off and on, and deleted", async () => {
    const { admin: client } = suite.stage.server;
    const { page, problems } = await suite.visits.openAs(admin, "/reports");
    await page.locator("tbody tr").filter({ hasText: "Daily by user" }).click();
    const settings = page.getByRole("region", { name: "Settings" });
    // What it is narrowed to is in sight.
    expect(await settings.getByLabel("User").inputValue()).not.toBe("");
    await settings.getByLabel("User").selectOption({ label: "all" });
    await settings.getByLabel("Each").selectOption("month");
    await settings.getByLabel("And by").selectOption("model");
    await settings.getByLabel("By mail to").fill("");
    await settings.getByLabel("To the webhook").selectOption({ label: "billing" });
    await settings.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("“Daily by user” is changed, and in force").waitFor();
    await page.getByText("the last 7 months, by user and model").waitFor();
    await page.getByText("webhook billing").waitFor();
    const [changed] = (await client.reports.list()).data;
    expect(changed).toMatchObject({
      ...{ schedule: { every: "month", hour: 7, time_zone: "UTC" }, group_by: ["user", "model"], periods: 7 },
      ...{ filter: {}, recipients: [], is_active: true },
    });
    await settings.getByRole("button", { name: "Switch off" }).click();
    await settings.getByRole("button", { name: "Switch on" }).waitFor();
    expect((await client.reports.list()).data).toMatchObject([{ is_active: false, next_at: null }]);
    await page.getByRole("button", { name: "Delete report" }).click();
    const dialog = page.getByRole("dialog");
    expect(await dialog.getByRole("button", { name: "Delete report" }).isDisabled()).toBe(true);
    await dialog.getByRole("textbox").fill("Daily by user");
    await page.keyboard.press("Enter");
    await page.getByText("“Daily by user” is deleted").waitFor();
    await page.getByText("A report is usage of the last days, weeks or months", { exact: false }).waitFor();
    expect((await client.reports.list()).data).toEqual([]);
    expect(problems).toEqual([]);
  }, 60_000);

  it("of a member are his own, to himself alone, and of what he may see", async () => {
    const { page, problems } = await suite.visits.openAs(user, "/reports?new=report");
    const dialog = page.getByRole("dialog", { name: "Create a report" });
    expect(await dialog.getByLabel("To the webhook").count()).toBe(0);
    expect(await dialog.getByLabel("User").count()).toBe(0);
    expect(await dialog.getByLabel("By mail to").inputValue()).toBe(user);
    await dialog.getByLabel("Name").fill("Mine");
    await dialog.getByLabel("By mail to").fill("boss@example.com");
    await dialog.getByRole("button", { name: "Create report" }).click();
    await dialog.getByRole("alert").getByText("others than oneself", { exact: false }).waitFor();
    await dialog.getByLabel("By mail to").fill(user);
    await dialog.getByRole("button", { name: "Create report" }).click();
    await page.getByRole("heading", { name: "Mine" }).waitFor();
    await page.getByText("what you may see when it is made").waitFor();
    const { text } = await saved(page, () => page.getByRole("button", { name: "Download CSV" }).click());
    expect(text).not.toContain("Pat");
    const other = await suite.visits.openAs(admin, "/reports");
    await other.page.locator("tbody tr").filter({ hasText: "Mine" }).getByText(user).first().waitFor();
    expect(problems.filter((problem) => !problem.includes("403"))).toEqual([]);
  }, 60_000);

  it("say why one was not sent", async () => {
    await mailServer.close();
    const { page } = await suite.visits.openAs(user, "/reports");
    await page.locator("tbody tr").filter({ hasText: "Mine" }).click();
    await page.getByRole("button", { name: "Run now" }).click();
    const run = runsOf(page).filter({ hasText: "waiting" });
    await expect.poll(() => run.innerText(), { timeout: 40_000 }).toMatch(/waiting\s+\S.*\s+0\s+0\s+1\b/);
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
  }, 60_000);
});
