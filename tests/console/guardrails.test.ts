// Guardrails, in a real Chromium over a real server: as an admin, by hand and by keyboard alone, and as whoever manages a team.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { overflowOf, violationsInBothThemes } from "./support/browser.ts";
import { furnishGuardrails } from "./support/guardrails.ts";
import { tabTo } from "./support/keyboard.ts";
import { admin, user } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";
import { furnishTeam, manager, member } from "./support/teams.ts";

let teamId: string;
let guardrailId: string;

const suite = openSuite({
  furnish: async ({ stage }) => {
    ({ teamId } = await furnishTeam(stage.server.admin));
    ({ guardrailId } = await furnishGuardrails(stage.server.admin, teamId));
  },
});

const api = () => suite.stage.server.admin;
const rows = (page: Page) => page.locator("tbody tr");
const facts = (page: Page) => page.getByRole("region", { name: "Guardrail", exact: true });
/** The label, whether or not it is said to be optional. */
const labelled = (label: string) => new RegExp(`^${label}( ?optional)?$`);
const isWrong = (page: Page, label: string) => page.getByLabel(labelled(label)).getAttribute("aria-invalid");

async function named(name: string) {
  return (await api().guardrails.list({ query: { q: name } })).data[0];
}

/** By the palette, and what it finds first. */
async function search(page: Page, words: string): Promise<void> {
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Search or jump to" });
  await palette.waitFor();
  await page.keyboard.type(words);
  await palette.getByRole("option", { name: words }).first().waitFor();
  await page.keyboard.press("Enter");
  await palette.waitFor({ state: "detached" });
}

async function expectSound(page: Page): Promise<void> {
  expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
}

async function beginCreating(page: Page, name: string) {
  await suite.visits.visit(page, "/guardrails?new=guardrail");
  const dialog = page.getByRole("dialog", { name: "Create a guardrail" });
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  return { dialog, create: dialog.getByRole("button", { name: "Create guardrail" }) };
}

