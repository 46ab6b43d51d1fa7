// Saved views in a real Chromium over a real server: what a list shows, kept under a name.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { overflowOf, settled, violationsInBothThemes } from "./support/browser.ts";
import { naughty } from "./support/hostile.ts";
import { admin, user } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const suite = openSuite();

async function openMenu(page: Page, button = "Views"): Promise<void> {
  await page.getByRole("button", { name: button, exact: true }).press("Enter");
  await page.getByRole("menu").waitFor();
}

/** Views come from the server: what is the first of the menu is only certain when they are there. */
async function chooseByKeyboard(page: Page, name: string): Promise<void> {
  await page.getByRole("menuitemcheckbox", { name }).waitFor();
  await page.keyboard.press("Home");
  await page.locator("[role=menuitemcheckbox]:focus").filter({ hasText: name }).waitFor();
  await page.keyboard.press("Enter");
}

async function save(page: Page, name: string, isShared = false): Promise<void> {
  await openMenu(page);
  await page.getByRole("menuitem", { name: "Save what is shown as a view" }).click();
  const dialog = page.getByRole("dialog", { name: "Save a view" });
  await dialog.getByLabel("Name").fill(name);
  if (isShared) await dialog.getByLabel("Share it with everybody").check();
  await dialog.getByRole("button", { name: "Save view" }).click();
  await page.getByText(`“${name}” is saved`).waitFor();
}

const search = (page: Page): string => new URL(page.url()).search;

