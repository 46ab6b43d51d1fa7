// Aliases and what they say about failures, time and order, in a real Chromium over a real server.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { overflowOf, violationsInBothThemes } from "./support/browser.ts";
import { admin } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const suite = openSuite();

async function aliasNamed(name: string) {
  const { data } = await suite.stage.server.admin.aliases.list();
  return data.find((one) => one.name === name);
}

const saved = (page: Page, name: string) => page.getByText(`“${name}” is changed, and in force`);
const part = (page: Page, title: string) => page.locator("summary", { hasText: title });

describe.skipIf(executable === null)("an alias", () => {
  it("has its targets put in order by dragging them", async () => {
    const before = await aliasNamed("smart");
    const { page, problems } = await suite.visits.openAs(admin, `/aliases/${before?.id}`);
    const rows = page.getByRole("listitem").filter({ has: page.getByLabel(/^Model of target/) });
    await rows.nth(1).getByTitle("Drag to change the order").dragTo(rows.nth(0));
    await expect.poll(() => page.getByLabel("Model of target 1").inputValue()).toBe("gpt-4o-mini");
    await page.getByRole("button", { name: "Save changes" }).click();
    await saved(page, "smart").waitFor();
    expect((await aliasNamed("smart"))?.targets.map(({ model }) => model)).toEqual(["gpt-4o-mini", "gpt-4o"]);
    expect(problems).toEqual([]);
  });

  it("says at its field that no target goes on with what breaks off", async () => {
    const before = await aliasNamed("smart");
    const { page, problems } = await suite.visits.openAs(admin, `/aliases/${before?.id}`);
    await part(page, "Continuation").press("Enter");
    await page.getByLabel("Attempts to go on").fill("2");
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText(/None of its targets is known to go on/).waitFor();
    expect((await aliasNamed("smart"))?.continuation).toBeNull();
    // The server's word on it.
    expect(problems).toEqual([expect.stringContaining("400")]);
  });

  it("is told when to ask again, where to go on and how long to wait, and by whom it is drawn: by the keyboard", async () => {
    const before = await aliasNamed("smart");
    const { page, problems } = await suite.visits.openAs(admin, `/aliases/${before?.id}`);
    await part(page, "Retries").press("Enter");
    await page.getByLabel("Asking the same target again").selectOption("own");
    await page.getByLabel("Attempts at each target").fill("3");
    await page.getByLabel("First wait, ms").fill("50");
    await page.getByLabel("no word in time").press("Space");
    await part(page, "Fallbacks").press("Enter");
    await page.getByLabel("After any failure").fill("openai/gpt-4o\nopenai/gpt-4o-mini");
    await part(page, "Time").press("Enter");
    await page.getByLabel("First word, ms").fill("8000");
    await part(page, "Hedge").press("Enter");
    await page.getByLabel("Second target after, ms").fill("3000");
    await part(page, "Queue").press("Enter");
    await page.getByLabel("Wait at most, ms").fill("20000");
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    await page.getByLabel("Strategy").selectOption("weighted");
    await page.getByLabel("First target").selectOption("user");
    await page.getByRole("button", { name: "Save changes" }).press("Enter");
    await saved(page, "smart").waitFor();
    expect(await aliasNamed("smart")).toMatchObject({
      strategy: "weighted",
      sticky_by: "user",
      retries: { attempts_per_target: 3, attempts: 6, backoff_ms: 50, max_backoff_ms: 5_000 },
      fallbacks: { any: ["openai/gpt-4o", "openai/gpt-4o-mini"], content_filter: [] },
      timeouts: { connect_ms: null, first_token_ms: 8_000, idle_ms: null, total_ms: null },
      queue: { max_wait_ms: 20_000, max_waiting: 1_000 },
      hedge: { after_ms: 3_000, most_percent: 10 },
    });
    expect((await aliasNamed("smart"))?.retries?.on.toSorted()).toEqual(
      ["broken", "error", "overloaded", "refused", "timeout"].toSorted(),
    );
    const facts = page.getByRole("region", { name: "Alias", exact: true });
    await facts.getByText("up to 3 attempts at each target, 6 in all").waitFor();
    await facts.getByText("by weight, the same for each user").waitFor();
    await facts.getByText("8.00 s to the first word").waitFor();
    await facts.getByText("for up to 20.0 s, 1,000 at the most").waitFor();
    await page.getByLabel("Wait at most, ms").fill("");
    // Another strategy draws nobody.
    await page.getByLabel("Strategy").selectOption("ordered");
    await page.getByLabel("Asking the same target again").selectOption("none");
    await page.getByRole("button", { name: "Save changes" }).click();
    await expect.poll(async () => (await aliasNamed("smart"))?.sticky_by).toBeNull();
    expect(await aliasNamed("smart")).toMatchObject({
      retries: null,
      queue: null,
      timeouts: { first_token_ms: 8_000 },
    });
    expect(problems).toEqual([]);
  });

  it("is told at the field what the server will not have, also in a part that is closed", async () => {
    const before = await aliasNamed("smart");
    const { page } = await suite.visits.openAs(admin, `/aliases/${before?.id}`);
    await part(page, "Fallbacks").click();
    await page.getByLabel("After any failure").fill("openai/gpt-4o\nnobody");
    await part(page, "Fallbacks").click();
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("There is no alias or provider/model 'nobody'").waitFor();
    await page.getByLabel("After any failure").fill("smart");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("It is this alias itself: name another one").waitFor();
    await page.getByLabel("After any failure").fill("");
    await part(page, "Time").click();
    await page.getByLabel("Silence, ms").fill("soon");
    await page.getByRole("button", { name: "Save changes" }).click();
    await expect.poll(() => page.getByLabel("Silence, ms").getAttribute("aria-invalid")).toBe("true");
    await part(page, "Retries").click();
    await page.getByLabel("Silence, ms").fill("900");
    await page.getByLabel("Asking the same target again").selectOption("own");
    await page.getByLabel("Attempts in all").fill("99");
    await page.getByRole("button", { name: "Save changes" }).click();
    await expect.poll(() => page.getByLabel("Attempts in all").getAttribute("aria-invalid")).toBe("true");
    expect((await aliasNamed("smart"))?.fallbacks.any).toEqual(["openai/gpt-4o", "openai/gpt-4o-mini"]);
  });

  it("is made with its policies at once, which the list names", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/aliases?new=alias");
    const dialog = page.getByRole("dialog", { name: "Create an alias" });
    await dialog.getByLabel("Name").fill("steady");
    await dialog.getByLabel("Model of target 1").fill("gpt-4o");
    await part(page, "Time").click();
    await dialog.getByLabel("In all, ms").fill("30000");
    await dialog.getByLabel("Kept answers").selectOption("team");
    await dialog.getByRole("button", { name: "Create alias" }).click();
    await page.getByText("“steady” can be asked for").waitFor();
    const row = page.locator("tbody tr").filter({ hasText: "steady" });
    await row.getByText("kept answers").waitFor();
    await row.getByText("time", { exact: true }).waitFor();
    expect(await aliasNamed("steady")).toMatchObject({ timeouts: { total_ms: 30_000 }, cache: { scope: "team" } });
    expect(problems).toEqual([]);
  });

  it("shows how each of its targets is at the moment, and why one is not asked", async () => {
    const { stage } = suite;
    const targets = ["fake-model", "gpt-4o"].map((model) => ({ provider: "openai", model }));
    const { id } = await stage.server.admin.aliases.create({ body: { name: "watched", targets } });
    const { page, problems } = await suite.visits.openAs(admin, `/aliases/${id}`);
    const now = page.getByRole("region", { name: "Targets now" });
    await now.getByText("ready").waitFor();
    await now.getByText("not known: it is in no list", { exact: false }).waitFor();
    stage.vendor.script({ kind: "error", status: 401, message: "no such key" });
    const isParked = async () => {
      await stage.call("openai/fake-model").catch(() => null);
      const { data } = await stage.server.admin.targets.list({ query: { state: "parked" } });
      return data.some(({ model }) => model === "fake-model");
    };
    await expect.poll(isParked).toBe(true);
    const row = now.getByRole("listitem").filter({ has: page.getByText("openai/fake-model", { exact: true }) });
    await row.getByText("parked").waitFor();
    await row.getByText("its credential was refused").waitFor();
    await row.getByText(/^until in 1?\d min\.$/).waitFor();
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    const [provider] = (await stage.server.admin.providers.list({ query: { q: "openai" } })).data;
    await suite.visits.visit(page, `/providers/${provider?.id}`);
    await page.getByRole("region", { name: "Health" }).getByText("its credential was refused").waitFor();
    stage.vendor.script({ kind: "default" });
    await page.getByRole("button", { name: "Test", exact: true }).click();
    // The next request finds out.
    await page.getByRole("region", { name: "Health" }).getByText("being tried").waitFor();
    expect(problems).toEqual([]);
  });

  it("says what a request would come to, without a vendor", async () => {
    const { stage } = suite;
    const { admin: client } = stage.server;
    const owner = (await client.users.list()).data.find(({ email }) => email === admin);
    const { key } = await client.apiKeys.create({ body: { name: "dry", user_id: owner?.id ?? "" } });
    const alias = await aliasNamed("watched");
    stage.vendor.clear();
    const { page, problems } = await suite.visits.openAs(admin, `/aliases/${alias?.id}`);
    const panel = page.getByRole("region", { name: "Dry run" });
    await panel.getByLabel("Your key").fill(key);
    await panel.getByLabel("Prompt").fill("How many words are in this one?");
    await expect.poll(() => panel.getByRole("button", { name: "Estimate" }).isEnabled()).toBe(true);
    await panel.getByLabel("Prompt").press("Tab");
    await page.keyboard.press("Enter");
    await panel.getByText("admitted", { exact: true }).waitFor();
    await panel.getByText(/openai\/fake-model, /).waitFor();
    await panel.getByText(/^about \d+ tokens$/).waitFor();
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    expect(stage.vendor.received.filter(({ path }) => path.includes("chat"))).toEqual([]);
    await panel.getByLabel("Your key").fill("gk-000000000000-none");
    // What is typed counts a moment later.
    const askAgain = async () => {
      await panel.getByRole("button", { name: "Estimate" }).click();
      return panel.getByRole("alert").count();
    };
    await expect.poll(askAgain, { timeout: 20_000, interval: 500 }).toBe(1);
    expect(problems.filter((problem) => !problem.includes("401"))).toEqual([]);
    const targets = [{ provider: "openai", model: "fake-*" }];
    const { id } = await client.aliases.create({ body: { name: "any-*", targets } });
    await suite.visits.visit(page, `/aliases/${id}`);
    await panel.getByLabel("Your key").fill(key);
    await panel.getByLabel("Model", { exact: true }).fill("any-model");
    await expect.poll(() => panel.getByRole("button", { name: "Estimate" }).isEnabled()).toBe(true);
    await panel.getByRole("button", { name: "Estimate" }).click();
    await panel.getByText(/openai\/fake-model, /).waitFor();
  });

  it("fits a phone with all that it says", async () => {
    const before = await aliasNamed("smart");
    const { page } = await suite.visits.openAs(admin, `/aliases/${before?.id}`, { width: 390 });
    for (const title of ["Retries", "Fallbacks", "Time", "Queue"]) await part(page, title).click();
    await page.getByLabel("Asking the same target again").selectOption("own");
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
  });
});