describe.skipIf(executable === null)("an admin", () => {
  it("makes one that holds answers to a JSON Schema, and tries it", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/guardrails");
    const { dialog, create } = await beginCreating(page, "orders");
    await dialog.getByLabel("Looks for").selectOption("json-schema");
    await dialog.getByLabel(labelled("JSON Schema")).fill("{ no");
    await create.click();
    await expect.poll(() => isWrong(page, "JSON Schema")).toBe("true");
    await dialog.getByLabel(labelled("JSON Schema")).fill('{"required": ["id"]}');
    await expectSound(page);
    await create.click();
    await page.getByRole("heading", { name: "orders" }).waitFor();
    expect(await named("orders")).toMatchObject({
      ...{ stage: "output", check: { kind: "json-schema", schema: { required: ["id"] }, from_request: false } },
    });
    const run = page.getByRole("region", { name: "Dry run" });
    await run.getByLabel("Text", { exact: true }).fill("{}");
    await run.getByLabel("As a text of").selectOption("output");
    await run.getByRole("button", { name: "Try it" }).click();
    await run.getByText("It does not match.").waitFor();
    const { id = "" } = (await named("orders")) ?? {};
    await api().guardrails.remove({ params: { id } });
    // The server's word on what is no schema.
    expect(problems.filter((problem) => !/ 400 /.test(problem))).toEqual([]);
  });

  it("makes one of words and patterns, with the server's words where one is wrong, changes it, switches it off and deletes it", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/guardrails");
    const { dialog, create } = await beginCreating(page, "code names");
    await dialog.getByLabel("Applies to").selectOption({ label: "one user" });
    await create.click();
    await expect.poll(() => isWrong(page, "User")).toBe("true");
    await dialog.getByLabel("User").selectOption({ label: user });
    await dialog.getByLabel("What is found").selectOption("redact");
    await dialog.getByLabel("In its place").fill("[project]");
    await create.click();
    await dialog.getByText("Give words, or patterns").waitFor();
    await dialog.getByLabel("Patterns").fill("PX-[0-9]{4,8}\n(open");
    await create.click();
    await dialog.getByText("The pattern cannot be used:", { exact: false }).waitFor();
    await expectSound(page);
    await dialog.getByLabel(labelled("Words")).fill("bluebird\nred kite, the second");
    await dialog.getByLabel("Patterns").fill("PX-[0-9]{4,8}");
    await dialog.getByLabel("Models").fill("gpt-5*\nclaude-*");
    await create.click();
    await page.getByText("“code names” is created, and in force").waitFor();
    await page.getByRole("heading", { name: "code names" }).waitFor();
    const { data } = await api().guardrails.list();
    const made = data.at(-1);
    const grace = (await api().users.list({ query: { q: user } })).data[0];
    expect(made).toMatchObject({
      ...{ name: "code names", applies_to: { kind: "user", id: grace?.id }, models: ["gpt-5*", "claude-*"] },
      ...{ stage: "both", action: "redact", replacement: "[project]", on_failure: "closed", is_active: true },
      check: {
        ...{ kind: "text", whole_words: true, window: 200, patterns: ["PX-[0-9]{4,8}"] },
        words: ["bluebird", "red kite, the second"],
      },
    });
    await facts(page).getByText(`user ${user}`).waitFor();
    await facts(page).getByText("red kite, the second").waitFor();
    await expectSound(page);

    await page.getByLabel("Applies to").selectOption({ label: "everybody" });
    await page.getByLabel("It looks at").selectOption("input");
    await page.getByLabel("What is found").selectOption("flag");
    await page.getByLabel("Whole words only").uncheck();
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("“code names” is changed, and in force").waitFor();
    const params = { id: made?.id ?? "" };
    expect(await api().guardrails.get({ params })).toMatchObject({
      ...{ applies_to: { kind: "everyone", id: null }, stage: "input", action: "flag", models: ["gpt-5*", "claude-*"] },
      check: { whole_words: false, words: ["bluebird", "red kite, the second"] },
    });

    await page.getByRole("button", { name: "Switch off" }).click();
    await facts(page).getByText("off: it looks at nothing").waitFor();
    expect(await api().guardrails.get({ params })).toMatchObject({ is_active: false });
    await page.getByRole("button", { name: "Switch on" }).waitFor();
    await page.getByRole("button", { name: "Delete guardrail" }).click();
    await page.keyboard.type("code names");
    await page.keyboard.press("Enter");
    await page.getByText("“code names” is deleted").waitFor();
    await expect.poll(() => rows(page).count()).toBe(data.length - 1);
    await expect(api().guardrails.get({ params })).rejects.toMatchObject({ status: 404 });
    expect(problems.filter((problem) => !/ 40[04] /.test(problem))).toEqual([]);
  }, 180_000);

  it("makes one of size, which the server refuses to redact", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/guardrails");
    const { dialog, create } = await beginCreating(page, "short");
    await dialog.getByLabel("Looks for").selectOption("size");
    await dialog.getByLabel("No more than").fill("many");
    await create.click();
    await expect.poll(() => isWrong(page, "No more than")).toBe("true");
    await dialog.getByLabel("No more than").fill("4,000");
    await dialog.getByLabel("Of what").selectOption("tokens");
    await dialog.getByLabel("What is found").selectOption("redact");
    await create.click();
    await dialog.getByText("What is too long cannot be redacted: block it, or flag it").waitFor();
    expect(await isWrong(page, "What is found")).toBe("true");
    await dialog.getByLabel("What is found").selectOption("flag");
    await dialog.getByLabel("What it cannot be held against").selectOption("open");
    await create.click();
    await facts(page).getByText("more than 4,000 tokens").waitFor();
    expect(await named("short")).toMatchObject({
      ...{ check: { kind: "size", unit: "tokens", most: 4000 }, action: "flag", on_failure: "open" },
    });
    expect(problems.filter((problem) => !/ 400 /.test(problem))).toEqual([]);
  }, 120_000);

  it("makes one that asks a webhook, is shown its secret once, and makes a new one", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/guardrails");
    const { dialog, create } = await beginCreating(page, "house rules");
    await dialog.getByLabel("Looks for").selectOption("webhook");
    await dialog.getByLabel("Address").fill("http://somebody:secret@127.0.0.1:9/check");
    await dialog.getByLabel("It looks at").selectOption("input");
    await dialog.getByLabel("Milliseconds that it waits").fill("10");
    await create.click();
    await expect.poll(() => isWrong(page, "Milliseconds that it waits")).toBe("true");
    await dialog.getByLabel("Milliseconds that it waits").fill("2500");
    await create.click();
    await dialog.getByText("No user and no password may be in it", { exact: false }).waitFor();
    await dialog.getByLabel("Address").fill("http://127.0.0.1:9/check");
    await create.click();
    const shown = page.getByRole("dialog", { name: "Secret of “house rules”" });
    const secret = await shown.getByText(/^whsec_/).innerText();
    await expectSound(page);
    await shown.getByRole("button", { name: "Done" }).click();
    await page.getByRole("heading", { name: "house rules", exact: true }).waitFor();
    await shown.waitFor({ state: "detached" });
    expect(await page.content()).not.toContain(secret);
    expect(await named("house rules")).toMatchObject({
      ...{ check: { kind: "webhook", url: "http://127.0.0.1:9/check" }, stage: "input", deadline_ms: 2500 },
    });
    await page.getByRole("button", { name: "New secret" }).click();
    expect(await shown.getByText(/^whsec_/).innerText()).not.toBe(secret);
    await shown.getByRole("button", { name: "Done" }).click();
    await expectSound(page);
    expect(problems.filter((problem) => !/ 400 /.test(problem))).toEqual([]);
  }, 120_000);

  it("makes one that asks a moderation endpoint, of a provider that has one", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/guardrails");
    const { dialog, create } = await beginCreating(page, "moderated");
    await dialog.getByLabel("Looks for").selectOption("moderation");
    await dialog.getByLabel("Provider").fill("nobody");
    await create.click();
    await dialog.getByText("There is no provider nobody").waitFor();
    expect(await isWrong(page, "Provider")).toBe("true");
    await dialog.getByLabel("Provider").fill("openai");
    await dialog.getByLabel("Categories").fill("violence\nhate/threatening");
    await dialog.getByLabel("From a score of").fill("7");
    await create.click();
    await expect.poll(() => isWrong(page, "From a score of")).toBe("true");
    await dialog.getByLabel("From a score of").fill("0.7");
    await create.click();
    await facts(page).getByText("openai: violence or hate/threatening from 0.7 on").waitFor();
    expect(await named("moderated")).toMatchObject({
      check: {
        ...{ kind: "moderation", provider: "openai", model: null, threshold: 0.7 },
        categories: ["violence", "hate/threatening"],
      },
    });
    await expectSound(page);
    expect(problems.filter((problem) => !/ 400 /.test(problem))).toEqual([]);
  }, 120_000);

  it("makes one and finds another with the keyboard alone, and sees what somebody else changes", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/");
    await search(page, "create a guardrail");
    await page.getByRole("dialog", { name: "Create a guardrail" }).waitFor();
    await page.keyboard.type("by hand");
    await tabTo(page, page.getByLabel(labelled("Words")));
    await page.keyboard.type("hand-made");
    await tabTo(page, page.getByRole("dialog").getByRole("button", { name: "Create guardrail" }));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "by hand" }).waitFor();
    const made = await named("by hand");
    expect(made).toMatchObject({ action: "block", check: { kind: "text", words: ["hand-made"] } });
    await api().guardrails.update({ params: { id: made?.id ?? "" }, body: { action: "flag" } });
    // It comes by itself.
    await facts(page).getByText("flag", { exact: true }).waitFor();
    await search(page, "long talks");
    await page.getByRole("heading", { name: "long talks" }).waitFor();
    await suite.visits.visit(page, "/guardrails");
    await page.keyboard.press("/");
    await page.keyboard.type("by hand");
    await expect.poll(() => rows(page).count()).toBe(1);
    await page.keyboard.press("Escape");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "by hand" }).waitFor();
    expect(problems).toEqual([]);
  }, 120_000);
});

