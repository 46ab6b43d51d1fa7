// Secrets that go through a page stay in it: none is in what the browser keeps, in an address, or where a script could read it.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { settled, signIn } from "./support/browser.ts";
import { listPages } from "./support/pages.ts";
import { admin, password } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const vendorKey = "sk-planted-of-the-vendor-5a17c0de";
const vendorHeader = "planted-header-77aa4411";

const suite = openSuite();

/** All that the browser keeps for the page, and its own address and state. */
const readKept = `(async () => {
  const databases = await indexedDB.databases();
  const caches_ = await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)));
  return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, databases, caches_, document.cookie, location.href, history.state, name, document.referrer]);
})()`;

/** Every address that was asked for, and every one that the page had. */
function watchUrls(page: Page): readonly string[] {
  const urls: string[] = [];
  page.on("request", (request) => urls.push(request.url()));
  page.on("websocket", (socket) => urls.push(socket.url()));
  page.on("framenavigated", (frame) => urls.push(frame.url()));
  return urls;
}

async function addProvider(page: Page): Promise<void> {
  await page.goto(`${suite.stage.url}/console/providers?new=provider`);
  const dialog = page.getByRole("dialog", { name: "Add a provider" });
  await dialog.getByLabel("Vendor").selectOption({ label: "Groq" });
  await dialog.getByLabel("API key").fill(vendorKey);
  await dialog.getByLabel("Base URL").fill(`${suite.stage.vendorUrl}/v1`);
  await dialog.getByText("Headers and query of every request").click();
  await dialog.getByLabel("Headers", { exact: false }).first().fill(`x-team: ${vendorHeader}`);
  await dialog.getByRole("button", { name: "Add provider" }).click();
  await page.getByRole("heading", { name: "groq" }).waitFor();
  await page.getByText("2 models").first().waitFor();
}

/** It is tried, and used on the page of clients; what it is. */
async function makeKey(page: Page): Promise<string> {
  await page.goto(`${suite.stage.url}/console/keys?new=key`);
  await page.getByRole("dialog", { name: "Create a key" }).getByLabel("Name").fill("planted");
  await page.getByRole("button", { name: "Create key" }).last().click();
  const dialog = page.getByRole("dialog", { name: "Key “planted”" });
  const key = await dialog.locator("code").first().innerText();
  await dialog.getByRole("option", { name: "fake-model", exact: true }).waitFor({ state: "attached" });
  await dialog.getByLabel("Model").selectOption("fake-model");
  await dialog.getByRole("button", { name: "Try it" }).click();
  await dialog.getByText("You said: Say hello").waitFor();
  await dialog.getByRole("button", { name: "Done" }).click();
  await page.getByRole("link", { name: "Connect" }).click();
  await page.getByLabel("Your key").fill(key);
  await page.getByRole("option", { name: "fake-model", exact: true }).waitFor({ state: "attached" });
  return key;
}

describe.skipIf(executable === null)("secrets", () => {
  it("are in nothing that the browser keeps, in no address and on no page, wherever one goes with them", async () => {
    const { page } = await suite.visits.open();
    const urls = watchUrls(page);
    await signIn(page, suite.stage.url);
    await addProvider(page);
    const key = await makeKey(page);
    const session = (await page.context().cookies()).map(({ value }) => value);
    const secrets = [password, vendorKey, vendorHeader, key, key.split("-").at(-1) ?? "", ...session];
    expect(session).toHaveLength(1);
    const expectNone = async (): Promise<void> => {
      const kept = await page.evaluate<string>(readKept);
      for (const secret of secrets) expect([page.url(), kept.includes(secret)]).toEqual([page.url(), false]);
    };
    await expectNone();
    for (const { path } of await listPages(suite.stage.server.admin)) {
      await page.goto(`${suite.stage.url}/console${path}`);
      await settled(page);
      await expectNone();
      const html = await page.content();
      for (const secret of secrets) expect([path, html.includes(secret)]).toEqual([path, false]);
    }
    expect(urls.length).toBeGreaterThan(100);
    const told = urls.filter((url) => secrets.some((secret) => decodeURIComponent(url).includes(secret)));
    expect(told).toEqual([]);
  }, 120_000);

  it("the session's cookie is for this host alone, and for no script", async () => {
    const { page } = await suite.visits.openAs(admin);
    const cookies = await page.context().cookies();
    expect(cookies).toEqual([
      expect.objectContaining({
        ...{ name: "__Host-ghostllm-session", path: "/", httpOnly: true, secure: true, sameSite: "Strict" },
      }),
    ]);
    expect(await page.evaluate<string>("document.cookie")).toBe("");
  });

  it("every page comes with a policy that lets no script run but the console's own files", async () => {
    for (const { path } of await listPages(suite.stage.server.admin)) {
      const answer = await fetch(`${suite.stage.url}/console${path}`);
      const policy = answer.headers.get("content-security-policy") ?? "";
      expect([path, policy]).toEqual([path, expect.stringMatching(/default-src 'none'; script-src 'self'; /)]);
      expect([path, /unsafe|data:.*script|\*/.test(policy)]).toEqual([path, false]);
      const inline = (await answer.text()).match(/<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=/g);
      expect([path, inline]).toEqual([path, null]);
    }
  });
});
