// The page Events: what happens as it happens, webhooks with what was sent to them, and what a user sees of it.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answers, isSigned, WebhookReceiver } from "../../apps/server/tests/support/webhook-receiver.ts";
import { overflowOf, violationsInBothThemes } from "./support/browser.ts";
import { admin, user } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const suite = openSuite();
let receiver: WebhookReceiver;
beforeEach(async () => {
  receiver = await WebhookReceiver.start();
});
afterEach(() => receiver.close());

const createKey = async (name: string): Promise<void> => {
  const { admin: client } = suite.stage.server;
  const owner = (await client.users.list()).data.find(({ email }) => email === admin);
  await client.apiKeys.create({ body: { name, user_id: owner?.id ?? "" } });
};

describe.skipIf(executable === null)("events", () => {
  it("come by themselves, are filtered by type, wait while one pauses, and open as they are told", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/events");
    await page.getByText("live", { exact: true }).waitFor();
    // What was before is there, too.
    await page.locator("tbody tr").filter({ hasText: "ci-agent" }).first().waitFor();
    await suite.stage.call("gpt-4o-mini");
    const row = (words: string) => page.locator("tbody tr").filter({ hasText: words }).first();
    await row("request.start").waitFor();
    await row("request.end").waitFor();
    await row("usage.tracked").waitFor();
    await page.getByRole("button", { name: "All types" }).click();
    await page.getByRole("menuitemcheckbox", { name: "key.created" }).click();
    expect(await violationsInBothThemes(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByText("live", { exact: true }).waitFor();
    expect(await page.locator("tbody tr").filter({ hasText: "request.end" }).count()).toBe(0);
    await page.getByRole("button", { name: "Pause" }).click();
    await createKey("made while paused");
    await page.getByRole("button", { name: "Continue, 1 wait" }).click();
    await row("made while paused").click();
    const dialog = page.getByRole("dialog", { name: "ghostllm.key.created" });
    await dialog.getByText('"specversion": "1.0"').waitFor();
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    expect(problems).toEqual([]);
  });

  it("go on where they were when the server was away", async () => {
    const { page } = await suite.visits.openAs(admin, "/events?types=key.created");
    await page.getByText("live", { exact: true }).waitFor();
    await page.context().setOffline(true);
    await page.evaluate("void 0");
    await createKey("made while away");
    await page.context().setOffline(false);
    await page.locator("tbody tr").filter({ hasText: "made while away" }).first().waitFor();
    expect(await page.locator("tbody tr").filter({ hasText: "made while away" }).count()).toBe(1);
  });

  it("of a user are his own, without webhooks", async () => {
    const { page, problems } = await suite.visits.openAs(user, "/events");
    await page.getByText("live", { exact: true }).waitFor();
    await createKey("of the admin");
    const { admin: client } = suite.stage.server;
    const grace = (await client.users.list()).data.find(({ email }) => email === user);
    await client.apiKeys.create({ body: { name: "of his own", user_id: grace?.id ?? "" } });
    await page.locator("tbody tr").filter({ hasText: "of his own" }).waitFor();
    expect(await page.getByText("of the admin").count()).toBe(0);
    expect(await page.getByRole("button", { name: "Webhooks" }).count()).toBe(0);
    expect(problems).toEqual([]);
  });
});

describe.skipIf(executable === null)("webhooks", () => {
  it("are created with a secret that is shown once, tested, and told what happens", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/events?show=Webhooks");
    await page.getByRole("button", { name: "Create webhook" }).first().click();
    const form = page.getByRole("dialog", { name: "Create a webhook" });
    await form.getByLabel("Name").fill("audit");
    await form.getByLabel("Address").fill("https://user:password@example.com/");
    await form.getByRole("button", { name: "Create webhook" }).click();
    await form.getByText("No user and no password may be in it").waitFor();
    await page.mouse.move(0, 0);
    expect(await violationsInBothThemes(page)).toEqual([]);
    await form.getByLabel("Address").fill(receiver.url);
    await form.getByLabel("user.login").uncheck();
    await form.getByRole("button", { name: "Create webhook" }).click();
    const shown = page.getByRole("dialog", { name: "Secret of “audit”" });
    const secret = (await shown.locator("code").textContent()) ?? "";
    expect(secret).toMatch(/^whsec_/);
    expect(await violationsInBothThemes(page)).toEqual([]);
    await shown.getByRole("button", { name: "Done" }).click();
    await page.locator("tbody tr").filter({ hasText: "audit" }).click();
    await page.getByRole("heading", { name: "audit" }).waitFor();
    expect(await page.content()).not.toContain(secret);
    await page.getByRole("button", { name: "Send test" }).click();
    await page.getByText("The receiver took it: HTTP 204").waitFor();
    const [test] = receiver.received;
    expect(test !== undefined && isSigned(test, secret)).toBe(true);
    await createKey("told by webhook");
    await page.locator("tbody tr").filter({ hasText: "delivered" }).first().waitFor();
    // The address that is refused, which browsers note.
    expect(problems.filter((problem) => !problem.includes("400"))).toEqual([]);
  });

  it("show what has not arrived, which is sent again by a button, and why one was switched off", async () => {
    const { admin: client } = suite.stage.server;
    const body = { name: "failing", url: receiver.url, types: ["key.created"] };
    const { id } = await client.webhooks.create({ body });
    receiver.answer = answers.status(410);
    await createKey("refused");
    const { page, problems } = await suite.visits.openAs(admin, `/events/webhooks/${id}`);
    await page.getByText("The receiver answered 410 Gone").waitFor();
    await page.getByText("switched off", { exact: true }).waitFor();
    receiver.answer = answers.ok;
    await page.getByRole("button", { name: "Switch on" }).click();
    const delivered = page.locator("tbody tr").filter({ hasText: "delivered" });
    await delivered.waitFor();
    expect(receiver.ofType("key.created")).toHaveLength(2);
    await delivered.getByRole("button", { name: "Send again" }).click();
    await page.getByText("It is being sent again").waitFor();
    await delivered.waitFor();
    await expect.poll(() => receiver.ofType("key.created").length).toBe(3);
    expect(new Set(receiver.ofType("key.created").map((event) => event.id)).size).toBe(1);
    await page.getByRole("button", { name: "dead", exact: true }).click();
    await page.getByText("None is dead.").waitFor();
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    expect(problems).toEqual([]);
  });
});
