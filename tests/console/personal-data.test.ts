// What is stored about somebody: taken as a file, and erased for good, from the pages of the console.

import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { overflowOf, violationsInBothThemes } from "./support/browser.ts";
import { admin, password, user } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const suite = openSuite();

const idOf = async (email: string): Promise<string> => {
  const { data } = await suite.stage.server.admin.users.list({ query: { q: email } });
  return data[0]?.id ?? "";
};

async function exported(page: Page): Promise<readonly { readonly kind: string; readonly data: unknown }[]> {
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export data" }).click();
  const text = await readFile(await (await download).path(), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { kind: string; data: unknown });
}

describe.skipIf(executable === null)("personal data", () => {
  it("of a user is taken as a file, whole", async () => {
    const { page, problems } = await suite.visits.openAs(admin, `/users/${await idOf(user)}`);
    const lines = await exported(page);
    expect(lines.find(({ kind }) => kind === "account")).toMatchObject({ data: { email: user } });
    expect(lines.filter(({ kind }) => kind === "key").length).toBeGreaterThan(3);
    expect(lines.at(-1)).toMatchObject({ kind: "manifest" });
    expect(problems).toEqual([]);
  });

  it("is one's own to take, and nobody erases himself", async () => {
    const { page, problems } = await suite.visits.openAs(user, "/account");
    expect((await exported(page)).find(({ kind }) => kind === "account")).toMatchObject({ data: { email: user } });
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    const own = await suite.visits.openAs(admin, `/users/${await idOf(admin)}`);
    await own.page.getByRole("link", { name: "Export data" }).waitFor();
    expect(await own.page.getByRole("button", { name: "Erase user" }).count()).toBe(0);
    await suite.visits.visit(page, "/users?show=Erased");
    await page.getByText("Your role does not allow this page", { exact: false }).waitFor();
    expect(problems).toEqual([]);
  });

  it("is erased when the address has been typed, and the page says how far that is", async () => {
    const { admin: client } = suite.stage.server;
    const email = "mallory@example.com";
    const { id } = await client.users.create({ body: { email, username: "Mallory", password } });
    const theirs = await suite.visits.openAs(email, "/account");
    const { page, problems } = await suite.visits.openAs(admin, "/users?show=Erased");
    await page.getByText("Nobody was erased.", { exact: false }).waitFor();
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    await suite.visits.visit(page, `/users/${id}`);
    await page.getByRole("button", { name: "Erase user" }).press("Enter");
    const dialog = page.getByRole("dialog", { name: "Erase user" });
    await dialog.getByText("Stays, by an id that leads to nobody").waitFor();
    const erase = dialog.getByRole("button", { name: "Erase for good" });
    await page.keyboard.type("mallory");
    expect(await erase.isDisabled()).toBe(true);
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    await page.keyboard.type("@example.com");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/users?show=Erased");
    const row = page.locator("tbody tr");
    await row.getByText("looking through logs").waitFor();
    expect(await page.locator("main").innerText()).not.toContain("mallory");
    await expect(client.users.get({ params: { id } })).rejects.toMatchObject({ status: 404 });
    // It looks by itself.
    await row.getByText("done").waitFor({ timeout: 60_000 });
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    await page.getByRole("button", { name: "Users", exact: true }).click();
    await page.getByText("grace@example.com").first().waitFor();
    expect(await page.getByText(email).count()).toBe(0);
    await theirs.page.getByLabel("Password").waitFor();
    expect(problems).toEqual([]);
  }, 120_000);

  it("of who was deleted before is erased by the id, with the server's words where there was nobody", async () => {
    const { admin: client } = suite.stage.server;
    const { id } = await client.users.create({ body: { email: "trent@example.com" } });
    await client.users.remove({ params: { id } });
    const { page, problems } = await suite.visits.openAs(admin, "/users?show=Erased");
    await page.getByRole("button", { name: "Erase a deleted user" }).click();
    const dialog = page.getByRole("dialog", { name: "Erase a deleted user" });
    await dialog.getByLabel("Id of the user").fill("01970000-0000-7000-8000-000000000000");
    await dialog.getByRole("button", { name: "Erase for good" }).click();
    await dialog.getByRole("alert").getByText("There is no user", { exact: false }).waitFor();
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    await dialog.getByLabel("Id of the user").fill(id);
    await dialog.getByRole("button", { name: "Erase for good" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.locator(`tbody tr[data-id="${id}"]`).waitFor();
    expect(problems.filter((problem) => !problem.includes("404"))).toEqual([]);
  }, 60_000);
});
