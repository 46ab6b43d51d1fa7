// What is secret stays in the tab that asked, and what is hostile is text.

import { describe, expect, it } from "vitest";
import { naughty } from "./support/hostile.ts";
import { admin, password, user } from "./support/people.ts";
import { answers, ask, openPlaygroundSuite, scripted, untilAnswered } from "./support/playground.ts";
import { executable } from "./support/suite.ts";

const playground = openPlaygroundSuite();
const { suite } = playground;

describe.skipIf(executable === null)("what is secret, and what is hostile", () => {
  it("is in no URL and no storage, and a key that is made ends by itself", async () => {
    const { page } = await playground.open(admin);
    const key = await page.getByLabel("Your key").inputValue();
    expect(key).toMatch(/^gk-\w{12}-\w{64}$/);
    await ask(page, "a secret question");
    await untilAnswered(answers(page).first());
    const kept: string = await page.evaluate(
      "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, history.state, location.href])",
    );
    expect(kept).not.toContain(key.slice(16));
    expect(kept).not.toContain("secret question");
    const { data } = await suite.stage.server.admin.apiKeys.list({ query: { limit: 500 } });
    const made = data.findLast(({ name }) => name === "playground");
    const livesMs = Date.parse(made?.expires_at ?? "") - Date.parse(made?.created_at ?? "");
    expect(Math.abs(livesMs - 86_400_000)).toBeLessThan(60_000);
    await page.reload();
    expect(await page.getByLabel("Your key").inputValue()).toBe("");
  });

  it("is found again by who comes back to the page, and by nobody who signs in later", async () => {
    const { page, problems } = await playground.open(user);
    await ask(page, "still there?");
    await untilAnswered(answers(page).first());
    suite.stage.vendor.script(scripted({ kind: "stall", after: { chunks: 2 }, of: { kind: "chat", chunks: 20 } }));
    await ask(page, "left alone");
    await answers(page).nth(1).getByText("word1").waitFor();
    await page.getByRole("link", { name: "Keys" }).click();
    await page.getByRole("heading", { name: "Keys" }).waitFor();
    await suite.stage.vendor.waitUntil(() => suite.stage.vendor.received.at(-1)?.aborted === true, 1_000);
    await page.getByRole("link", { name: "Playground" }).click();
    await answers(page).first().getByText("You said: still there?").waitFor();
    await answers(page).nth(1).getByText("stopped", { exact: true }).waitFor();
    expect(await page.getByLabel("Your key").inputValue()).toBe(playground.keyOfGrace);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("E-mail").waitFor();
    await page.getByLabel("E-mail").fill(user);
    await page.getByLabel("Password").fill(password);
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Playground" }).click();
    await page.getByText("What you ask here goes through the gateway", { exact: false }).waitFor();
    expect(await page.getByLabel("Your key").inputValue()).toBe("");
    expect(problems).toEqual([]);
  });

  it("has no key in its links: those name models, which the gateway may refuse", async () => {
    const { page } = await suite.visits.openAs(admin, "/models?q=fake-model");
    await page.getByText("fake-model", { exact: true }).first().click();
    await page.getByRole("link", { name: "in the playground" }).click();
    await page.getByRole("button", { name: "Make a key for today" }).click();
    await ask(page, "by its provider");
    await answers(page).first().getByText("You said: by its provider").waitFor();
    expect(new URL(page.url()).search).toBe("?model=openai%2Ffake-model");
  });

  it("is shown as what it is", async () => {
    const text = ["![a](https://evil.example.com/a.png) [b](javascript:alert(1))", ...naughty].join("\n");
    const [markup] = naughty;
    const toolCalls = [{ name: markup, arguments: { [markup]: markup } }];
    suite.stage.vendor.script(scripted({ kind: "chat", text, reasoning: text, toolCalls }));
    const { page, problems } = await playground.open(user);
    const hosts = new Set<string>();
    page.on("request", (request) => hosts.add(new URL(request.url()).host));
    await ask(page, text);
    const answer = answers(page).first();
    await answer.getByText("waits for its tools").waitFor();
    await answer.locator("summary").click();
    for (const name of naughty) expect(await answer.innerText()).toContain(name);
    await answer.getByRole("textbox").fill(text);
    suite.stage.vendor.script(scripted({ kind: "error", status: 400, message: text }));
    await answer.getByRole("button", { name: "Send result" }).click();
    await answers(page).nth(1).getByRole("alert").waitFor();
    await page.getByRole("button", { name: "Code", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "JSON" }).click();
    const main = page.locator("main, [role=dialog]");
    expect(await main.locator("img, script, iframe, a[href^='javascript:'], a[href*=evil]").count()).toBe(0);
    expect(await page.title()).toBe("Playground · GhostLLM");
    expect([...hosts]).toEqual([new URL(suite.stage.url).host]);
    expect(problems).toEqual([]);
  });
});
