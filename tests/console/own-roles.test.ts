// Roles in a real Chromium over a real server: built-in ones are read, own ones are made, given to somebody, changed and deleted.

import { describe, expect, it } from "vitest";
import { violationsInBothThemes } from "./support/browser.ts";
import { admin, user } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const suite = openSuite();

const api = () => suite.stage.server.admin;
const seeUsage = "List and sum usage";

describe.skipIf(executable === null)("roles", () => {
  it("that come with GhostLLM are read and not changed, and tell who has them", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/roles?q=member");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "member" }).waitFor();
    await page.getByRole("region", { name: "Who has it" }).getByRole("link", { name: user }).waitFor();
    expect(await page.getByRole("checkbox").count()).toBe(0);
    expect(await page.getByRole("button", { name: /Save changes|Delete role/ }).count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it("of one's own begin with another, are given to a user, changed, and deleted when nobody has them", async () => {
    const { page } = await suite.visits.openAs(admin, "/roles?new=role");
    const dialog = page.getByRole("dialog", { name: "Create a role" });
    await dialog.getByLabel("Name", { exact: true }).fill("Reports!");
    await dialog.getByRole("option", { name: "viewer" }).waitFor({ state: "attached" });
    await dialog.getByLabel("Start from").selectOption("viewer");
    await dialog.getByLabel(`${seeUsage}: how far`).selectOption("all");
    await dialog.getByLabel("List and read providers and the types of them").check();
    await dialog.getByRole("button", { name: "Create role" }).click();
    await dialog.getByText("Give small letters, digits", { exact: false }).waitFor();
    expect(await violationsInBothThemes(page)).toEqual([]);
    await dialog.getByLabel("Name", { exact: true }).fill("reports");
    await dialog.getByRole("button", { name: "Create role" }).click();
    await page.getByRole("heading", { name: "reports" }).waitFor();
    const made = await api().roles.get({ params: { name: "reports" } });
    expect(made.permissions).toMatchObject({ "usage.read": "all", "providers.read": "all", "self.read": "own" });

    const grace = (await api().users.list()).data.find(({ email }) => email === user);
    await suite.visits.visit(page, `/users/${grace?.id}`);
    await page.getByRole("option", { name: "reports" }).waitFor({ state: "attached" });
    await page.getByLabel("Role").selectOption("reports");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText(`“${user}” is changed, and in force`).waitFor();

    await suite.visits.visit(page, "/roles/reports");
    await page.getByRole("link", { name: user }).waitFor();
    await page.getByLabel("List and read providers and the types of them").uncheck();
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("“reports” is changed, and in force").waitFor();
    const changed = await api().roles.get({ params: { name: "reports" } });
    expect(changed.permissions).not.toHaveProperty("providers.read");
    const removal = async (): Promise<void> => {
      await page.getByRole("button", { name: "Delete role" }).click();
      await page.keyboard.type("reports");
      await page.keyboard.press("Enter");
    };
    await removal();
    await page.getByText("Users have the role reports", { exact: false }).waitFor();
    await api().users.update({ params: { id: grace?.id ?? "" }, body: { role: "member" } });
    await removal();
    await page.getByText("“reports” is deleted").waitFor();
  });
});
