// Passkeys in a real Chromium, which has an authenticator of its own making: one is added, signed in with, renamed and taken away.

import type { CDPSession, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { overflowOf, signIn, violationsInBothThemes } from "./support/browser.ts";
import { admin, password } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const suite = openSuite();

let serial = 0;

/** Browsers take no address for a name. */
const siteUrl = (): string => suite.stage.url.replace("127.0.0.1", "localhost");

interface Authenticator {
  readonly session: CDPSession;
  readonly id: string;
}

/** As of a laptop: it knows its user, and keeps what it is given. */
async function plugIn(page: Page): Promise<Authenticator> {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const options = {
    ...({ protocol: "ctap2", transport: "internal" } as const),
    ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  };
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", { options });
  return { session, id: authenticatorId };
}

const setVerified = ({ session, id }: Authenticator, isUserVerified: boolean) =>
  session.send("WebAuthn.setUserVerified", { authenticatorId: id, isUserVerified });

const inside = (page: Page) => page.getByRole("navigation", { name: "Pages" });
const passkeysOf = (page: Page) => page.getByRole("region", { name: "Passkeys" });

async function expectSound(page: Page, state: string): Promise<void> {
  await expect.poll(() => page.locator("[aria-busy=true]").count()).toBe(0);
  expect([state, await overflowOf(page), await violationsInBothThemes(page)]).toEqual([state, 0, []]);
}

/** Somebody new, at his settings. */
async function arrive() {
  const email = `passkey${(serial += 1)}@example.com`;
  await suite.stage.server.admin.users.create({ body: { email, password, role: "member" } });
  const { page, problems } = await suite.visits.open();
  const authenticator = await plugIn(page);
  await signIn(page, siteUrl(), email);
  await page.goto(`${siteUrl()}/console/settings`);
  return { email, page, problems, authenticator };
}

async function add(page: Page, name: string): Promise<void> {
  await passkeysOf(page).getByRole("button", { name: "Add a passkey" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a passkey" });
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByLabel("Your password").fill(password);
  await dialog.getByRole("button", { name: "Go on" }).click();
}

async function signInWithIt(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
}

describe.skipIf(executable === null)("a passkey", () => {
  it("is added with the password, signs in without one, is renamed and removed", async () => {
    const { email, page, authenticator } = await arrive();
    await passkeysOf(page).getByText("There is none.", { exact: false }).waitFor();
    await passkeysOf(page).getByRole("button", { name: "Add a passkey" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a passkey" });
    await dialog.getByRole("button", { name: "Go on" }).click();
    await dialog.getByText("Give it a name").waitFor();
    await expectSound(page, "asked for");
    await dialog.getByLabel("Name", { exact: true }).fill("Laptop");
    await dialog.getByLabel("Your password").fill("wrong");
    await dialog.getByRole("button", { name: "Go on" }).click();
    await dialog.getByText("It is wrong").waitFor();
    await dialog.getByLabel("Your password").fill(password);
    await dialog.getByRole("button", { name: "Go on" }).click();
    const line = passkeysOf(page).getByRole("listitem");
    await line.getByText("never used", { exact: false }).waitFor();
    await expectSound(page, "one");
    // The device has one of his already.
    await add(page, "Laptop again");
    await page.getByRole("dialog").getByText("This device has a passkey of yours already").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();

    await signInWithIt(page);
    await inside(page).waitFor();
    await page.goto(`${siteUrl()}/console/settings`);
    await page.getByRole("region", { name: "You", exact: true }).getByText(email).waitFor();
    await page.getByRole("region", { name: "Your sessions" }).getByText("passkey", { exact: true }).waitFor();
    await line.getByText("used just now", { exact: false }).waitFor();

    await line.getByRole("button", { name: "Rename Laptop" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Old laptop");
    await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
    await line.getByText("Old laptop").waitFor();

    await setVerified(authenticator, false);
    await signInWithIt(page);
    await page.getByRole("alert").getByText("No passkey was used", { exact: false }).waitFor();
    await expectSound(page, "called off");
    await setVerified(authenticator, true);
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await inside(page).waitFor();

    await page.goto(`${siteUrl()}/console/settings`);
    await line.getByRole("button", { name: "Remove Old laptop" }).click();
    await page.getByRole("dialog").getByRole("textbox").fill("Old laptop");
    await page.getByRole("dialog").getByRole("button", { name: "Remove passkey" }).click();
    await passkeysOf(page).getByText("There is none.", { exact: false }).waitFor();
    await signInWithIt(page);
    await page.getByRole("alert").getByText("The passkey does not open this server", { exact: false }).waitFor();
  }, 240_000);

  it("is taken away by an admin, for who has lost the device", async () => {
    const { email, page } = await arrive();
    await add(page, "Phone");
    await passkeysOf(page).getByRole("listitem").waitFor();
    const { page: ofAdmin } = await suite.visits.openAs(admin, `/users?q=${email}`);
    await ofAdmin.getByRole("cell", { name: email }).first().click();
    const access = ofAdmin.getByRole("region", { name: "Access" });
    await access.getByRole("list", { name: "Passkeys" }).getByText("Phone").waitFor();
    await access.getByRole("button", { name: "Take passkey away" }).click();
    const dialog = ofAdmin.getByRole("dialog", { name: "Take the passkey “Phone” away" });
    await dialog.getByRole("textbox").fill(email);
    await dialog.getByRole("button", { name: "Take passkey away" }).click();
    await access.getByRole("list", { name: "Passkeys" }).waitFor({ state: "detached" });
    await signInWithIt(page);
    await page.getByRole("alert").getByText("The passkey does not open this server", { exact: false }).waitFor();
    expect(await inside(page).count()).toBe(0);
  }, 120_000);

  it("is offered by no page at an address, where browsers let nobody use one", async () => {
    const { page } = await suite.visits.open();
    await page.goto(`${suite.stage.url}/console/sign-in`);
    await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
    await expect.poll(() => page.locator("[aria-busy=true]").count()).toBe(0);
    expect(await page.getByRole("button", { name: "Sign in with a passkey" }).count()).toBe(0);
    const { page: settings } = await suite.visits.openAs(admin, "/settings");
    await passkeysOf(settings).getByText("open the console over HTTPS, by a name", { exact: false }).waitFor();
    expect(await passkeysOf(settings).getByRole("button", { name: "Add a passkey" }).count()).toBe(0);
  }, 60_000);
});
