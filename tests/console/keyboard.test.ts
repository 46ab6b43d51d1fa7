// The ten commonest tasks by the keyboard alone: whoever touches the mouse fails.

import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { View } from "./support/browser.ts";
import { tabTo } from "./support/keyboard.ts";
import { admin, password, user } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const suite = openSuite();

const mouseWatch = `for (const type of ["pointerdown", "mousedown", "mousemove", "wheel"])
  addEventListener(type, () => console.error("the mouse was used: " + type), true);`;

/** On the dashboard, signed in by the keyboard. */
async function begin(): Promise<View> {
  const view = await suite.visits.open();
  await view.page.addInitScript(mouseWatch);
  await view.page.goto(`${suite.stage.url}/console/`);
  await view.page.getByRole("heading", { name: "Sign in to GhostLLM" }).waitFor();
  await view.page.keyboard.type(admin);
  await view.page.keyboard.press("Tab");
  await view.page.keyboard.type(password);
  await view.page.keyboard.press("Enter");
  await view.page.getByRole("heading", { name: "Dashboard" }).waitFor();
  return view;
}

async function press(page: Page, name: string): Promise<void> {
  await tabTo(page, page.getByRole("button", { name, exact: true }).first());
  await page.keyboard.press("Enter");
}

async function write(page: Page, label: string, text: string): Promise<void> {
  await tabTo(page, page.getByLabel(new RegExp(`^${label}( ?optional)?$`)));
  await page.keyboard.press("Control+a");
  await page.keyboard.type(text);
}

/** By the palette. */
async function jump(page: Page, words: string): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog", { name: "Search or jump to" }).waitFor();
  await page.keyboard.type(words);
  await page.getByRole("option").first().waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Search or jump to" }).waitFor({ state: "detached" });
}

/** By the filter of a list, and the first row that it leaves. */
async function openRow(page: Page, list: string, words: string): Promise<void> {
  await jump(page, list);
  await page.getByRole("heading", { name: list, exact: true }).waitFor();
  await page.locator("tbody tr").first().waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type(words);
  await page.getByText(/^1 of \d+/).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: words, exact: true }).waitFor();
}