describe.skipIf(executable === null)("a dry run", () => {
  const trial = (page: Page) => page.getByRole("region", { name: "Dry run" });
  const create = (body: Parameters<ReturnType<typeof api>["guardrails"]["create"]>[0]["body"]) =>
    api().guardrails.create({ body });

  it("says what each guardrail would find and do, and asks nobody", async () => {
    await create({ name: "hides birds", action: "redact", check: { kind: "text", words: ["kestrel"] } });
    await create({ name: "counts letters", action: "flag", check: { kind: "size", most: 20 } });
    await create({ name: "of answers", stage: "output", check: { kind: "text", words: ["kestrel"] } });
    await create({
      ...{ name: "asks a webhook", stage: "input", check: { kind: "webhook", url: "http://127.0.0.1:9/check" } },
    });
    const { page, problems } = await suite.visits.openAs(admin, "/guardrails");
    await page.getByRole("button", { name: "Dry run" }).click();
    const line = (name: string) => trial(page).getByRole("listitem").filter({ hasText: name });
    await trial(page).getByLabel("Text", { exact: true }).fill("Tell me of the Kestrel, and of nothing else");
    await trial(page).getByRole("button", { name: "Try it" }).click();
    await trial(page).getByText("It passes, redacted, as far as nobody is asked:").waitFor();
    await trial(page).getByText("Tell me of the [redacted], and of nothing else").waitFor();
    expect(await line("hides birds").innerText()).toMatch(/redact\s+Kestrel/);
    expect(await line("counts letters").innerText()).toMatch(/flag\s+It is too long/);
    expect(await line("of answers").innerText()).toMatch(/not looked at/);
    expect(await line("asks a webhook").innerText()).toMatch(/not asked\s+A webhook would say/);
    expect(await line("long talks").innerText()).toMatch(/finds nothing/);
    await expectSound(page);
    await trial(page).getByLabel("As a text of").selectOption("output");
    await trial(page).getByRole("button", { name: "Try it" }).click();
    await trial(page).getByText("It is blocked.").waitFor();
    expect(await line("of answers").innerText()).toMatch(/block\s+Kestrel/);
    await trial(page).getByLabel("Text", { exact: true }).fill("x".repeat(5_001));
    await trial(page).getByRole("button", { name: "Try it" }).click();
    await trial(page).getByRole("alert").waitFor();
    await expectSound(page);
    expect(problems.filter((problem) => !/ 400 /.test(problem))).toEqual([]);
  }, 120_000);

  it("is made of one alone, also where it is switched off, by the keyboard", async () => {
    const { id } = await create({
      ...{ name: "quails", is_active: false, check: { kind: "text", patterns: ["(?i)q[a-z]+l"] } },
    });
    const { page, problems } = await suite.visits.openAs(admin, `/guardrails/${id}`);
    await tabTo(page, trial(page).getByLabel("Text", { exact: true }));
    await page.keyboard.type("Of Quail");
    await tabTo(page, trial(page).getByRole("button", { name: "Try it" }));
    await page.keyboard.press("Enter");
    await trial(page).getByText("It is blocked.").waitFor();
    expect(await trial(page).getByRole("listitem").allInnerTexts()).toEqual([
      expect.stringMatching(/quails\s+block\s+Quail/),
    ]);
    expect(problems).toEqual([]);
  });
});

