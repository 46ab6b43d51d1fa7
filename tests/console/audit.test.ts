// The page Audit: what was done is found, read with what it has changed, verified and saved.

import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { overflowOf, violationsInBothThemes } from "./support/browser.ts";
import { admin, user } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const suite = openSuite({
  furnish: async ({ stage: { server } }) => {
    const { data } = await server.admin.apiKeys.list();
    const id = data.find(({ name }) => name === "ci-agent")?.id ?? "";
    await server.admin.apiKeys.update({ params: { id }, body: { budget_usd: "77.5", tags: ["looked-at"] } });
  },
});

describe.skipIf(executable === null)("the audit log", () => {
  it("is filtered by kind, outcome, who it was and words, all of it in the URL", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/audit");
    const rows = page.locator("tbody tr");
    await page.getByLabel("All actions").selectOption("session");
    await rows.filter({ hasText: "session.created" }).first().waitFor();
    await expect.poll(() => rows.filter({ hasText: "key." }).count()).toBe(0);
    await page.getByLabel("All actions").selectOption("key");
    await rows.filter({ hasText: "key.changed" }).first().waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("looked-at");
    await expect.poll(() => rows.count()).toBe(1);
    expect(await rows.first().innerText()).toMatch(/key\.changed\s+ci-agent/);
    expect(new URL(page.url()).search).toMatch(/kind=key&q=looked-at|q=looked-at&kind=key/);
    await page.reload();
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByLabel("Any outcome").selectOption("refused");
    await page.getByText("Nothing in this time is like that.").waitFor();
    await page.getByRole("button", { name: "Clear" }).click();
    await rows.filter({ hasText: "ci-agent" }).first().waitFor();
    await page.getByLabel("Who: an id, or the beginning of a name").fill("nobody at all");
    await page.getByText("Nothing in this time is like that.").waitFor();
    expect(problems).toEqual([]);
  });

  it("opens an entry by the keyboard, with each field before and after, and leads to what it is about", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/audit?kind=key&q=looked-at");
    await page.locator("tbody tr").filter({ hasText: "key.changed" }).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "key.changed" }).waitFor();
    const changes = page.getByRole("region", { name: "What was changed" });
    expect(await changes.getByLabel("tags, after").innerText()).toContain("looked-at");
    expect(await changes.getByLabel(/^budget\w*, before$/).innerText()).toContain("120");
    expect(await changes.getByLabel(/^budget\w*, after$/).innerText()).toContain("77");
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    await page.getByRole("region", { name: "Entry" }).getByRole("link", { name: "ci-agent" }).click();
    await page.getByRole("heading", { name: "ci-agent" }).waitFor();
    expect(problems).toEqual([]);
  });

  it("is verified part by part, and saved as it is filtered", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/audit?kind=key");
    await page.getByRole("button", { name: "Verify" }).click();
    await page.getByText(/^whole, \d+ entries/).waitFor();
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Export NDJSON" }).click();
    const lines = (await readFile(await (await download).path(), "utf8")).trim().split("\n");
    const actions = lines.map((line) => (JSON.parse(line) as { action: string }).action);
    expect(actions).toContain("key.changed");
    expect(actions.filter((action) => !action.startsWith("key."))).toEqual([]);
    expect(problems).toEqual([]);
  });

  it("is not there for whoever may not read it", async () => {
    const { page } = await suite.visits.openAs(user, "/audit");
    await page.getByText("Your role does not allow this page", { exact: false }).waitFor();
    expect(await page.getByRole("link", { name: "Audit" }).count()).toBe(0);
  });
});