describe.skipIf(executable === null)("by the keyboard alone", () => {
  it("one signs in, and out", async () => {
    const { page, problems } = await begin();
    await jump(page, "sign out");
    await page.getByRole("heading", { name: "Sign in to GhostLLM" }).waitFor();
    expect(problems).toEqual([]);
  });

  it("one adds a provider, and tests it", async () => {
    const { page, problems } = await begin();
    await jump(page, "add a provider");
    await tabTo(page, page.getByLabel("Vendor"));
    await page.keyboard.type("Groq");
    await write(page, "Name", "by-hand");
    await write(page, "API key", "sk-of-the-vendor");
    await write(page, "Base URL", `${suite.stage.vendorUrl}/v1`);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "by-hand" }).waitFor();
    await page.getByText("2 models").first().waitFor();
    const asked = page.waitForResponse(/\/providers\/[\w-]+\/test$/);
    await press(page, "Test");
    expect((await asked).ok()).toBe(true);
    const { data } = await suite.stage.server.admin.providers.list();
    expect(data.find(({ name }) => name === "by-hand")).toMatchObject({ provider_type: "groq", enabled: true });
    expect(problems).toEqual([]);
  });

  it("one makes a key, and copies it", async () => {
    const { page, problems } = await begin();
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await jump(page, "create a key");
    await page.getByRole("dialog", { name: "Create a key" }).waitFor();
    await page.keyboard.type("copied by hand");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Key “copied by hand”" });
    await press(page, "Copy key");
    await page.getByRole("button", { name: "Copied" }).first().waitFor();
    const copied = await page.evaluate<string>("navigator.clipboard.readText()");
    expect(copied).toBe(await dialog.locator("code").first().innerText());
    const answer = await fetch(`${suite.stage.url}/v1/models`, { headers: { authorization: `Bearer ${copied}` } });
    expect(answer.status).toBe(200);
    await press(page, "Done");
    await dialog.waitFor({ state: "detached" });
    expect(problems).toEqual([]);
  });

  it("one creates a webhook, is shown its secret, and opens an event", async () => {
    const { page, problems } = await begin();
    await jump(page, "create a webhook");
    await page.getByRole("dialog", { name: "Create a webhook" }).waitFor();
    await page.keyboard.type("by hand");
    await write(page, "Address", "http://127.0.0.1:9/hook");
    await tabTo(page, page.getByLabel("user.limit"));
    await page.keyboard.press("Space");
    await press(page, "Create webhook");
    const secret = page.getByRole("dialog", { name: "Secret of “by hand”" });
    await secret.getByText(/^whsec_/).waitFor();
    await press(page, "Done");
    const { data } = await suite.stage.server.admin.webhooks.list();
    expect(data.find(({ name }) => name === "by hand")?.types).toEqual(["user.login", "key.created", "user.limit"]);
    await press(page, "Live");
    await page.locator("tbody tr").filter({ hasText: "key.created" }).first().waitFor();
    await press(page, "Pause");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByText('"specversion": "1.0"').waitFor();
    expect(problems).toEqual([]);
  });

  it("one finds a request by its id, and reads why", async () => {
    const id = await suite.stage.call("smart");
    await suite.stage.untilListed(id);
    const { page, problems } = await begin();
    await jump(page, id);
    await page.getByRole("region", { name: "What happened" }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/console/requests/${id}`);
    await jump(page, "dashboard");
    const tail = page.getByRole("region", { name: "Live requests" });
    await tail.locator("tbody tr").first().waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "What happened" }).waitFor();
    await jump(page, "requests");
    await page.locator("tbody tr[data-id]").first().waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type(id.slice(0, 18));
    await page.locator(`tbody tr[data-id="${id}"]`).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "What happened" }).waitFor();
    expect(problems).toEqual([]);
  });

  it("one filters usage, and saves it as CSV", async () => {
    await suite.stage.untilListed(await suite.stage.call("gpt-4o-mini"));
    const { page, problems } = await begin();
    await jump(page, "usage");
    await tabTo(page, page.getByLabel("By", { exact: true }));
    await page.keyboard.type("User");
    await page
      .getByRole("region", { name: "By user", exact: true })
      .getByRole("cell", { name: "admin" })
      .first()
      .waitFor();
    const download = page.waitForEvent("download");
    await press(page, "Download CSV");
    const text = await readFile(await (await download).path(), "utf8");
    expect(text).toMatch(/^time,user,user_name,[\s\S]*,admin/);
    expect(problems).toEqual([]);
  });

  it("one makes an alias, and puts its targets in order", async () => {
    const { page, problems } = await begin();
    await jump(page, "create an alias");
    await page.getByRole("dialog", { name: "Create an alias" }).waitFor();
    await write(page, "Name", "by-hand");
    await write(page, "Model of target 1", "gpt-4o");
    await press(page, "Add target");
    await write(page, "Model of target 2", "gpt-4o-mini");
    await press(page, "Move target 2 up");
    await press(page, "Create alias");
    await page.getByText("“by-hand” can be asked for").waitFor();
    const { data } = await suite.stage.server.admin.aliases.list();
    const targets = data.find(({ name }) => name === "by-hand")?.targets.map(({ model }) => model);
    expect(targets).toEqual(["gpt-4o-mini", "gpt-4o"]);
    expect(problems).toEqual([]);
  });

  it("one adds a user", async () => {
    const { page, problems } = await begin();
    await jump(page, "create a user");
    await page.getByRole("dialog", { name: "Create a user" }).waitFor();
    await write(page, "E-mail", "hand@example.com");
    await page.keyboard.press("Enter");
    await page.getByText("“hand@example.com” is created").waitFor();
    const { data } = await suite.stage.server.admin.users.list();
    expect(data.map(({ email }) => email)).toContain("hand@example.com");
    expect(problems).toEqual([]);
  });

  it("one changes a budget", async () => {
    const { page, problems } = await begin();
    await openRow(page, "Users", user);
    await write(page, "Budget in USD", "31.5");
    await page.keyboard.press("Enter");
    await page.getByText(`“${user}” is changed, and in force`).waitFor();
    const { data } = await suite.stage.server.admin.users.list();
    expect(data.find(({ email }) => email === user)).toMatchObject({ budget_usd: "31.5" });
    expect(problems).toEqual([]);
  });

  it("one revokes a key, with its name typed", async () => {
    const { page, problems } = await begin();
    await openRow(page, "Keys", "notebook");
    await press(page, "Revoke key");
    await page.getByRole("dialog", { name: "Revoke the key" }).waitFor();
    await page.keyboard.type("another");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Revoke the key" }).waitFor();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("notebook");
    await page.keyboard.press("Enter");
    await page.getByText("revoked", { exact: true }).waitFor();
    const { data } = await suite.stage.server.admin.apiKeys.list();
    expect(data.find(({ name }) => name === "notebook")).toMatchObject({ is_active: false });
    expect(problems).toEqual([]);
  });

  it("one jumps to a page, skips what stands around it, and changes the theme", async () => {
    const { page, problems } = await begin();
    await jump(page, "models");
    await page.getByRole("heading", { name: "Models" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Models" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.locator("main").evaluate((element) => element.matches(":focus"))).toBe(true);
    await jump(page, "dark theme");
    const theme = (): Promise<string> => page.evaluate<string>("document.documentElement.dataset.theme");
    expect(await theme()).toBe("dark");
    await page.reload();
    await page.getByRole("heading", { name: "Models" }).waitFor();
    expect(await theme()).toBe("dark");
    await jump(page, "light theme");
    expect(await theme()).toBe("light");
    expect(problems).toEqual([]);
  });
});
