// What a page shows while it has nothing to show, and what lies over it: each as it comes about over a real server, and looked at by axe in
// both themes.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { overflowOf, settled, signIn, violationsInBothThemes } from "./support/browser.ts";
import { admin, user } from "./support/people.ts";
import { startStage } from "./support/stage.ts";
import { executable, openSuite } from "./support/suite.ts";

const suite = openSuite();

/** Nothing that axe objects to, in either theme, and no wider than the screen. */
async function expectSound(page: Page, state: string): Promise<void> {
  expect([state, await overflowOf(page), await violationsInBothThemes(page)]).toEqual([state, 0, []]);
}

const unknownId = "01970000-0000-7000-8000-000000000000";
const rowOf = (page: Page, name: string) => page.locator("tbody tr").filter({ hasText: name }).first();

describe.skipIf(executable === null)("what lies over a page", () => {
  it("is sound: the palette, notifications, columns, and questions whether one is sure", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/keys");
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Search or jump to" }).waitFor();
    await page.keyboard.type("ci");
    await page.getByRole("option", { name: "ci-agent" }).waitFor();
    await expectSound(page, "palette");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Notifications/ }).click();
    await page.getByRole("heading", { name: "Notifications" }).waitFor();
    await expectSound(page, "notifications");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Choose columns" }).click();
    await page.getByRole("menu").waitFor();
    await expectSound(page, "columns");
    await page.keyboard.press("Escape");
    await rowOf(page, "ci-agent").getByLabel("Select").check();
    await expectSound(page, "selected");
    await page.getByRole("button", { name: "Revoke", exact: true }).click();
    await page.getByRole("dialog", { name: "Revoke the key" }).waitFor();
    await expectSound(page, "revoke");
    expect(problems).toEqual([]);
  });

  it("is sound: each way to delete something", async () => {
    const { admin: client } = suite.stage.server;
    const [alias] = (await client.aliases.list()).data;
    const [model] = (await client.models.list()).data;
    const [provider] = (await client.providers.list()).data;
    const [one] = (await client.users.list()).data;
    const { page, problems } = await suite.visits.openAs(admin, "/");
    for (const [path, action] of [
      [`/aliases/${alias?.id}`, "Delete alias"],
      [`/models/${model?.id}`, "Delete model"],
      [`/providers/${provider?.id}`, "Delete provider"],
      [`/users/${one?.id}`, "Delete user"],
    ] as const) {
      await suite.visits.visit(page, path);
      await page.getByRole("button", { name: action }).click();
      const dialog = page.getByRole("dialog", { name: action });
      expect(await dialog.getByRole("button", { name: action }).isDisabled()).toBe(true);
      await expectSound(page, action);
    }
    expect(problems).toEqual([]);
  });

  it("is sound: a key that is shown once, a form that the server refuses, and what is told in passing", async () => {
    const { page } = await suite.visits.openAs(admin, "/keys?new=key");
    await page.getByLabel("Requests / min").fill("many");
    await page.getByRole("button", { name: "Create key" }).last().click();
    await expect.poll(() => page.getByLabel("Name").first().getAttribute("aria-invalid")).toBe("true");
    await expectSound(page, "refused");
    await page.getByLabel("Requests / min").fill("");
    await page.getByRole("dialog").getByLabel("Name").fill("looked at");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Key “looked at”" }).waitFor();
    await expectSound(page, "shown once");
    await page.getByRole("button", { name: "Done" }).click();
    await suite.visits.visit(page, "/keys?q=looked");
    await rowOf(page, "looked at").click();
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("“looked at” is changed, and in force").waitFor();
    await expectSound(page, "told");
  });
});

