// The console in a real Chromium over a real server: the main tasks of each page, in each role.

import { createServer, request as ask } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { findBrowser, openBrowser, settled, signIn, violationsOf, Visits } from "./support/browser.ts";
import { admin, naughty, password, startStage, user } from "./support/stage.ts";
import type { Stage } from "./support/stage.ts";

const executable = findBrowser();
if (executable === null)
  console.warn("The console is not looked at: there is no Chromium. `apt-get install chromium`.");

let stage: Stage;
let browser: Browser;
let visits: Visits;

beforeAll(async () => {
  if (executable === null) return;
  stage = await startStage();
  browser = await openBrowser(executable);
  visits = new Visits(browser, stage.url);
}, 180_000);
afterEach(() => visits?.closeAll());
afterAll(async () => {
  await browser?.close();
  await stage?.close();
});

const names = (page: Page) => page.locator("tbody tr td:nth-child(2)").allInnerTexts();

describe.skipIf(executable === null)("signing in", () => {
  it("leads to the page that was asked for, says what is wrong, and ends with the sign-out", async () => {
    const { page, problems } = await visits.open();
    await page.goto(`${stage.url}/console/keys?q=ci`);
    await page.getByLabel("E-mail").fill(admin);
    await page.getByLabel("Password").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("The e-mail address or the password is wrong").waitFor();
    expect(problems).toEqual([expect.stringContaining("401")]);
    await page.getByLabel("Password").fill(password);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Keys" }).waitFor();
    expect(page.url()).toBe(`${stage.url}/console/keys?q=ci`);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in to GhostLLM" }).waitFor();
    await page.goto(`${stage.url}/console/keys`);
    await page.getByRole("heading", { name: "Sign in to GhostLLM" }).waitFor();
    expect(problems).toHaveLength(1);
  });

  it("goes nowhere else, whatever a link says", async () => {
    const { page } = await visits.open();
    await page.goto(`${stage.url}/console/sign-in?to=${encodeURIComponent("//evil.example.com/")}`);
    await page.getByLabel("E-mail").fill(admin);
    await page.getByLabel("Password").fill(password);
    await page.keyboard.press("Enter");
    await page.getByRole("navigation", { name: "Pages" }).waitFor();
    expect(new URL(page.url()).origin).toBe(stage.url);
  });

  it("keeps nothing of it where a script could read it", async () => {
    const { page } = await visits.openAs(admin);
    await visits.visit(page, "/keys");
    const kept: string = await page.evaluate(
      "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])",
    );
    expect(JSON.parse(kept)).toEqual([{ "ghostllm.signed-in": "yes" }, expect.any(Object), ""]);
    expect(kept).not.toMatch(/eyJ|gk-|horse/);
    expect(page.url()).toBe(`${stage.url}/console/keys`);
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ name: "__Host-ghostllm-session", httpOnly: true, secure: true, sameSite: "Strict" });
  });

  it("is asked for again when the session has ended elsewhere", async () => {
    const { page } = await visits.openAs(admin);
    await visits.visit(page, "/keys");
    await page.evaluate("fetch('../admin/sessions/current', { method: 'DELETE' }).then(() => null)");
    await page.getByRole("link", { name: "Aliases" }).click();
    await page.getByRole("heading", { name: "Sign in to GhostLLM" }).waitFor();
    expect(page.url()).toBe(`${stage.url}/console/sign-in?to=%2Faliases`);
  });
});

