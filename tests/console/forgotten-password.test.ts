// Who has forgotten his password is sent a link by the sign-in page, in a real Chromium over a real server with a mail server.

import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@ghostllm/contract/client";
import type { Page } from "playwright-core";
import { afterAll, describe, expect, it } from "vitest";
import { startMailServer } from "../../apps/server/tests/support/mail-server.ts";
import type { MailServer } from "../../apps/server/tests/support/mail-server.ts";
import { overflowOf, signIn, violationsInBothThemes } from "./support/browser.ts";
import { user } from "./support/people.ts";
import { startStage } from "./support/stage.ts";
import { executable, openSuite } from "./support/suite.ts";

const publicUrl = "http://ghost.example.com";
let mails: MailServer | null = null;
afterAll(() => mails?.close());

const suite = openSuite({
  environment: async () => {
    mails = await startMailServer();
    const [SMTP_URL, GHOSTLLM_MAIL_FROM] = [mails.url, "ghost@example.com"];
    return { SMTP_URL, GHOSTLLM_MAIL_FROM, GHOSTLLM_PUBLIC_URL: publicUrl, GHOSTLLM_MAIL_REQUIRE_TLS: "false" };
  },
});

const sentTo = (email: string) => mails?.mails.filter(({ to }) => to.includes(email)) ?? [];

/** What the page says to who has asked with this address. */
async function ask(email: string, look = async (_: Page): Promise<void> => {}): Promise<string> {
  const { page, problems } = await suite.visits.open({ width: 390 });
  await page.goto(`${suite.stage.url}/console/sign-in`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Forgotten your password?" }).click();
  await page.getByRole("heading", { name: "Forgotten your password?" }).waitFor();
  expect(await page.getByLabel("E-mail").inputValue()).toBe(email);
  await look(page);
  await page.keyboard.press("Enter");
  const words = await page.getByRole("status").innerText();
  await look(page);
  await page.getByRole("button", { name: "Back to the sign-in" }).click();
  await page.getByRole("heading", { name: "Sign in to GhostLLM" }).waitFor();
  expect(problems).toEqual([]);
  return words;
}

describe.skipIf(executable === null)("who has forgotten his password", () => {
  it("is sent a link, sets another one by it, and signs in with that", async () => {
    await ask(user, async (page) =>
      expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]),
    );
    await expect.poll(() => sentTo(user).length, { timeout: 30_000 }).toBe(1);
    const link = /http:\S+/.exec(sentTo(user)[0]?.text ?? "")?.[0] ?? "";
    expect(link.startsWith(publicUrl)).toBe(true);
    const { page } = await suite.visits.open();
    await page.goto(link.replace(publicUrl, suite.stage.url));
    await page.getByLabel("New password").fill("another horse battery");
    await page.getByRole("button", { name: "Set password" }).click();
    await page.getByText(`The password of ${user} is set.`).waitFor();
    await signIn(page, suite.stage.url, user, "another horse battery");
  }, 120_000);

  it("is told the same whether there is such an address or not, and nobody else is sent anything", async () => {
    const stranger = "nobody@example.com";
    const before = mails?.mails.length ?? 0;
    const [known, unknown] = [await ask(user), await ask(stranger)];
    expect(unknown).toBe(known.replaceAll(user, stranger));
    await expect.poll(() => sentTo(user).length, { timeout: 30_000 }).toBe(2);
    expect(mails?.mails).toHaveLength(before + 1);
  }, 120_000);

  it("is told when he asks too often", async () => {
    const email = "often@example.com";
    const stranger = createClient({ baseUrl: suite.stage.url, apiKey: null });
    const { page } = await suite.visits.open();
    await page.goto(`${suite.stage.url}/console/sign-in?forgotten=yes`);
    await page.getByLabel("E-mail").fill(email);
    // Until the wait is longer than it takes to press a button.
    const waitToldTo = (): Promise<number> =>
      stranger.passwords.forgotten({ body: { email } }).then(
        () => 0,
        (error: unknown) => Number(/wait (\d+) s/.exec(String(error))?.[1]),
      );
    while ((await waitToldTo()) < 8) await sleep(100);
    await page.getByRole("button", { name: "Send me a link" }).click();
    await expect
      .poll(() => page.getByRole("alert").allTextContents())
      .toEqual([expect.stringContaining("asked for too often")]);
  }, 120_000);

  it("is offered nothing by a server that sends no mail", async () => {
    const stage = await startStage();
    try {
      const { page } = await suite.visits.open();
      const options = page.waitForResponse(`${stage.url}/admin/sign-in`);
      await page.goto(`${stage.url}/console/sign-in?forgotten=yes`);
      await options;
      await page.getByRole("heading", { name: "Sign in to GhostLLM" }).waitFor();
      await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
      expect(await page.getByRole("button", { name: /Forgotten/ }).count()).toBe(0);
    } finally {
      await stage.close();
    }
  }, 120_000);
});
