// Answers that are kept: said on the page of an alias, and told on that of a request.

import { describe, expect, it } from "vitest";
import { overflowOf, violationsInBothThemes } from "./support/browser.ts";
import { admin } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const suite = openSuite();

describe.skipIf(executable === null)("answers that are kept", () => {
  it("are said to be of an alias, and a request that was answered by one says so", async () => {
    const client = suite.stage.server.admin;
    const [alias] = (await client.aliases.list()).data;
    const { page, problems } = await suite.visits.openAs(admin, `/aliases/${alias?.id}`);
    await page.getByLabel("Kept answers").selectOption("user");
    await page.getByLabel("Kept for").fill("soon");
    await page.getByRole("button", { name: "Save changes" }).click();
    await expect.poll(() => page.getByLabel("Kept for").getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("Kept for").fill("600");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("“smart” is changed, and in force").waitFor();
    await page.getByText("for 10 min 0 s, of each user").waitFor();
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    const embeddings = page.getByLabel("Embeddings for questions of the same meaning");
    await embeddings.fill("nowhere/x");
    await page.getByLabel("How alike they must be").fill("0.95");
    await page.getByRole("button", { name: "Save changes" }).click();
    await expect.poll(() => embeddings.getAttribute("aria-invalid")).toBe("true");
    await embeddings.fill(`${alias?.targets[0]?.provider}/text-embedding-3-small`);
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("of each user, also for questions that mean the same, from 0.95").waitFor();
    expect((await client.aliases.get({ params: { id: alias?.id ?? "" } })).cache?.semantic).toMatchObject({
      ...{ threshold: 0.95, timeout_ms: 500, more_than_text: false },
    });
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    await embeddings.fill("");
    await page.getByRole("button", { name: "Save changes" }).click();
    await expect
      .poll(async () => (await client.aliases.get({ params: { id: alias?.id ?? "" } })).cache)
      .toMatchObject({ scope: "user", semantic: null });
    await suite.stage.untilListed(await suite.stage.call("smart"));
    const hit = await suite.stage.call("smart");
    await suite.stage.untilListed(hit);
    await suite.visits.visit(page, `/requests/${hit}`);
    await page.getByText(/^hit, saved \$/).waitFor();
    await page.getByText("told before").waitFor();
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    await suite.visits.visit(page, "/");
    const figures = page.getByRole("region", { name: "Figures" });
    await expect.poll(() => figures.innerText()).toMatch(/Saved by cache\s+\$0\.\d+\s+50 % of the bill/);
    await page.getByRole("group", { name: "The latest requests" }).getByText("200 · cache").waitFor();
    await suite.visits.visit(page, "/cache");
    await expect
      .poll(() => figures.innerText())
      .toMatch(/Kept answers\s+1\s+now[^]+Saved\s+\$0\.\d+\s+50 % of the bill/);
    const row = page.locator("tbody tr").filter({ hasText: "smart" });
    expect(await row.innerText()).toMatch(/10 min 0 s\s+each user\s+no\s+2\s+\$0\.\d+\s+\$0\.\d+/);
    await page.getByRole("button", { name: "Forget answers" }).press("Enter");
    const dialog = page.getByRole("dialog", { name: "Forget answers" });
    await dialog.getByLabel("Which answers").selectOption("alias");
    expect(await dialog.getByRole("button", { name: "Forget them" }).isDisabled()).toBe(true);
    await dialog.getByLabel("Alias").selectOption({ label: "smart" });
    await dialog.getByRole("button", { name: "Forget them" }).press("Enter");
    await page.getByText("1 answer forgotten").waitFor();
    await expect.poll(() => figures.innerText()).toMatch(/Kept answers\s+0/);
    expect((await client.cache.get({})).entries).toBe(0);
    await suite.visits.visit(page, `/aliases/${alias?.id}`);
    await page.getByLabel("Kept answers").selectOption("none");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("“smart” is changed, and in force").waitFor();
    expect((await client.aliases.get({ params: { id: alias?.id ?? "" } })).cache).toBeNull();
    expect(problems.filter((problem) => !problem.includes("400"))).toEqual([]);
  }, 60_000);
});