describe.skipIf(executable === null)("whoever manages a team", () => {
  it("sees those of his team, makes others for it, and asks nobody else by them", async () => {
    const { page, problems } = await suite.visits.openAs(manager, "/guardrails");
    expect(await rows(page).evaluateAll((all) => all.map((row) => row.dataset["id"]))).toEqual([guardrailId]);
    const { dialog, create } = await beginCreating(page, "of the manager");
    expect(await dialog.getByLabel("Applies to").locator("option").allInnerTexts()).toEqual(["the keys of one team"]);
    expect(await dialog.getByLabel("Looks for").locator("option").allInnerTexts()).toEqual([
      "words and patterns",
      "size",
      "JSON Schema of answers",
    ]);
    await dialog.getByLabel(labelled("Words")).fill("wren");
    await create.click();
    await facts(page).getByText("team Research").waitFor();
    expect(await named("of the manager")).toMatchObject({ applies_to: { kind: "team", id: teamId } });
    await page.getByRole("button", { name: "Switch off" }).click();
    await facts(page).getByText("off: it looks at nothing").waitFor();
    await expectSound(page);
    expect(problems).toEqual([]);
  }, 120_000);

  it("changes what an admin has made for his team, but not whom it asks", async () => {
    const { id } = await api().guardrails.create({
      body: {
        ...{ name: "asks somebody", applies_to: { kind: "team", id: teamId }, stage: "input" },
        check: { kind: "webhook", url: "http://127.0.0.1:9/check" },
      },
    });
    const { page, problems } = await suite.visits.openAs(manager, `/guardrails/${id}`);
    await page.getByText("Whoever may change all guardrails says whom.", { exact: false }).waitFor();
    expect(await page.getByRole("button", { name: "New secret" }).count()).toBe(0);
    await page.getByLabel("What is found").selectOption("flag");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("“asks somebody” is changed, and in force").waitFor();
    expect(await api().guardrails.get({ params: { id } })).toMatchObject({
      ...{ action: "flag", check: { kind: "webhook", url: "http://127.0.0.1:9/check" } },
    });
    expect(problems).toEqual([]);
  });
});

describe.skipIf(executable === null)("somebody in a team", () => {
  it("sees none", async () => {
    const { page } = await suite.visits.openAs(member, "/guardrails");
    await page.getByText("Your role does not allow this page", { exact: false }).waitFor();
    expect(await page.getByRole("link", { name: "Guardrails" }).count()).toBe(0);
  });
});
