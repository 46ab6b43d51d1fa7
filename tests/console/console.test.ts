// The console in a real Chromium over a real server: the main tasks of each page, in each role.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { settled, signIn } from "./support/browser.ts";
import { admin, password, user } from "./support/people.ts";
import { startStage } from "./support/stage.ts";
import { executable, openSuite } from "./support/suite.ts";

if (executable === null)
  console.warn("The console is not looked at: there is no Chromium. `apt-get install chromium`.");

const suite = openSuite();

const names = (page: Page) => page.locator("tbody tr td:nth-child(2)").allInnerTexts();

describe.skipIf(executable === null)("signing in", () => {
  it("leads to the page that was asked for, says what is wrong, and ends with the sign-out", async () => {
    const { page, problems } = await suite.visits.open();
    await page.goto(`${suite.stage.url}/console/keys?q=ci`);
    await page.getByLabel("E-mail").fill(admin);
    await page.getByLabel("Password").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("The e-mail address or the password is wrong").waitFor();
    expect(problems).toEqual([expect.stringContaining("401")]);
    await page.getByLabel("Password").fill(password);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Keys" }).waitFor();
    expect(page.url()).toBe(`${suite.stage.url}/console/keys?q=ci`);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in to GhostLLM" }).waitFor();
    await page.goto(`${suite.stage.url}/console/keys`);
    await page.getByRole("heading", { name: "Sign in to GhostLLM" }).waitFor();
    expect(problems).toHaveLength(1);
  });

  it("goes nowhere else, whatever a link says", async () => {
    const { page } = await suite.visits.open();
    await page.goto(`${suite.stage.url}/console/sign-in?to=${encodeURIComponent("//evil.example.com/")}`);
    await page.getByLabel("E-mail").fill(admin);
    await page.getByLabel("Password").fill(password);
    await page.keyboard.press("Enter");
    await page.getByRole("navigation", { name: "Pages" }).waitFor();
    expect(new URL(page.url()).origin).toBe(suite.stage.url);
  });

  it("is asked for again when the session has ended elsewhere", async () => {
    const { page } = await suite.visits.openAs(admin);
    await suite.visits.visit(page, "/keys");
    await page.evaluate("fetch('../admin/sessions/current', { method: 'DELETE' }).then(() => null)");
    // Nothing is pressed.
    await page.getByRole("heading", { name: "Sign in to GhostLLM" }).waitFor();
    expect(page.url()).toBe(`${suite.stage.url}/console/sign-in?to=%2Fkeys`);
  });
});

describe.skipIf(executable === null)("the first minute", () => {
  it("leads from nothing to a provider that was tested, a key and an answer, and is not shown again", async () => {
    const fresh = await startStage({ isFresh: true });
    try {
      const { page, problems } = await suite.visits.open();
      await signIn(page, fresh.url);
      await page.getByRole("heading", { name: "Welcome" }).waitFor();
      await page.getByLabel("Vendor").selectOption({ label: "OpenAI" });
      await page.getByLabel("API key").fill("sk-of-the-operator");
      await page.getByLabel("Base URL").fill(`${fresh.vendorUrl}/v1`);
      await page.getByRole("button", { name: "Add provider" }).click();
      await page
        .getByText(/2 models/)
        .first()
        .waitFor();
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByRole("button", { name: "Create key" }).click();
      await page.getByRole("option", { name: "fake-model", exact: true }).waitFor({ state: "attached" });
      await page.getByLabel("Model").selectOption("fake-model");
      await page.getByRole("button", { name: "Try it" }).click();
      await page.getByText("You said: Say hello").waitFor();
      await page.getByRole("button", { name: "To the dashboard" }).click();
      await page.getByRole("heading", { name: "Dashboard" }).waitFor();
      await page.getByRole("cell", { name: "fake-model" }).waitFor();
      expect(problems).toEqual([]);
    } finally {
      await fresh.close();
    }
  }, 120_000);
});

describe.skipIf(executable === null)("the dashboard", () => {
  it("shows a call that was made elsewhere within a second or so, and stops where it is told to", async () => {
    const { page, problems } = await suite.visits.openAs(admin);
    await suite.visits.visit(page, "/");
    const tail = page.getByRole("region", { name: "Live requests" });
    await tail.waitFor();
    await suite.stage.call("fake-model");
    const startedAt = performance.now();
    await tail.getByRole("cell", { name: "fake-model" }).first().waitFor();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    const count = await tail.locator("tbody tr").count();
    await tail.getByRole("button", { name: "Pause" }).click();
    await suite.stage.call("fake-model");
    await tail.getByRole("button", { name: "Continue, 1 wait" }).click();
    await expect.poll(() => tail.locator("tbody tr").count()).toBe(count + 1);
    await expect
      .poll(() => page.getByRole("region", { name: "Figures" }).innerText(), { timeout: 20_000 })
      .toMatch(/Requests\s+[1-9]/);
    expect(problems).toEqual([]);
  });

  it("has its time in the URL", async () => {
    const { page } = await suite.visits.openAs(admin);
    await suite.visits.visit(page, "/");
    await page.getByRole("button", { name: "7d" }).click();
    await expect.poll(() => page.url()).toContain("range=7d");
    await page.goBack();
    await expect.poll(() => page.url()).not.toContain("range=7d");
    expect(await page.getByRole("button", { name: "24h" }).getAttribute("aria-pressed")).toBe("true");
  });
});

