// Settings for every client, and the button that tries a key as that client would ask, in a real Chromium over a real server.

import { describe, expect, it } from "vitest";
import { overflowOf, violationsInBothThemes } from "./support/browser.ts";
import { admin } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

let key = "";
const suite = openSuite({
  furnish: async ({ stage }) => {
    const { admin: client } = stage.server;
    const owner = (await client.users.list()).data.find(({ email }) => email === admin);
    // It speaks chats alone, into which all other dialects are put.
    const own = {
      name: "own",
      provider_type: "openai-compatible",
      base_url: `${stage.vendorUrl}/v1`,
      api_key: "sk-own",
    };
    await client.providers.create({ body: own });
    await client.aliases.create({ body: { name: "echo", targets: [{ provider: "own", model: "fake-model" }] } });
    ({ key } = await client.apiKeys.create({ body: { name: "of a client", user_id: owner?.id ?? "" } }));
  },
});

/** Each with what it is told in, and by which path it asks. */
const clients = [
  ["OpenAI", ["curl", "Python", "TypeScript", "Go", "Java"], "/v1/chat/completions"],
  ["Anthropic", ["curl", "Python", "TypeScript", "Go", "Java"], "/v1/messages"],
  ["Google", ["curl", "Python", "TypeScript", "Go", "Java"], "/v1beta/models/echo:generateContent"],
  ["Ollama", ["curl", "Python", "TypeScript", "Go", "Java"], "/api/chat"],
  ["LangChain", ["Python", "TypeScript"], "/v1/chat/completions"],
  ["LiteLLM SDK", [], "/v1/chat/completions"],
  ["Claude Code", [], "/v1/messages"],
  ["Codex", ["~/.codex/config.toml", "Shell"], "/v1/responses"],
  ["opencode", ["~/.config/opencode/opencode.json", "Shell"], "/v1/chat/completions"],
  ["pi", ["~/.pi/agent/models.json", "Shell"], "/v1/responses"],
  ["Cursor", [], "/v1/chat/completions"],
  ["Continue", [], "/v1/chat/completions"],
  ["Open WebUI", [], "/v1/chat/completions"],
] as const;

describe.skipIf(executable === null)("connecting", () => {
  it("has ready settings for each client, and tries the key by the dialect of each", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/connect");
    await page.getByLabel("Your key").fill(key);
    await page.getByRole("option", { name: "echo", exact: true }).waitFor({ state: "attached" });
    await page.getByLabel("Model", { exact: true }).selectOption("echo");
    const list = page.getByRole("navigation", { name: "Clients" });
    expect(await list.getByRole("link").allInnerTexts()).toEqual(clients.map(([name]) => name));
    for (const [name, titles, path] of clients) {
      await list.getByRole("link", { name, exact: true }).click();
      const panel = page.getByRole("region", { name, exact: true });
      await panel.waitFor();
      for (const title of titles) await panel.getByRole("button", { name: title, exact: true }).click();
      const code = await panel.locator("pre").first().innerText();
      expect([name, code.includes(key) || code.includes("GHOSTLLM_API_KEY") || code.includes("echo")]).toEqual([
        name,
        true,
      ]);
      await page.getByRole("button", { name: "Try it" }).click();
      await page.getByText(path, { exact: true }).waitFor();
      await page.getByText("You said: Say hello").waitFor();
    }
    expect(new URL(page.url()).search).toBe("?client=open-webui");
    expect(page.url()).not.toContain(key.slice(0, 12));
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    expect(problems).toEqual([]);
  }, 60_000);

  it("tells why a key is refused, in whichever form the client's dialect has for it", async () => {
    const { page } = await suite.visits.openAs(admin, "/connect?client=google");
    await page.getByLabel("Your key").fill(key);
    await page.getByRole("option", { name: "echo", exact: true }).waitFor({ state: "attached" });
    const { admin: client } = suite.stage.server;
    const mine = (await client.apiKeys.list({ query: { q: "of a client" } })).data[0];
    await client.apiKeys.revoke({ params: { id: mine?.id ?? "" } });
    for (const id of ["google", "ollama", "anthropic"]) {
      await page.getByRole("navigation", { name: "Clients" }).locator(`a[href$="client=${id}"]`).click();
      await page.getByRole("button", { name: "Try it" }).click();
      const refusal = page.getByRole("region", { name: "Key and model" }).locator("p.text-bad");
      await expect.poll(() => refusal.innerText()).toMatch(/key/i);
    }
  });
});
