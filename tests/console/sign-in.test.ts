// Who comes in, and how: a second factor, sessions, issuers, and directories that make users. As people do it, in a real Chromium.

import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { decodeQR } from "qr/decode.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeOf } from "../../apps/server/tests/sign-in-support/authenticator-app.ts";
import { CertifiedIssuer } from "../../apps/server/tests/sign-in-support/certified-issuer.ts";
import { overflowOf, violationsInBothThemes } from "./support/browser.ts";
import { readPng } from "./support/indexed-png.ts";
import { admin, password } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const suite = openSuite();
let issuer: CertifiedIssuer;
beforeAll(async () => {
  issuer = await CertifiedIssuer.start();
});
afterAll(() => issuer.close());

let serial = 0;

/** Somebody new, so that no test sees what another has left. */
async function addUser(): Promise<string> {
  const email = `person${(serial += 1)}@example.com`;
  await suite.stage.server.admin.users.create({ body: { email, password, role: "member" } });
  return email;
}

async function enter(page: Page, email: string): Promise<void> {
  await page.goto(`${suite.stage.url}/console/sign-in`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

async function enterCode(page: Page, code: string): Promise<void> {
  await page.getByLabel(/^Code of your authenticator app/).fill(code);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

const inside = (page: Page) => page.getByRole("navigation", { name: "Pages" });
const signedOut = (page: Page) => page.getByRole("heading", { name: "Sign in to GhostLLM" });

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sign out" }).click();
  await signedOut(page).waitFor();
}

/** Nothing that axe objects to, in either theme, and no wider than the screen. */
async function expectSound(page: Page, state: string): Promise<void> {
  await expect.poll(() => page.locator("[aria-busy=true]").count()).toBe(0);
  expect([state, await overflowOf(page), await violationsInBothThemes(page)]).toEqual([state, 0, []]);
}

/** What an authenticator app reads from the screen. */
async function readQrCode(page: Page): Promise<string> {
  const picture = page.getByRole("img", { name: "What the authenticator app reads" });
  const { width, height, colours } = readPng(await picture.screenshot());
  return decodeQR({ width, height, data: colours });
}

/** On its owner's settings page; what the app was told, and the codes that were shown. */
async function setUpSecondFactor(page: Page): Promise<{ readonly uri: string; readonly codes: readonly string[] }> {
  await page.getByRole("button", { name: "Set up a second factor" }).click();
  await page.getByLabel("Your password").fill("wrong");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("dialog").getByText("It is wrong").waitFor();
  await page.getByLabel("Your password").fill(password);
  await page.getByRole("button", { name: "Go on" }).click();
  const telling = page.getByRole("dialog", { name: "Tell your authenticator app" });
  await telling.getByRole("img").waitFor();
  await expectSound(page, "QR code");
  const uri = await readQrCode(page);
  expect(uri).toContain(`secret=${await telling.locator("code").innerText()}`);
  await telling.getByLabel("Code that the app shows").fill("000000");
  await telling.getByRole("button", { name: "Turn on" }).click();
  await expect.poll(() => telling.getByLabel("Code that the app shows").getAttribute("aria-invalid")).toBe("true");
  await telling.getByLabel("Code that the app shows").fill(codeOf(uri));
  await telling.getByRole("button", { name: "Turn on" }).click();
  const shown = page.getByRole("dialog", { name: "Recovery codes" });
  await shown.waitFor({ timeout: 60_000 });
  await expectSound(page, "recovery codes");
  const codes = await shown.getByRole("listitem").allInnerTexts();
  const download = page.waitForEvent("download");
  await shown.getByRole("button", { name: "Save as a file" }).click();
  const saved = await readFile(await (await download).path(), "utf8");
  for (const code of codes) expect(saved).toContain(code);
  await shown.getByRole("button", { name: "I have kept them" }).click();
  return { uri, codes };
}

describe.skipIf(executable === null)("a second factor", () => {
  it("is read from a picture, wanted at the sign-in, replaced by a recovery code, and turned off", async () => {
    const email = await addUser();
    const { page } = await suite.visits.openAs(email, "/settings");
    const { uri, codes } = await setUpSecondFactor(page);
    expect(new Set(codes).size).toBe(10);
    await page.getByText("a code of your authenticator app").waitFor();
    await signOut(page);
    await enter(page, email);
    await enterCode(page, "000000");
    await page.getByRole("alert").getByText("code is wrong", { exact: false }).waitFor();
    await expectSound(page, "wrong code");
    await enterCode(page, codeOf(uri, 30_000));
    await inside(page).waitFor();
    await signOut(page);
    await enter(page, email);
    await enterCode(page, codes[0] ?? "");
    await inside(page).waitFor();
    await suite.visits.visit(page, "/settings");
    await page.getByRole("region", { name: "Second factor" }).getByText("9", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Turn off" }).click();
    await page.getByLabel("Your password").fill(password);
    await page.getByRole("dialog").getByRole("button", { name: "Turn off" }).click();
    await page.getByText("your password alone").waitFor();
  }, 240_000);

  it("is taken away by an admin, for who has lost everything", async () => {
    const email = await addUser();
    const { page } = await suite.visits.openAs(email, "/settings");
    await setUpSecondFactor(page);
    await signOut(page);
    const { page: ofAdmin } = await suite.visits.openAs(admin, `/users?q=${email}`);
    await ofAdmin.getByRole("cell", { name: email }).first().click();
    await ofAdmin.getByRole("button", { name: "Take second factor away" }).click();
    const dialog = ofAdmin.getByRole("dialog", { name: "Take the second factor away" });
    await dialog.getByRole("textbox").fill(email);
    await dialog.getByRole("button", { name: "Take second factor away" }).click();
    await ofAdmin.getByRole("region", { name: "Access" }).getByText("none", { exact: true }).waitFor();
    await enter(page, email);
    await inside(page).waitFor();
    expect(await page.getByLabel(/^Code of your authenticator app/).count()).toBe(0);
  }, 240_000);
});

describe.skipIf(executable === null)("sessions", () => {
  it("are ended from another one, by their owner and by an admin", async () => {
    const email = await addUser();
    const { page: mine } = await suite.visits.openAs(email, "/settings");
    const { page: other } = await suite.visits.openAs(email, "/settings");
    const sessions = mine.getByRole("region", { name: "Your sessions" });
    await mine.reload();
    await sessions.getByRole("button", { name: "End", exact: true }).click();
    await sessions.getByRole("listitem").nth(1).waitFor({ state: "detached" });
    await signedOut(other).waitFor();
    const { page: ofAdmin } = await suite.visits.openAs(admin, `/users?q=${email}`);
    await ofAdmin.getByRole("cell", { name: email }).first().click();
    const listed = ofAdmin.getByRole("region", { name: "Sessions" });
    await listed.getByRole("listitem").first().waitFor();
    await listed.getByRole("button", { name: "End all sessions" }).click();
    await listed.getByText("There is none.").waitFor();
    await signedOut(mine).waitFor();
    expect(new URL(mine.url()).pathname).toBe("/console/sign-in");
  }, 120_000);

  it("end when the password is changed, which is asked for anew", async () => {
    const email = await addUser();
    const { page } = await suite.visits.openAs(email, "/settings");
    await page.getByLabel("Present password").fill("wrong");
    await page.getByLabel("New password").fill("another horse battery");
    await page.getByRole("button", { name: "Change password" }).click();
    await expect.poll(() => page.getByLabel("Present password").getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("Present password").fill(password);
    await page.getByRole("button", { name: "Change password" }).click();
    await signedOut(page).waitFor();
    await enter(page, email);
    await page.getByRole("alert").getByText("The e-mail address or the password is wrong").waitFor();
    await page.getByLabel("Password").fill("another horse battery");
    await page.keyboard.press("Enter");
    await inside(page).waitFor();
  }, 120_000);
});

/** On the page of sign-in methods; it leads to that of the issuer. */
async function addIssuer(page: Page, label: string): Promise<void> {
  await issuer.register(`${suite.stage.url}/console`);
  await page.getByRole("button", { name: "Add issuer" }).click();
  const dialog = page.getByRole("dialog", { name: "Add an issuer" });
  await dialog.getByText(`${suite.stage.url}/console/sign-in/return`).waitFor();
  await dialog.getByLabel("Name", { exact: true }).fill(label);
  await dialog.getByRole("textbox", { name: "Issuer" }).fill("http://login.example.com");
  await dialog.getByLabel("Client id").fill(issuer.client.client_id);
  await dialog.getByRole("button", { name: "Add issuer" }).click();
  await expect.poll(() => dialog.getByLabel("Client secret").getAttribute("aria-invalid")).toBe("true");
  await dialog.getByLabel("Client secret").fill(issuer.client.client_secret);
  await dialog.getByRole("button", { name: "Add issuer" }).click();
  await expect.poll(() => dialog.getByRole("textbox", { name: "Issuer" }).getAttribute("aria-invalid")).toBe("true");
  await expectSound(page, "refused issuer");
  await dialog.getByRole("textbox", { name: "Issuer" }).fill(issuer.url);
  await dialog.getByLabel("Domains whose people become users").fill("example.com");
  await dialog.getByRole("button", { name: "Add role" }).click();
  await dialog.getByLabel("Group of role 1").fill("ghost-admins");
  await dialog.getByLabel("Role 1", { exact: true }).selectOption("admin");
  await dialog.getByText("Scopes and claims").click();
  await dialog.getByLabel("Scopes").fill(issuer.scopes.join(" "));
  await dialog.getByRole("button", { name: "Add issuer" }).click();
  await page.getByRole("heading", { name: label }).waitFor();
}

describe.skipIf(executable === null)("an issuer", () => {
  it("is added, tested, signs people in with the rights of their groups, and nobody any more when it is off", async () => {
    issuer.groups = ["staff", "ghost-admins"];
    const label = `Example Corp ${(serial += 1)}`;
    const { page } = await suite.visits.openAs(admin, "/settings?show=Sign-in");
    await addIssuer(page, label);
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await page.getByText(`It answers as ${issuer.url}, and is told of sign-outs`).waitFor();
    expect(await page.content()).not.toContain(issuer.client.client_secret);
    const { page: adas, problems } = await suite.visits.open();
    await adas.goto(`${suite.stage.url}/console/sign-in?to=/users`);
    await adas.getByRole("button", { name: `Continue with ${label}` }).click();
    await adas.getByRole("heading", { name: "Users" }).waitFor();
    await adas.getByRole("cell", { name: "ada@example.com" }).first().waitFor();
    expect(problems).toEqual([]);
    await page.getByRole("button", { name: "Switch off" }).click();
    await page.getByText("off: nobody signs in by it").waitFor();
    // Nothing was pressed there.
    await signedOut(adas).waitFor();
    expect(await adas.getByRole("button", { name: `Continue with ${label}` }).count()).toBe(0);
    await page.getByRole("button", { name: "Delete issuer" }).click();
    await page.getByRole("dialog").getByRole("textbox").fill(label);
    await page.getByRole("dialog").getByRole("button", { name: "Delete issuer" }).click();
    await page.getByRole("region", { name: "Issuers" }).waitFor();
    await expect.poll(() => page.getByRole("cell", { name: label }).count()).toBe(0);
  }, 180_000);

  it("keeps its secret when other things are changed, and says where a change is wrong", async () => {
    const label = `Kept ${(serial += 1)}`;
    const { page } = await suite.visits.openAs(admin, "/settings?show=Sign-in");
    await addIssuer(page, label);
    await page.getByLabel("Domains whose people become users").fill("example.com, two words@x");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("Give what stands behind the @", { exact: false }).waitFor();
    await page.getByLabel("Domains whose people become users").fill("example.com, example.org");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText(`“${label}” is changed, and in force`).waitFor();
    const { data } = await suite.stage.server.admin.signInMethods.list();
    const method = data.find((one) => one.label === label);
    expect(method).toMatchObject({ has_client_secret: true, provision_domains: ["example.com", "example.org"] });
    await page.getByRole("textbox", { name: "Issuer" }).fill("https://elsewhere.example.com");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText(`The stored secret is for ${issuer.url}`, { exact: false }).waitFor();
  }, 120_000);
});

/** As a directory asks. */
function askScim(token: string, path: string, body?: object): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/scim+json" };
  const url = `${suite.stage.url}/scim/v2${path}`;
  return fetch(url, body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) });
}

describe.skipIf(executable === null)("a directory", () => {
  it("is given a token that is shown once, gives rights by its groups, and is refused when the token is revoked", async () => {
    const name = `Okta ${(serial += 1)}`;
    const { page, problems } = await suite.visits.openAs(admin, "/settings?show=SCIM");
    await page.getByText(`${suite.stage.url}/scim/v2`).first().waitFor();
    await page.getByRole("button", { name: "Create token" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill(name);
    await page.keyboard.press("Enter");
    const shown = page.getByRole("dialog", { name: `Token “${name}”` });
    const token = await shown.locator("code").first().innerText();
    await expectSound(page, "token");
    await shown.getByRole("button", { name: "Done" }).click();
    await shown.waitFor({ state: "detached" });
    expect(await page.content()).not.toContain(token);
    const email = `directory${(serial += 1)}@example.com`;
    const made = await askScim(token, "/Users", {
      ...{ schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: email },
      emails: [{ value: email, primary: true }],
    });
    expect(made.status).toBe(201);
    const { id } = (await made.json()) as { id: string };
    const group = `auditors ${(serial += 1)}`;
    await askScim(token, "/Groups", {
      ...{ schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"], displayName: group, members: [{ value: id }] },
    });
    const rights = page.getByRole("region", { name: "Rights by group" });
    await rights.getByRole("button", { name: "Add role" }).click();
    const row = await rights.getByLabel(/^Group of role/).count();
    await rights.getByLabel(`Group of role ${row}`).fill(group);
    await rights.getByLabel(`Role ${row}`, { exact: true }).selectOption("auditor");
    await rights.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("“Rights by group” is changed, and in force").waitFor();
    const { data } = await suite.stage.server.admin.users.list({ query: { limit: 500 } });
    expect(data.find((one) => one.email === email)).toMatchObject({ role: "auditor" });
    await page.reload();
    const line = page.getByRole("region", { name: "Tokens" }).getByRole("listitem").filter({ hasText: name });
    await line.getByText("Used just now").waitFor();
    await line.getByRole("button", { name: `Revoke ${name}` }).click();
    await page.getByRole("dialog").getByRole("textbox").fill(name);
    await page.getByRole("dialog").getByRole("button", { name: "Revoke token" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await line.waitFor({ state: "detached" });
    expect((await askScim(token, "/Users")).status).toBe(401);
    expect(problems).toEqual([]);
  }, 120_000);
});
