// What aliases and providers are held to, over everybody together: on their own pages, and among all budgets.

import { describe, expect, it } from "vitest";
import { overflowOf, violationsInBothThemes } from "./support/browser.ts";
import { admin, password } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const suite = openSuite();

const aliasId = async (): Promise<string> => (await suite.stage.server.admin.aliases.list()).data[0]?.id ?? "";
const providerId = async (): Promise<string> => (await suite.stage.server.admin.providers.list()).data[0]?.id ?? "";

describe.skipIf(executable === null)("what is held over everybody together", () => {
  it("of an alias is changed on its page, where it says what is in use", async () => {
    const id = await aliasId();
    const { page, problems } = await suite.visits.openAs(admin, `/aliases/${id}`);
    const limits = page.getByRole("region", { name: "Limits" });
    await limits.getByText("Unlimited: all that ask for it together", { exact: false }).waitFor();
    await limits.getByRole("button", { name: "Change limits" }).click();
    const dialog = page.getByRole("dialog", { name: "Limits of smart" });
    // Nothing was counted before somebody cared.
    expect(await dialog.getByLabel("Budget in USD").count()).toBe(0);
    await dialog.getByLabel("Requests / min").fill("many");
    await dialog.getByRole("button", { name: "Save changes" }).click();
    await dialog.getByText(/^Requests \/ min: /).waitFor();
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    await dialog.getByLabel("Requests / min").fill("30");
    await dialog.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("“smart” is changed, and in force").waitFor();
    await limits.getByText("0 of 30").waitFor();
    await suite.stage.call("smart");
    await page.reload();
    await limits.getByText("1 of 30").waitFor();
    const panel = page.getByRole("region", { name: "Budgets by period" });
    await panel.getByRole("button", { name: "Add budget" }).click();
    const adding = page.getByRole("dialog", { name: "Add a budget of smart" });
    await adding.getByLabel("Period").selectOption("day");
    await adding.getByLabel("Time zone").fill("UTC");
    await adding.getByLabel("Amount in USD").fill("50");
    await adding.getByRole("button", { name: "Add budget" }).click();
    await panel.getByRole("region", { name: "Each day" }).getByText("of $50").waitFor();
    const alias = await suite.stage.server.admin.aliases.get({ params: { id } });
    expect(alias).toMatchObject({
      ...{
        limits: { requests_per_minute: 30 },
        budgets: [{ period: "day", amount_usd: "50" }],
        targets: { length: 2 },
      },
    });
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    expect(problems.filter((problem) => !problem.includes("400"))).toEqual([]);
  }, 60_000);

  it("of an alias has a burn-down, with who spends it, and leads to those requests", async () => {
    await suite.stage.untilListed(await suite.stage.call("smart"));
    const { page, problems } = await suite.visits.openAs(admin, `/aliases/${await aliasId()}`);
    await page.getByRole("link", { name: "burn-down and forecast" }).click();
    await page.getByRole("heading", { name: "smart" }).waitFor();
    await page.getByRole("region", { name: "Period" }).getByText("it has limits or budgets").waitFor();
    await page.getByRole("region", { name: "Keys" }).getByRole("link", { name: "elsewhere" }).click();
    await page.waitForURL(/[?&]asked=smart/);
    await page.getByRole("heading", { name: "Requests" }).waitFor();
    await page.locator("tbody tr[data-id]").first().waitFor();
    expect(problems).toEqual([]);
  }, 60_000);

  it("of a provider is changed on its page, and is among all budgets", async () => {
    const id = await providerId();
    const { page, problems } = await suite.visits.openAs(admin, `/providers/${id}?change=limits`);
    const dialog = page.getByRole("dialog", { name: "Limits of openai" });
    await dialog.getByLabel("Cost / day").fill("200");
    await dialog.getByLabel("At once").fill("40");
    await dialog.getByRole("button", { name: "Save changes" }).click();
    const limits = page.getByRole("region", { name: "Limits" });
    await limits.getByText("0 of 40").waitFor();
    await limits.getByText("of $200", { exact: false }).waitFor();
    await page.getByRole("button", { name: "Add budget" }).click();
    const adding = page.getByRole("dialog", { name: "Add a budget of openai" });
    await adding.getByLabel("Time zone").fill("Europe/Berlin");
    await adding.getByLabel("Amount in USD").fill("3000");
    await adding.getByRole("button", { name: "Add budget" }).click();
    await page.getByRole("region", { name: "Each month (Europe/Berlin)" }).waitFor();
    const provider = await suite.stage.server.admin.providers.get({ params: { id } });
    expect(provider).toMatchObject({
      ...{ limits: { cost_usd_per_day: "200", concurrent_requests: 40 }, budgets: [{ amount_usd: "3000" }] },
      has_credential: true,
    });
    await suite.visits.visit(page, "/budgets");
    await page.getByLabel("Whose").selectOption({ label: "Providers" });
    await page.locator("tbody tr").filter({ hasText: "openai" }).click();
    await page.waitForURL(`**/budgets/provider/${id}`);
    await page.getByRole("region", { name: "Limits" }).getByText("of 40", { exact: false }).waitFor();
    await page.getByRole("link", { name: "Open provider" }).click();
    await page.waitForURL(`**/providers/${id}`);
    expect(problems).toEqual([]);
  }, 60_000);

  it("is told as its terms to who does not see what all have spent, and is changed by whoever may", async () => {
    const { admin: client } = suite.stage.server;
    const [id, alias] = [await providerId(), await aliasId()];
    await client.providers.update({ params: { id }, body: { limits: { requests_per_minute: 600 } } });
    await client.aliases.update({ params: { id: alias }, body: { budgets: [{ period: "week", amount_usd: "7" }] } });
    const permissions = { "self.read": "own", "usage.read": "own", "aliases.read": "all" } as const;
    await client.roles.create({
      body: {
        ...{ name: "vendors", description: "Keeps the vendors" },
        permissions: { ...permissions, "providers.read": "all", "providers.update": "all" },
      },
    });
    await client.users.create({ body: { email: "vera@example.com", password, role: "vendors" } });
    const { page, problems } = await suite.visits.openAs("vera@example.com", `/aliases/${alias}`);
    await page.getByRole("region", { name: "Budgets by period" }).getByText("$7").waitFor();
    expect(await page.getByRole("button", { name: /Change limits|Add budget/ }).count()).toBe(0);
    expect(await page.getByRole("link", { name: "burn-down and forecast" }).count()).toBe(0);
    await suite.visits.visit(page, `/providers/${id}`);
    const limits = page.getByRole("region", { name: "Limits" });
    await limits.getByText("600 requests / min", { exact: false }).waitFor();
    await limits.getByRole("button", { name: "Change limits" }).click();
    const dialog = page.getByRole("dialog", { name: "Limits of openai" });
    await dialog.getByLabel("Requests / min").fill("");
    await dialog.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("“openai” is changed, and in force").waitFor();
    expect((await client.providers.get({ params: { id } })).limits.requests_per_minute).toBeNull();
    expect(problems).toEqual([]);
  }, 60_000);
});