describe.skipIf(executable === null)("the first minute", () => {
  it("leads from nothing to a provider that was tested, a key and an answer, and is not shown again", async () => {
    const fresh = await startStage({ isFresh: true });
    try {
      const { page, problems } = await visits.open();
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
    const { page, problems } = await visits.openAs(admin);
    await visits.visit(page, "/");
    const tail = page.getByRole("region", { name: "Live requests" });
    await tail.waitFor();
    await call("seen at once");
    const startedAt = performance.now();
    await tail.getByRole("cell", { name: "fake-model" }).first().waitFor();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    const count = await tail.locator("tbody tr").count();
    await tail.getByRole("button", { name: "Pause" }).click();
    await call("to wait");
    await tail.getByRole("button", { name: "Continue, 1 wait" }).click();
    await expect.poll(() => tail.locator("tbody tr").count()).toBe(count + 1);
    await expect
      .poll(() => page.getByRole("region", { name: "Figures" }).innerText(), { timeout: 20_000 })
      .toMatch(/Requests\s+[1-9]/);
    expect(problems).toEqual([]);
  });

  it("has its time in the URL", async () => {
    const { page } = await visits.openAs(admin);
    await visits.visit(page, "/");
    await page.getByRole("button", { name: "7d" }).click();
    await expect.poll(() => page.url()).toContain("range=7d");
    await page.goBack();
    await expect.poll(() => page.url()).not.toContain("range=7d");
    expect(await page.getByRole("button", { name: "24h" }).getAttribute("aria-pressed")).toBe("true");
  });
});

describe.skipIf(executable === null)("requests", () => {
  it("are found by their id from anywhere, and those that are not there are said not to be", async () => {
    const { page } = await visits.openAs(admin);
    await call("to be found");
    await expect.poll(async () => (await stage.server.admin.requests.list()).data.length).toBeGreaterThan(0);
    const id = (await stage.server.admin.requests.list()).data[0]?.id ?? "";
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Search or jump to" }).waitFor();
    await page.keyboard.type(id);
    await page.keyboard.press("Enter");
    await expect.poll(() => page.url()).toBe(`${stage.url}/console/requests/${id}`);
    await page.goto(`${stage.url}/console/requests/01970000-0000-7000-8000-000000000000`);
    await page.getByRole("alert").getByText("There is no", { exact: false }).waitFor();
    await page.getByRole("button", { name: "Try again" }).waitFor();
  });
});

/** By somebody else, with a key of his own. */
async function call(prompt: string): Promise<void> {
  const { admin: client } = stage.server;
  const { data } = await client.users.list();
  const { key } = await client.apiKeys.create({ body: { name: "elsewhere", user_id: data[0]?.id ?? "" } });
  const answer = await fetch(`${stage.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "fake-model", messages: [{ role: "user", content: prompt }] }),
  });
  expect(answer.status).toBe(200);
}

describe.skipIf(executable === null)("keys", () => {
  it("are created by the keyboard alone, shown once, tried, and revoked with their name typed", async () => {
    const { page, problems } = await visits.openAs(admin);
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
    const answer = await fetch(`${stage.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
    expect(answer.status).toBe(401);
    expect(problems).toEqual([]);
  });

  it("are filtered and sorted in the URL, and back and forward work", async () => {
    const { page } = await visits.openAs(admin);
    await visits.visit(page, "/keys");
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

  it("have their limits and budget changed, and the server's words where that is wrong", async () => {
    const { page } = await visits.openAs(admin);
    await visits.visit(page, "/keys?q=reranker");
    await page.getByText("reranker").click();
    await page.getByLabel("Budget in USD").fill("12.50");
    await page.getByLabel("Requests / min").fill("many");
    await page.getByRole("button", { name: "Save changes" }).click();
    const field = page.getByLabel("Requests / min");
    await expect.poll(() => field.getAttribute("aria-invalid")).toBe("true");
    await field.fill("60");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("“reranker” is changed, and in force").waitFor();
    const { data } = await stage.server.admin.apiKeys.list();
    const changed = data.find(({ name }) => name === "reranker");
    expect(changed).toMatchObject({ budget_usd: "12.5", limits: { requests_per_minute: 60, tokens_per_minute: null } });
  });
});

describe.skipIf(executable === null)("providers", () => {
  it("are added from their schema, tested by themselves, and never show their key again", async () => {
    const { page, problems } = await visits.openAs(admin);
    await visits.visit(page, "/providers?new=provider");
    const dialog = page.getByRole("dialog", { name: "Add a provider" });
    await dialog.getByLabel("Vendor").selectOption({ label: "Azure OpenAI" });
    await dialog.getByLabel("Api version").waitFor();
    await dialog.getByLabel("Vendor").selectOption({ label: "Groq" });
    await dialog.getByLabel("Name").fill("My Groq");
    await dialog.getByLabel("API key").fill("sk-very-secret-groq-key-1234");
    await dialog.getByLabel("Base URL").fill(`${stage.vendorUrl}/v1`);
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
    const { data } = await stage.server.admin.providers.list();
    expect(data.find(({ name }) => name === "my-groq")).toMatchObject({ enabled: false, has_credential: true });
    expect(problems).toEqual([expect.stringContaining("400")]);
  });
});

describe.skipIf(executable === null)("models", () => {
  it("have their price overridden, at once", async () => {
    const { page } = await visits.openAs(admin);
    await visits.visit(page, "/models?q=fake-model");
    await page.getByText("fake-model", { exact: true }).first().click();
    await page.getByLabel("Input", { exact: true }).fill("7.25");
    await page.getByLabel("Output", { exact: true }).fill("9");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("$7.25 in, $9 out per million tokens").waitFor();
    const { data } = await stage.server.admin.models.list({ query: { limit: 500 } });
    expect(data.find(({ name }) => name === "fake-model")).toMatchObject({ input_price_usd: "7.25" });
  });
});

describe.skipIf(executable === null)("aliases", () => {
  it("have their targets put in order by the keyboard", async () => {
    const { page } = await visits.openAs(admin);
    await visits.visit(page, "/aliases");
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
    await page.getByLabel("Weight of target 1").fill("5");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("“smart” is changed, and in force").waitFor();
    const { data } = await stage.server.admin.aliases.list();
    expect(data.find(({ name }) => name === "smart")).toMatchObject({
      strategy: "weighted",
      targets: [
        { model: "gpt-4o-mini", weight: 5 },
        { model: "gpt-4o", weight: 1 },
      ],
    });
  });
});

describe.skipIf(executable === null)("users", () => {
  it("are created, with the server's words at the field that is wrong, and deleted", async () => {
    const { page } = await visits.openAs(admin);
    await visits.visit(page, "/users?new=user");
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
    const { data } = await stage.server.admin.users.list();
    expect(data.map(({ email }) => email)).not.toContain("linus@example.com");
  });
});

describe.skipIf(executable === null)("who may less", () => {
  it("sees less: pages and actions that his role does not allow are absent", async () => {
    const { page } = await visits.openAs(user);
    await visits.visit(page, "/keys");
    const pages = await page.getByRole("navigation", { name: "Pages" }).getByRole("link").allInnerTexts();
    expect(pages).toEqual(["Dashboard", "Requests", "Connect", "Keys", "Usage", "Settings"]);
    expect(await page.getByRole("button", { name: /Create|Revoke|Add/ }).count()).toBe(0);
    expect((await names(page)).length).toBeGreaterThan(2);
    await page.goto(`${stage.url}/console/providers`);
    await page.getByText("Your role does not allow this page", { exact: false }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog").getByRole("option", { name: "Keys" }).waitFor();
    expect(
      await page
        .getByRole("dialog")
        .getByRole("option", { name: /Providers|Create/ })
        .count(),
    ).toBe(0);
  });
});

const pages = [
  "/",
  "/welcome",
  "/requests",
  "/keys",
  "/keys?new=key",
  "/providers",
  "/providers?new=provider",
  "/models",
  "/aliases",
  "/users",
];

describe.skipIf(executable === null)("every page", () => {
  it.each(["light", "dark"] as const)(
    "has nothing that axe objects to, and no error, %s",
    async (theme) => {
      const { page, problems } = await visits.openAs(admin, null, { theme });
      const { admin: client } = stage.server;
      const [key, provider, model, alias, one] = await Promise.all([
        client.apiKeys.list(),
        client.providers.list(),
        client.models.list(),
        client.aliases.list(),
        client.users.list(),
      ]);
      const details = [
        ...[`/keys/${key.data[1]?.id}`, `/providers/${provider.data[0]?.id}`, `/models/${model.data[0]?.id}`],
        ...[
          `/aliases/${alias.data[0]?.id}`,
          `/users/${one.data[0]?.id}`,
          "/connect",
          "/settings",
          "/settings?show=System",
          "/settings?show=Configuration",
          "/nowhere",
        ],
      ];
      for (const path of [...pages, ...details]) {
        await visits.visit(page, path);
        expect([path, await violationsOf(page)]).toEqual([path, []]);
      }
      await page.keyboard.press("Control+k");
      await page.getByRole("dialog").waitFor();
      expect(["palette", await violationsOf(page)]).toEqual(["palette", []]);
      expect(problems).toEqual([]);
    },
    180_000,
  );

  it("fits a phone, where the sidebar is a drawer", async () => {
    const { page, problems } = await visits.openAs(admin, null, { width: 390 });
    for (const path of [...pages, "/connect", "/settings"]) {
      await visits.visit(page, path);
      const beyond: number = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      expect([path, beyond]).toEqual([path, 0]);
    }
    await page.getByRole("button", { name: "Open the menu" }).click();
    await page.getByRole("dialog", { name: "Menu" }).getByRole("link", { name: "Users" }).click();
    await page.getByRole("heading", { name: "Users" }).waitFor();
    await page.getByRole("dialog", { name: "Menu" }).waitFor({ state: "detached" });
    expect(problems).toEqual([]);
  });

  it("shows naughty names as what they are", async () => {
    const { page, problems } = await visits.openAs(admin);
    await visits.visit(page, "/keys");
    const shown = await names(page);
    for (const name of naughty) expect(shown).toContain(name);
    expect(await page.locator("td img, td script").count()).toBe(0);
    expect(await page.title()).toBe("Keys · GhostLLM");
    expect(problems).toEqual([]);
  });
});

describe.skipIf(executable === null)("behind a proxy", () => {
  it("works below a path, of which neither server nor console was told", async () => {
    const { hostname, port } = new URL(stage.url);
    const proxy = createServer((request, response) => {
      const path = (request.url ?? "").replace(/^\/tools\/ghost/, "");
      const up = ask({ hostname, port, path, method: request.method, headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      request.pipe(up);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    try {
      const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/tools/ghost`;
      const { page, problems } = await visits.open();
      await signIn(page, url);
      await page.goto(`${url}/console/keys?q=ci-agent`);
      await page.getByText("ci-agent").click();
      await page.getByRole("heading", { name: "ci-agent" }).waitFor();
      expect(page.url()).toContain(`${url}/console/keys/`);
      await page.reload();
      await page.getByRole("heading", { name: "ci-agent" }).waitFor();
      await page.getByRole("link", { name: "Connect" }).click();
      await page.getByText(`curl ${url}/v1/chat/completions`).waitFor();
      expect(problems).toEqual([]);
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });
});
