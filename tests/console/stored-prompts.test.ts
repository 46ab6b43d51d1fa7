// The stored prompt and answer of a request: shown to whoever asks for them, and their absence said plainly. In a real Chromium over a real
// server.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { violationsInBothThemes } from "./support/browser.ts";
import { admin, user } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";
import type { Suite } from "./support/suite.ts";

const markup = "<b>bold</b> and <script>alert(1)</script>";
let stored = "";
let unstored = "";
let ofUser = "";
let ownKey = "";

const shell = promisify(execFile);

/** What it prints, and what it says of errors. */
async function runInShell(command: string): Promise<readonly [string, string]> {
  const { stdout, stderr } = await shell("bash", ["-c", command]);
  return [stdout, stderr];
}

async function ask({ stage }: Suite, key: string): Promise<string> {
  const response = await fetch(`${stage.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: "gpt-4o-mini",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: `What is ${markup}?` },
      ],
    }),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`the call is answered ${response.status}: ${answer}`);
  const id = response.headers.get("x-request-id") ?? "";
  await stage.untilListed(id);
  return id;
}

const suite = openSuite({
  async furnish(opened) {
    const { admin: client } = opened.stage.server;
    const users = (await client.users.list()).data;
    const keyOf = (email: string, name: string, storing: "nothing" | "request_and_answer") => {
      const owner = users.find((one) => one.email === email)?.id ?? "";
      return client.apiKeys.create({ body: { name, user_id: owner, store_prompts: storing } });
    };
    opened.stage.vendor.script(() => ({ kind: "chat", text: `An answer with ${markup}` }));
    ownKey = (await keyOf(admin, "storing", "request_and_answer")).key;
    stored = await ask(opened, ownKey);
    unstored = await ask(opened, (await keyOf(admin, "plain", "nothing")).key);
    ofUser = await ask(opened, (await keyOf(user, "of a user", "request_and_answer")).key);
    const isStored = async () => (await client.requests.get({ params: { id: ofUser } })).content === "stored";
    await vi.waitUntil(isStored, 20_000);
  },
});

const readings = async (id: string): Promise<number> => {
  const query = { action: "request.content_read" } as const;
  const { data } = await suite.stage.server.admin.audit.list({ query });
  return data.filter(({ object }) => object?.id === id).length;
};

describe.skipIf(executable === null)("the stored prompt of a request", () => {
  it("is read when somebody asks for it, once, and is text and nothing else", async () => {
    const { page, problems } = await suite.visits.openAs(admin, `/requests/${stored}`);
    const panel = page.getByRole("region", { name: "Prompt and answer" });
    await panel.getByText("That you have read them is written into the audit log.").waitFor();
    expect(await readings(stored)).toBe(0);
    await panel.getByRole("button", { name: "Show them" }).click();
    const request = panel.getByRole("region", { name: "Request" });
    await request.getByText("Be brief.").waitFor();
    expect(await request.innerText()).toContain(`What is ${markup}?`);
    expect(await panel.getByRole("region", { name: "Answer" }).innerText()).toContain(`An answer with ${markup}`);
    expect(await panel.locator("script, b").count()).toBe(0);
    await request.getByRole("button", { name: "As it was sent" }).click();
    expect(await request.getByLabel("Request as it was sent").innerText()).toContain('"role": "system"');
    expect(await readings(stored)).toBe(1);
    for (const theme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: theme });
      const path = process.env["STORED_PROMPTS_SHOTS"];
      if (path !== undefined) await page.screenshot({ path: `${path}/stored-${theme}.png`, fullPage: true });
    }
    expect(await violationsInBothThemes(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  it("is made again: as a command that is copied, and by a key of one's own", async () => {
    const { page, problems } = await suite.visits.openAs(admin, `/requests/${stored}`);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const panel = page.getByRole("region", { name: "Prompt and answer" });
    await panel.getByRole("button", { name: "Show them" }).click();
    await panel.getByRole("button", { name: "Copy as curl" }).click();
    await panel.getByText("Copied").waitFor();
    const copied = await page.evaluate<string>("navigator.clipboard.readText()");
    expect(copied).toMatch(/^curl http:\/\/\S+\/v1\/chat\/completions \\\n/);
    const [said] = await runInShell(copied.replace("gk-...", ownKey));
    expect(JSON.parse(said)).toMatchObject({ choices: [{ message: { content: `An answer with ${markup}` } }] });
    await panel.getByRole("button", { name: "Replay" }).click();
    const dialog = page.getByRole("dialog", { name: "Replay" });
    await dialog.getByLabel("Your key").fill(ownKey);
    await dialog.getByRole("button", { name: "Send again" }).click();
    await dialog.getByText("An answer with").waitFor();
    expect(await dialog.locator("script, b").count()).toBe(0);
    expect(await violationsInBothThemes(page)).toEqual([]);
    await dialog.getByRole("link", { name: "Its request" }).click();
    await expect.poll(() => page.url()).not.toContain(stored);
    expect(problems).toEqual([]);
  });

  it("is said to be absent where nothing was to be stored", async () => {
    const { page } = await suite.visits.openAs(admin, `/requests/${unstored}`);
    const panel = page.getByRole("region", { name: "Prompt and answer" });
    await panel.getByText("They are not stored: the policy of the key did not ask for it.").waitFor();
    expect(await panel.getByRole("button").count()).toBe(0);
  });

  it("is not for who may not read it, whose request it may be", async () => {
    const { page } = await suite.visits.openAs(user, `/requests/${ofUser}`);
    const panel = page.getByRole("region", { name: "Prompt and answer" });
    await panel.getByText("They are stored. Your role does not allow you to read them.").waitFor();
    expect(await panel.getByRole("button").count()).toBe(0);
  });

  it("is a choice of the form of a key", async () => {
    const { admin: client } = suite.stage.server;
    const [key] = (await client.apiKeys.list({ query: { q: "plain" } })).data;
    const id = key?.id ?? "";
    const { page } = await suite.visits.openAs(admin, `/keys/${id}`);
    await page.getByLabel("Stored prompts").selectOption("request");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByRole("region", { name: "Key", exact: true }).getByText("the request", { exact: true }).waitFor();
    expect((await client.apiKeys.get({ params: { id } })).store_prompts).toBe("request");
    const path = process.env["STORED_PROMPTS_SHOTS"];
    if (path !== undefined) await page.screenshot({ path: `${path}/key.png`, fullPage: true });
  });
});
