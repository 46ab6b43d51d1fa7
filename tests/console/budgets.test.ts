// Budgets and limits in a real Chromium over a real server, whose store has a past.

import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { newKey, newUser, openMigrated } from "../../apps/server/tests/store-support/open.ts";
import { createRecord } from "../../apps/server/tests/store-support/records.ts";
import { overflowOf, violationsInBothThemes } from "./support/browser.ts";
import { admin, user } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const dayMs = 24 * 3_600_000;
const dollar = 1_000_000_000;

const pat = { userId: "", keyId: "" };

/** Pat has been there for twenty days, and has spent nine of ten dollars: one a day lately, by a key that ends. */
async function writePast(dataDir: string): Promise<void> {
  const now = Date.now();
  const store = await openMigrated({ databaseUrl: null, dataDir }, { now: () => now - 20 * dayMs });
  try {
    const { id: userId } = await store.users.create(
      newUser("pat@example.com", { username: "Pat", budgetNanos: 10 * dollar }),
    );
    const key = newKey({ id: userId }, "pats", { budgetNanos: 20 * dollar, expiresAt: now + 5 * dayMs });
    const { id: apiKeyId } = await store.apiKeys.create(key);
    Object.assign(pat, { userId, keyId: apiKeyId });
    const use = (daysAgo: number, dollars: number, model: string) =>
      createRecord({ userId, apiKeyId, model, createdAt: now - daysAgo * dayMs, costNanos: dollars * dollar });
    await store.usage.insert([
      ...[use(10, 2, "gpt-4o"), use(5, 3, "gpt-4o"), use(3, 2, "gpt-4o-mini"), use(1, 2, "gpt-4o-mini")],
    ]);
  } finally {
    await store.close();
  }
}

const suite = openSuite({ writePast });

const names = (page: Page) => page.locator("tbody tr td:nth-child(1)").allInnerTexts();
const rowOf = (page: Page, name: string) => page.getByRole("row").filter({ hasText: name }).first();