describe.skipIf(executable === null)("a page with nothing to show", () => {
  it("says what is empty, and what to do", async () => {
    const fresh = await startStage({ isFresh: true });
    try {
      for (const { id } of (await fresh.server.admin.providers.list()).data)
        await fresh.server.admin.providers.remove({ params: { id } });
      const { page, problems } = await suite.visits.open();
      await signIn(page, fresh.url);
      await page.goto(`${fresh.url}/console/welcome`);
      await page.getByRole("button", { name: "Skip" }).click();
      await page.getByRole("heading", { name: "Dashboard" }).waitFor();
      for (const [path, words] of [
        ["/", "No request has been made yet."],
        ["/requests", "No request was made in this time."],
        ["/usage", "There were no requests in this time."],
        ["/providers", "A provider is a vendor"],
        ["/models", "model"],
        ["/aliases", "An alias is a name that stands for targets"],
        ["/guardrails", "A guardrail looks at requests"],
        ["/consents", "No request has been held by a policy."],
        ["/consents?whose=decide", "Nothing waits for your decision."],
        ["/consents?show=Policies", "A policy holds requests until somebody has approved them."],
        ["/keys?q=nothing-is-called-that", "Nothing matches"],
        ["/reports", "A report is usage of the last days"],
        ["/users?show=Erased", "Nobody was erased."],
      ] as const) {
        await page.goto(`${fresh.url}/console${path}`);
        await settled(page);
        await page.getByText(words, { exact: false }).first().waitFor();
        await expectSound(page, path);
      }
      expect(await page.locator("tbody tr").count()).toBe(0);
      expect(problems).toEqual([]);
    } finally {
      await fresh.close();
    }
  }, 120_000);

  it("says that it may not be seen", async () => {
    const { page } = await suite.visits.openAs(user, "/providers");
    await page.getByText("Your role does not allow this page", { exact: false }).waitFor();
    await expectSound(page, "not allowed");
    await suite.visits.visit(page, "/settings?show=System");
    await page.getByText("Your role does not allow this page", { exact: false }).waitFor();
    expect(await page.getByRole("button", { name: "System" }).count()).toBe(0);
  });

  it("says what there is not, by which request, and asks again on demand", async () => {
    const { page } = await suite.visits.openAs(admin, "/");
    for (const list of [
      "aliases",
      "consents",
      "guardrails",
      "keys",
      "models",
      "providers",
      "reports",
      "requests",
      "users",
    ]) {
      await suite.visits.visit(page, `/${list}/${unknownId}`);
      const alert = page.getByRole("alert");
      await alert.getByText("There is no", { exact: false }).first().waitFor();
      expect(await alert.getByRole("button", { name: /^Copy/ }).count()).toBe(1);
      const asked = page.waitForResponse((answer) => answer.url().endsWith(unknownId) && answer.status() === 404);
      await alert.getByRole("button", { name: "Try again" }).click();
      await asked;
      await expectSound(page, list);
    }
  }, 120_000);

  it("has the shape of what is loading, which is said to be, and not before it has taken a while", async () => {
    const { page } = await suite.visits.openAs(admin, "/");
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    // What the server answers comes late, and is what it is.
    await page.route(/\/admin\/api-keys/, async (route) => {
      await released;
      await route.continue();
    });
    await page.getByRole("link", { name: "Keys", exact: true }).click();
    await page.getByRole("status", { name: "Loading" }).locator("div").first().waitFor();
    await expectSound(page, "loading");
    release();
    await rowOf(page, "ci-agent").waitFor();
    expect(await page.getByRole("status", { name: "Loading" }).count()).toBe(0);
  });

  // The last one: nothing answers behind it.
  it("says that the server does not answer, and has what it had before, also where a page was never loaded", async () => {
    const { page } = await suite.visits.openAs(admin, "/keys");
    await rowOf(page, "ci-agent").waitFor();
    await suite.stage.server.stop();
    await page.getByText(/^Reconnecting, data from/).waitFor();
    await page.getByRole("link", { name: "Aliases", exact: true }).click();
    await page.getByRole("alert").getByText("The server does not answer.").waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("alert").getByText("The server does not answer.").waitFor();
    await expectSound(page, "away");
    await page.goBack();
    await rowOf(page, "ci-agent").waitFor();
  }, 120_000);
});