describe.skipIf(executable === null)("saved views", () => {
  it("are saved by the keyboard alone, opened from their list and from anywhere, and have no page number", async () => {
    const { page, problems } = await suite.visits.openAs(user, "/keys?q=e&sort=-name&page=1");
    await openMenu(page);
    expect(await page.getByRole("menuitem", { name: "Edit views" }).getAttribute("data-disabled")).not.toBeNull();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Save a view" }).waitFor();
    expect(await page.getByRole("dialog").getByRole("checkbox").count()).toBe(0);
    await page.keyboard.type("Names with e");
    await page.keyboard.press("Enter");
    await page.getByText("“Names with e” is saved").waitFor();
    await page.getByRole("button", { name: "Names with e" }).waitFor();
    const { data } = await clientOf(page);
    expect(data).toMatchObject([{ page: "keys", name: "Names with e", search: { q: "e", sort: "-name" } }]);
    await suite.visits.visit(page, "/keys");
    await openMenu(page);
    await chooseByKeyboard(page, "Names with e");
    await expect.poll(() => search(page)).toBe("?q=e&sort=-name");
    await suite.visits.visit(page, "/connect");
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.type("names with");
    await page.getByRole("option", { name: "Names with e Keys" }).waitFor();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.url()).toBe(`${suite.stage.url}/console/keys?q=e&sort=-name`);
    await expect.poll(() => page.locator("tbody tr").count()).toBeGreaterThan(1);
    expect(problems).toEqual([]);
  });

  it("say what the server says of a name that is there already", async () => {
    const { page } = await suite.visits.openAs(user, "/keys?q=twice");
    await save(page, "Twice");
    await suite.visits.visit(page, "/keys?q=other");
    await openMenu(page);
    await page.getByRole("menuitem", { name: "Save what is shown as a view" }).click();
    const dialog = page.getByRole("dialog", { name: "Save a view" });
    await dialog.getByLabel("Name").fill("Twice");
    await dialog.getByRole("button", { name: "Save view" }).click();
    await dialog.getByText("There is already a view with this name.").waitFor();
    expect(await dialog.getByLabel("Name").getAttribute("aria-invalid")).toBe("true");
  });

  it("are renamed, replaced by what is shown, and deleted with their name typed", async () => {
    const { page } = await suite.visits.openAs(admin, "/budgets?state=near&scope=user");
    await save(page, "Nearly");
    await suite.visits.visit(page, "/budgets?state=reached");
    await openMenu(page);
    await page.getByRole("menuitem", { name: "Edit views" }).click();
    const dialog = page.getByRole("dialog", { name: "Edit views" });
    await dialog.getByRole("button", { name: "Replace Nearly by what is shown" }).click();
    await page.getByText("“Nearly” is changed").waitFor();
    await dialog.getByLabel("Name of Nearly").fill("At their caps");
    await page.keyboard.press("Enter");
    await page.getByText("“At their caps” is changed").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await suite.visits.visit(page, "/budgets");
    await openMenu(page);
    await page.getByRole("menuitemcheckbox", { name: "At their caps" }).click();
    await expect.poll(() => search(page)).toBe("?state=reached");
    await openMenu(page, "At their caps");
    await page.getByRole("menuitem", { name: "Edit views" }).click();
    await dialog.getByRole("button", { name: "Delete At their caps" }).click();
    const confirm = page.getByRole("dialog", { name: "Delete the view" });
    expect(await confirm.getByRole("button", { name: "Delete view" }).isDisabled()).toBe(true);
    await page.keyboard.type("At their caps");
    await page.keyboard.press("Enter");
    await page.getByText("“At their caps” is deleted").waitFor();
    await page.getByRole("button", { name: "Views", exact: true }).waitFor();
  });

  it("that an admin shares are everybody's to open, and his to change", async () => {
    const mine = await suite.visits.openAs(admin, "/requests?range=7d&status=failed");
    await save(mine.page, "What failed", true);
    const { page } = await suite.visits.openAs(user, "/requests");
    await openMenu(page);
    const view = page.getByRole("menuitemcheckbox", { name: "What failed" });
    expect(await view.innerText()).toMatch(/by admin/);
    expect(await page.getByRole("menuitem", { name: "Edit views" }).getAttribute("data-disabled")).not.toBeNull();
    await view.click();
    await expect.poll(() => search(page)).toBe("?range=7d&status=failed");
    await openMenu(mine.page, "What failed");
    await mine.page.getByRole("menuitem", { name: "Edit views" }).click();
    await mine.page.getByRole("button", { name: "Share What failed no more" }).click();
    await mine.page.getByText("“What failed” is changed").waitFor();
    await page.reload();
    await settled(page);
    await page.getByRole("button", { name: "Views", exact: true }).waitFor();
  });

  it("are told as they are, whatever is in their names", async () => {
    const { page, problems } = await suite.visits.openAs(admin);
    for (const [index, name] of naughty.entries()) {
      await suite.visits.visit(page, `/usage?by=key&q=${index}`);
      await save(page, name);
    }
    await suite.visits.visit(page, "/usage");
    await openMenu(page);
    const shown = await page.getByRole("menuitemcheckbox").allInnerTexts();
    for (const name of naughty) expect(shown).toContain(name);
    expect(await page.locator("[role=menu] img, [role=menu] script").count()).toBe(0);
    expect(await page.title()).toBe("Usage · GhostLLM");
    expect(problems).toEqual([]);
  });

  it("have nothing that axe objects to in either theme, and fit a phone", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/aliases?q=smart");
    await save(page, "Smart ones");
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await openMenu(page, "Smart ones");
      expect(["menu", width, await violationsInBothThemes(page)]).toEqual(["menu", width, []]);
      await page.getByRole("menuitem", { name: "Edit views" }).click();
      await page.getByRole("dialog", { name: "Edit views" }).waitFor();
      expect(["edit", width, await overflowOf(page), await violationsInBothThemes(page)]).toEqual([
        "edit",
        width,
        0,
        [],
      ]);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    await suite.visits.visit(page, "/aliases?q=other");
    await openMenu(page);
    await page.getByRole("menuitem", { name: "Save what is shown as a view" }).click();
    await page.getByRole("dialog", { name: "Save a view" }).waitFor();
    expect(["save", await violationsInBothThemes(page)]).toEqual(["save", []]);
    expect(problems).toEqual([]);
  }, 60_000);
});

/** What the server lists to whoever has signed in here. */
async function clientOf(page: Page): Promise<{ readonly data: readonly object[] }> {
  return page.evaluate("fetch('../admin/views').then((answer) => answer.json())");
}