describe.skipIf(executable === null)("budgets and limits", () => {
  it("are listed by how far they are used up, with what is left and how long that lasts", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/budgets");
    expect((await names(page)).slice(0, 2).map((name) => name.replace(/\s+/, " "))).toEqual([
      "notebook key",
      "Pat user",
    ]);
    const row = await rowOf(page, "Pat").innerText();
    expect(row).toMatch(/near its cap\s+\$9\.00\s+of \$10\s+\$1\.00\s+Cap (tomorrow|in \d+ (hr|min)\.|in 1 day)/);
    expect(await rowOf(page, "notebook").innerText()).toMatch(/at its cap[\s\S]+\$0\s+Refusing requests/);
    expect(await rowOf(page, "pats").innerText()).toMatch(/fine\s+\$9\.00\s+of \$20\s+\$11\.00\s+Lasts until/);
    expect(await rowOf(page, "ci-agent").innerText()).toMatch(/fine[\s\S]+Too little data/);
    await page.getByText("14 budgets").waitFor();
    expect(problems).toEqual([]);
  });

  it("are filtered by state, by who has them and by words, sorted, and all of it is in the URL", async () => {
    const { page } = await suite.visits.openAs(admin, "/budgets");
    await page.getByRole("button", { name: "Near it 1" }).click();
    await page.getByText("1 of 14 budgets").waitFor();
    expect(page.url()).toBe(`${suite.stage.url}/console/budgets?state=near`);
    await page.reload();
    await page.getByText("1 of 14 budgets").waitFor();
    await page.getByRole("button", { name: /^All/ }).click();
    await page.getByLabel("Whose").selectOption("user");
    await page.getByText("3 of 14 budgets").waitFor();
    await page.getByRole("button", { name: "Name" }).click();
    await expect.poll(async () => (await names(page))[0]).toMatch(/^admin/);
    await page.getByRole("button", { name: "Name" }).click();
    await expect.poll(async () => (await names(page))[0]).toMatch(/^Pat/);
    expect(new URL(page.url()).search).toBe("?scope=user&sort=-name");
    await suite.visits.visit(page, "/budgets?page=7");
    await expect.poll(() => page.url()).toBe(`${suite.stage.url}/console/budgets`);
    await page.getByRole("button", { name: "At this rate" }).click();
    await expect.poll(async () => (await names(page)).slice(0, 2).join()).toMatch(/^notebook\s+key,Pat\s+user$/);
    await page.getByRole("button", { name: "At this rate" }).click();
    await expect.poll(async () => (await names(page))[0]).not.toMatch(/notebook/);
    await suite.visits.visit(page, "/budgets");
    await page.keyboard.press("/");
    await page.keyboard.type("nobody at all");
    await page.getByText("Nothing matches “nobody at all”.").waitFor();
    await page.getByText("0 of 14 budgets").waitFor();
  });

  it("are downloaded as CSV, all that the filter leaves", async () => {
    const { page } = await suite.visits.openAs(admin, "/budgets?scope=key");
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download as CSV" }).click();
    const lines = (await readFile(await (await download).path(), "utf8")).split("\r\n");
    expect(lines[0]).toMatch(/^Name,State,Used,Left,At this rate,Owner,/);
    expect(lines).toHaveLength(1 + 11);
  });

  it("open by the keyboard, with the course, and what spends them", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/budgets?state=near");
    await page.getByText("1 of 14 budgets").waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Pat" }).waitFor();
    const figures = await page.getByRole("region", { name: "Figures" }).innerText();
    expect(figures).toMatch(/Spent\s+\$9\.00\s+90 %/);
    expect(figures).toMatch(/Rate\s+\$1\.00\s+a day/);
    await page.getByRole("img", { name: "What was spent, until now and at this rate" }).locator("canvas").waitFor();
    await page.getByRole("button", { name: "Table", exact: true }).press("Enter");
    const rows = page.getByRole("region", { name: "Burn-down" }).locator("tbody tr");
    // The newest first: where the rate leads, and what was spent until now.
    await expect.poll(() => rows.first().innerText()).toMatch(/—\s+\$10\.00\s+\$10\.00$/);
    expect(await rows.nth(1).innerText()).toMatch(/\$9\.00\s+\$9\.00\s+\$10\.00$/);
    expect(await rows.last().innerText()).toMatch(/\$0\s+—\s+\$10\.00$/);
    const models = page.getByRole("region", { name: "Models" }).getByRole("listitem");
    expect(await models.allInnerTexts()).toEqual([
      expect.stringMatching(/gpt-4o\s+2 requests\s+55\.6 %\s+\$5\.00/),
      expect.stringMatching(/gpt-4o-mini\s+2 requests\s+44\.4 %\s+\$4\.00/),
    ]);
    await page.getByRole("region", { name: "Keys" }).getByRole("link", { name: "pats" }).waitFor();
    expect(problems).toEqual([]);
  });

  it("have an even line where they end, and say what other budget holds", async () => {
    const { page } = await suite.visits.openAs(admin, `/budgets/key/${pat.keyId}?as=table`);
    const rows = page.getByRole("region", { name: "Burn-down" }).locator("tbody tr");
    await rows.first().waitFor();
    expect(await page.getByRole("columnheader").allInnerTexts()).toEqual([
      ...["Until", "Spent", "At this rate", "Evenly", "Cap"],
    ]);
    expect(await rows.first().innerText()).toMatch(/—\s+\$14\.\d\d\s+\$20\.00\s+\$20\.00$/);
    await page.getByRole("region", { name: "Period" }).getByRole("link", { name: "pat@example.com" }).click();
    await page.getByRole("heading", { name: "Pat", exact: true }).waitFor();
  });

  it("are changed where they are shown, with the server's words where that is wrong, and in force at once", async () => {
    const { page } = await suite.visits.openAs(admin, `/budgets/user/${pat.userId}`);
    await page.getByRole("button", { name: "Change budget" }).click();
    const dialog = page.getByRole("dialog", { name: "Budget and limits of Pat" });
    await dialog.getByLabel("Budget in USD").fill("ten");
    await dialog.getByRole("button", { name: "Save changes" }).click();
    await dialog.getByText("Write an amount in USD as decimal text", { exact: false }).waitFor();
    await dialog.getByLabel("Budget in USD").fill("9");
    await dialog.getByLabel("Requests / min").fill("60");
    await dialog.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("“Pat” is changed, and in force").waitFor();
    await expect.poll(() => page.getByRole("region", { name: "Figures" }).innerText()).toMatch(/at its cap/);
    await page.getByText("0 of 60").waitFor();
    await page.getByRole("button", { name: "Change budget" }).click();
    await dialog.getByLabel("Budget in USD").fill("10");
    await dialog.getByRole("button", { name: "Save changes" }).click();
    await expect.poll(() => page.getByRole("region", { name: "Figures" }).innerText()).toMatch(/near its cap/);
  });

  it("by period are added, increased for a while, changed and ended, and other ones stay as they are", async () => {
    const { admin: client } = suite.stage.server;
    const { page, problems } = await suite.visits.openAs(admin, `/users/${pat.userId}`);
    const panel = page.getByRole("region", { name: "Budgets by period" });
    await panel.getByRole("button", { name: "Add budget" }).click();
    const adding = page.getByRole("dialog", { name: "Add a budget of Pat" });
    await adding.getByLabel("Time zone").fill("Europe/Atlantis");
    await adding.getByLabel("Amount in USD").fill("200");
    await adding.getByRole("button", { name: "Add budget" }).click();
    await adding.getByText("This is no time zone that is known here", { exact: false }).waitFor();
    await adding.getByLabel("Time zone").fill("Europe/Berlin");
    await adding.getByLabel("Rollover in USD").fill("50");
    await adding.getByLabel("Tell at").fill("50, 500");
    await adding.getByLabel("At the cap").selectOption({ label: "Let smart answer" });
    await adding.getByRole("button", { name: "Add budget" }).click();
    await expect.poll(() => adding.getByLabel("Tell at").getAttribute("aria-invalid")).toBe("true");
    await expect.poll(() => page.locator("[aria-busy=true]").count()).toBe(0);
    expect(await violationsInBothThemes(page)).toEqual([]);
    await adding.getByLabel("Tell at").fill("50, 90");
    await adding.getByRole("button", { name: "Add budget" }).click();
    const monthly = panel.getByRole("region", { name: "Each month (Europe/Berlin)" });
    await monthly.getByText("at the cap smart answers · told at 50 %, 90 %", { exact: false }).waitFor();
    await panel.getByRole("button", { name: "Add budget" }).click();
    await adding.getByLabel("Period").selectOption("rolling");
    await adding.getByLabel("Days").fill("7");
    await adding.getByLabel("Amount in USD").fill("60");
    await adding.getByRole("button", { name: "Add budget" }).click();
    const weekly = panel.getByRole("region", { name: "Any 7 days" });
    await weekly.waitFor();
    await monthly.getByRole("button", { name: "Increase for a while" }).click();
    const increasing = page.getByRole("dialog", { name: "Increase for a while: Each month (Europe/Berlin)" });
    await increasing.getByLabel("More, in USD").fill("100");
    await increasing.getByLabel("Until").fill("2020-01-01T00:00");
    await increasing.getByRole("button", { name: "Increase budget" }).click();
    await increasing.getByText("The time has passed already").waitFor();
    const until = new Date(Date.now() + 3 * dayMs).toISOString().slice(0, 16);
    await increasing.getByLabel("Until").fill(until);
    await increasing.getByRole("button", { name: "Increase budget" }).click();
    await monthly.getByText("$100 more until", { exact: false }).waitFor();
    await monthly.getByText("of $300").waitFor();
    const readBudgets = async () => (await client.users.get({ params: { id: pat.userId } })).budgets;
    const [first, second] = await readBudgets();
    expect(first).toMatchObject({
      ...{ period: "month", time_zone: "Europe/Berlin", amount_usd: "200", rollover_usd: "50", downgrade_to: "smart" },
      ...{ thresholds: [50, 90], increase: { amount_usd: "100", until: `${until}:00.000Z` } },
    });
    expect(second).toMatchObject({ period: "rolling", days: 7, amount_usd: "60", downgrade_to: null });
    await monthly.getByRole("button", { name: "Change" }).click();
    const changing = page.getByRole("dialog", { name: "Each month (Europe/Berlin): Pat" });
    await changing.getByLabel("Amount in USD").fill("250");
    await changing.getByRole("button", { name: "Save changes" }).click();
    await monthly.getByText("of $350").waitFor();
    expect(await readBudgets()).toEqual([{ ...first, amount_usd: "250" }, second]);
    await monthly.getByRole("button", { name: "End" }).click();
    await page.getByRole("dialog").getByRole("textbox").fill("Each month (Europe/Berlin)");
    await page.getByRole("dialog").getByRole("button", { name: "End budget" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await monthly.waitFor({ state: "detached" });
    expect(await readBudgets()).toEqual([second]);
    await client.users.update({ params: { id: pat.userId }, body: { budgets: [] } });
    expect(problems.filter((problem) => !problem.includes("400"))).toEqual([]);
  }, 120_000);

  it("of an hour, a day and of cost are limits as those of a minute are, each with what is in use", async () => {
    const { page } = await suite.visits.openAs(admin, `/budgets/key/${pat.keyId}?change=budget`);
    const dialog = page.getByRole("dialog", { name: "Budget and limits of pats" });
    await dialog.getByLabel("Requests / day").fill("500");
    await dialog.getByLabel("Tokens / hour").fill("a few");
    await dialog.getByLabel("Cost / hour").fill("2.50");
    await dialog.getByRole("button", { name: "Save changes" }).click();
    await dialog.getByText(/^Tokens \/ hour: /).waitFor();
    await dialog.getByLabel("Tokens / hour").fill("90,000");
    await dialog.getByRole("button", { name: "Save changes" }).click();
    const limits = page.getByRole("region", { name: "Limits" });
    await limits.getByText("0 of 500").waitFor();
    await limits.getByText("0 of 90,000").waitFor();
    await limits.getByText("$0 of $2.50").waitFor();
    const key = await suite.stage.server.admin.apiKeys.get({ params: { id: pat.keyId } });
    expect(key.limits).toMatchObject({
      ...{ requests_per_day: 500, tokens_per_hour: 90_000, cost_usd_per_hour: "2.5", requests_per_hour: null },
    });
    await suite.visits.visit(page, "/keys?columns=requests_per_day.cost_usd_per_hour&q=pats");
    await page.getByRole("cell", { name: "$2.50", exact: true }).waitFor();
    await page.getByRole("cell", { name: "500", exact: true }).waitFor();
  }, 120_000);

  it("show what is in use of limits now", async () => {
    const { admin: client } = suite.stage.server;
    const { data } = await client.users.list();
    const limits = { requests_per_minute: 3, tokens_per_minute: 100_000 };
    const owner = data.find(({ email }) => email === admin)?.id ?? "";
    const { id, key } = await client.apiKeys.create({ body: { name: "busy", user_id: owner, limits } });
    const answer = await fetch(`${suite.stage.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "fake-model", messages: [{ role: "user", content: "count me" }] }),
    });
    expect(answer.status).toBe(200);
    const { page } = await suite.visits.openAs(admin, `/budgets/key/${id}`);
    await page.getByRole("meter", { name: "Requests in 60 seconds: 1 of 3" }).waitFor();
    expect(await page.getByRole("region", { name: "Limits" }).innerText()).toMatch(
      /At once running now\s+0 · unlimited/,
    );
    await client.apiKeys.revoke({ params: { id } });
    await page.reload();
    await page.getByRole("heading", { name: "busy" }).waitFor();
  });

  it("are his own for who may see no others, who changes nothing", async () => {
    const { page, problems } = await suite.visits.openAs(user, "/budgets");
    await page.getByText("10 budgets").waitFor();
    expect((await names(page)).join()).not.toMatch(/Pat|pats|admin/);
    expect(await page.getByRole("columnheader", { name: "Owner" }).count()).toBe(0);
    await rowOf(page, "notebook").click();
    await page.getByRole("heading", { name: "notebook" }).waitFor();
    await page.getByRole("link", { name: "Open key" }).waitFor();
    expect(await page.getByRole("button", { name: "Change budget" }).count()).toBe(0);
    expect(problems).toEqual([]);
    await suite.visits.visit(page, `/budgets/user/${pat.userId}?change=budget`);
    await page.getByRole("alert").getByText("There is no user", { exact: false }).waitFor();
    expect(await page.getByRole("dialog").count()).toBe(0);
  });

  it("have nothing that axe objects to in either theme, and fit a phone", async () => {
    const { page, problems } = await suite.visits.openAs(admin);
    const detail = `/budgets/key/${pat.keyId}`;
    for (const path of ["/budgets?q=nothing", "/budgets?state=near", detail, `${detail}?as=table`]) {
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: 900 });
        await suite.visits.visit(page, path);
        expect([path, width, await overflowOf(page), await violationsInBothThemes(page)]).toEqual([path, width, 0, []]);
      }
    }
    expect(problems).toEqual([]);
  }, 90_000);
});