describe.skipIf(executable === null)("requests", () => {
  it("are found by their id from anywhere, and those that are not there are said not to be", async () => {
    const { page } = await suite.visits.openAs(admin);
    const id = await suite.stage.call("fake-model");
    await suite.stage.untilListed(id);
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Search or jump to" }).waitFor();
    await page.keyboard.type(id);
    await page.keyboard.press("Enter");
    await expect.poll(() => page.url()).toBe(`${suite.stage.url}/console/requests/${id}`);
    await page.goto(`${suite.stage.url}/console/requests/01970000-0000-7000-8000-000000000000`);
    await page.getByRole("alert").getByText("There is no", { exact: false }).waitFor();
    await page.getByRole("button", { name: "Try again" }).waitFor();
  });
});

describe.skipIf(executable === null)("keys", () => {
  it("are created by the keyboard alone, shown once, tried, and revoked with their name typed", async () => {
    const { page, problems } = await suite.visits.openAs(admin);
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Search or jump to" }).waitFor();
    await page.keyboard.type("create a key");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Create a key" }).waitFor();
    await page.keyboard.type("made by hand");
    await page.keyboard.press("Enter");
    const created = page.getByRole("dialog", { name: "Key “made by hand”" });
    const key = await created.locator("code").first().innerText();
    expect(key).toMatch(/^gk-\w{12}-\w{64}$/);
    await created.getByRole("option", { name: "fake-model", exact: true }).waitFor({ state: "attached" });
    await created.getByLabel("Model").selectOption("fake-model");
    expect(await created.getByLabel("OpenAI: curl").innerText()).toContain(`Bearer ${key}`);
    await created.getByRole("button", { name: "Try it" }).press("Enter");
    await created.getByText("You said: Say hello").waitFor();
    await page.keyboard.press("Escape");
    await created.waitFor({ state: "detached" });
    expect(await page.content()).not.toContain(key);
    await page.keyboard.press("/");
    // As slowly as people: what comes back of it late takes nothing away from what was written since.
    await page.keyboard.type("by hand", { delay: 180 });
    await page.getByText(/1 of \d+ keys/).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "made by hand" }).waitFor();
    await page.getByRole("button", { name: "Revoke key" }).press("Enter");
    const dialog = page.getByRole("dialog", { name: "Revoke the key" });
    expect(await dialog.getByRole("button", { name: "Revoke key" }).isDisabled()).toBe(true);
    await page.keyboard.type("made by hand");
    await page.keyboard.press("Enter");
    await page.getByText("revoked", { exact: true }).waitFor();
    const answer = await fetch(`${suite.stage.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
    expect(answer.status).toBe(401);
    expect(problems).toEqual([]);
  });

  it("are filtered and sorted in the URL, and back and forward work", async () => {
    const { page } = await suite.visits.openAs(admin);
    await suite.visits.visit(page, "/keys");
    const first = await names(page);
    await page.getByRole("button", { name: "Name" }).click();
    await expect.poll(() => page.url()).toContain("sort=name");
    const sorted = await names(page);
    expect(sorted).not.toEqual(first);
    await page.reload();
    await settled(page);
    expect(await names(page)).toEqual(sorted);
    await page.getByText("ci-agent").click();
    await page.getByRole("heading", { name: "ci-agent" }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "Keys", exact: true }).waitFor();
    expect(page.url()).toContain("sort=name");
  });

  it("have how long their requests wait said, and taken back", async () => {
    const { page } = await suite.visits.openAs(admin);
    const [owner] = (await suite.stage.server.admin.users.list()).data;
    const body = { name: "patient", user_id: owner?.id ?? "" };
    const { id } = await suite.stage.server.admin.apiKeys.create({ body });
    const read = async () => (await suite.stage.server.admin.apiKeys.get({ params: { id } })).permissions.timeouts;
    await suite.visits.visit(page, `/keys/${id}`);
    await page.getByText("How long its requests wait").click();
    await page.getByLabel("In all, ms").fill("45000");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("45.0 s in all").waitFor();
    expect(await read()).toEqual({ connect_ms: null, first_token_ms: null, idle_ms: null, total_ms: 45_000 });
    await page.getByLabel("In all, ms").fill("");
    await page.getByRole("button", { name: "Save changes" }).click();
    await expect.poll(read).toBeNull();
  });

  it("have their limits and budget changed, and the server's words where that is wrong", async () => {
    const { page } = await suite.visits.openAs(admin);
    await suite.visits.visit(page, "/keys?q=reranker");
    await page.getByText("reranker").click();
    await page.getByLabel("Budget in USD").fill("12.50");
    await page.getByLabel("Requests / min").fill("many");
    await page.getByRole("button", { name: "Save changes" }).click();
    const field = page.getByLabel("Requests / min");
    await expect.poll(() => field.getAttribute("aria-invalid")).toBe("true");
    await field.fill("60");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("“reranker” is changed, and in force").waitFor();
    const { data } = await suite.stage.server.admin.apiKeys.list();
    const changed = data.find(({ name }) => name === "reranker");
    expect(changed).toMatchObject({ budget_usd: "12.5", limits: { requests_per_minute: 60, tokens_per_minute: null } });
  });
});

describe.skipIf(executable === null)("providers", () => {
  it("are added from their schema, tested by themselves, and never show their key again", async () => {
    const { page, problems } = await suite.visits.openAs(admin);
    await suite.visits.visit(page, "/providers?new=provider");
    const dialog = page.getByRole("dialog", { name: "Add a provider" });
    await dialog.getByLabel("Vendor").selectOption({ label: "Azure OpenAI" });
    await dialog.getByLabel("Api version").waitFor();
    await dialog.getByLabel("Vendor").selectOption({ label: "Groq" });
    await dialog.getByLabel("Name").fill("My Groq");
    await dialog.getByLabel("API key").fill("sk-very-secret-groq-key-1234");
    await dialog.getByLabel("Base URL").fill(`${suite.stage.vendorUrl}/v1`);
    await dialog.getByRole("button", { name: "Add provider" }).click();
    await dialog.getByText("Use lower-case letters, digits, dot, dash and underscore").waitFor();
    await dialog.getByLabel("Name").fill("my-groq");
    await dialog.getByRole("button", { name: "Add provider" }).click();
    await page.getByRole("heading", { name: "my-groq" }).waitFor();
    await page.getByRole("status").getByText("models", { exact: false }).first().waitFor();
    await settled(page);
    expect(await page.content()).not.toContain("sk-very-secret");
    await page.getByRole("button", { name: "Disable" }).click();
    await page.getByRole("button", { name: "Enable" }).waitFor();
    const { data } = await suite.stage.server.admin.providers.list();
    expect(data.find(({ name }) => name === "my-groq")).toMatchObject({ enabled: false, has_credential: true });
    expect(problems).toEqual([expect.stringContaining("400")]);
  });
});

describe.skipIf(executable === null)("models", () => {
  it("have their price overridden, at once", async () => {
    const { page } = await suite.visits.openAs(admin);
    await suite.visits.visit(page, "/models?q=fake-model");
    await page.getByText("fake-model", { exact: true }).first().click();
    await page.getByLabel("Input", { exact: true }).fill("7.25");
    await page.getByLabel("Output", { exact: true }).fill("9");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("$7.25 in, $9 out per million tokens").waitFor();
    const { data } = await suite.stage.server.admin.models.list({ query: { limit: 500 } });
    expect(data.find(({ name }) => name === "fake-model")).toMatchObject({ input_price_usd: "7.25" });
  });
});

describe.skipIf(executable === null)("aliases", () => {
  it("have their targets put in order by the keyboard", async () => {
    const { page } = await suite.visits.openAs(admin);
    await suite.visits.visit(page, "/aliases");
    await page.getByText("smart").click();
    await page.getByLabel("Model of target 2").waitFor();
    await page.getByRole("button", { name: "Move target 2 up" }).press("Enter");
    expect(await page.getByLabel("Model of target 1").inputValue()).toBe("gpt-4o-mini");
    await page.getByLabel("Strategy").selectOption("weighted");
    await page.getByLabel("Weight of target 1").fill("5000");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page
      .getByText(/<=1000|at most 1000|1000/)
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Limits of target 1" }).click();
    await page.getByLabel("Requests per minute of target 1").fill("120");
    await page.getByLabel("Weight of target 1").fill("5");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("“smart” is changed, and in force").waitFor();
    const { data } = await suite.stage.server.admin.aliases.list();
    expect(data.find(({ name }) => name === "smart")).toMatchObject({
      strategy: "weighted",
      targets: [
        { model: "gpt-4o-mini", weight: 5, limits: { requests_per_minute: 120, concurrent_requests: null } },
        { model: "gpt-4o", weight: 1 },
      ],
    });
  });
});

describe.skipIf(executable === null)("users", () => {
  it("are created, with the server's words at the field that is wrong, and deleted", async () => {
    const { page } = await suite.visits.openAs(admin);
    await suite.visits.visit(page, "/users?new=user");
    const dialog = page.getByRole("dialog", { name: "Create a user" });
    await dialog.getByLabel("E-mail").fill(user);
    await dialog.getByRole("button", { name: "Create user" }).click();
    await expect.poll(() => dialog.getByLabel("E-mail").getAttribute("aria-invalid")).toBe("true");
    await dialog.getByLabel("E-mail").fill("linus@example.com");
    await dialog.getByRole("button", { name: "Create user" }).click();
    await page.getByText("linus@example.com", { exact: true }).first().click();
    await page.getByRole("button", { name: "Delete user" }).click();
    await page.keyboard.type("linus@example.com");
    await page.keyboard.press("Enter");
    await page.getByText("“linus@example.com” is deleted").waitFor();
    const { data } = await suite.stage.server.admin.users.list();
    expect(data.map(({ email }) => email)).not.toContain("linus@example.com");
  });
});
