// Of everybody a second factor is asked: who has none is led to set one up, and to where he was going behind that. In a real Chromium.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { codeOf } from "../../apps/server/tests/sign-in-support/authenticator-app.ts";
import { overflowOf, violationsInBothThemes } from "./support/browser.ts";
import { password } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const suite = openSuite({ environment: { GHOSTLLM_REQUIRE_SECOND_FACTOR: "all" } });

let serial = 0;

async function addUser(role: string) {
  const email = `asked${(serial += 1)}@example.com`;
  const { id } = await suite.stage.server.admin.users.create({ body: { email, password, role } });
  return { id, email };
}

async function enter(page: Page, email: string, to: string, url = suite.stage.url): Promise<void> {
  await page.goto(`${url}/console/sign-in?to=${to}`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

const asked = (page: Page) => page.getByRole("heading", { name: "Set up a second factor" });
const users = (page: Page) => page.getByRole("heading", { name: "Users" });

async function setUpApp(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Use an authenticator app" }).click();
  await page.getByLabel("Your password").fill(password);
  await page.getByRole("button", { name: "Go on" }).click();
  const telling = page.getByRole("dialog", { name: "Tell your authenticator app" });
  const secret = await telling.locator("code").innerText();
  const uri = `otpauth://totp/GhostLLM:x?secret=${secret}&issuer=GhostLLM`;
  await telling.getByLabel("Code that the app shows").fill(codeOf(uri));
  await telling.getByRole("button", { name: "Turn on" }).click();
  const shown = page.getByRole("dialog", { name: "Recovery codes" });
  await shown.waitFor();
  expect(await shown.getByRole("listitem").count()).toBe(10);
  await shown.getByRole("button", { name: "I have kept them" }).click();
  return uri;
}

describe.skipIf(executable === null)("who has no second factor", () => {
  it("is led to set up an app from wherever he wants to go, and then there", async () => {
    const { email } = await addUser("admin");
    const { page } = await suite.visits.open();
    await enter(page, email, "/users");
    await asked(page).waitFor();
    await expect.poll(() => page.locator("[aria-busy=true]").count()).toBe(0);
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    await page.goto(`${suite.stage.url}/console/keys`);
    await asked(page).waitFor();
    expect(new URL(page.url()).pathname).toBe("/console/set-up");
    await page.goto(`${suite.stage.url}/console/users`);
    await asked(page).waitFor();
    await page.getByRole("button", { name: "Use an authenticator app" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    const uri = await setUpApp(page);
    await users(page).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await enter(page, email, "/users");
    await page.getByLabel(/^Code of your authenticator app/).fill(codeOf(uri, 30_000));
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await users(page).waitFor();
  }, 180_000);

  it("may set up a passkey, and is asked for it from then on", async () => {
    const url = suite.stage.url.replace("127.0.0.1", "localhost");
    const { email } = await addUser("admin");
    const { page } = await suite.visits.open();
    const session = await page.context().newCDPSession(page);
    await session.send("WebAuthn.enable");
    const options = {
      ...({ protocol: "ctap2", transport: "internal" } as const),
      ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    };
    await session.send("WebAuthn.addVirtualAuthenticator", { options });
    await enter(page, email, "/users", url);
    await page.getByRole("button", { name: "Use a passkey" }).click();
    await page.getByRole("dialog").getByLabel("Name", { exact: true }).fill("Laptop");
    await page.getByRole("dialog").getByLabel("Your password").fill(password);
    await page.getByRole("dialog").getByRole("button", { name: "Go on" }).click();
    await users(page).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await enter(page, email, "/users", url);
    await page.getByRole("alert").getByText("Sign in with your passkey", { exact: false }).waitFor();
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await users(page).waitFor();
    expect(new URL(page.url()).pathname).toBe("/console/users");
  }, 120_000);

  it("and has set one up elsewhere meanwhile is told to sign in with it", async () => {
    const { email } = await addUser("member");
    const [{ page: one }, { page: other }] = [await suite.visits.open(), await suite.visits.open()];
    await enter(one, email, "/settings");
    await enter(other, email, "/settings");
    await asked(other).waitFor();
    await setUpApp(one);
    await one.getByRole("heading", { name: "Settings" }).waitFor();
    await other.reload();
    await other.getByText("You have one already", { exact: false }).waitFor();
    await other.getByRole("button", { name: "Sign out" }).click();
    await other.getByRole("heading", { name: "Sign in to GhostLLM" }).waitFor();
    expect(new URL(other.url()).pathname).toBe("/console/sign-in");
  }, 120_000);
});
