// Organisations, teams, who is in them, their service accounts and keys, in a real Chromium over a real server: as an admin, as whoever
// manages a team, and as somebody in it.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { violationsInBothThemes } from "./support/browser.ts";
import { admin, user } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";
import { furnishTeam, manager, member } from "./support/teams.ts";
import type { FurnishedTeam } from "./support/teams.ts";

let furnished: FurnishedTeam;

const suite = openSuite({
  furnish: async ({ stage }) => {
    furnished = await furnishTeam(stage.server.admin);
  },
});

const api = () => suite.stage.server.admin;
const rows = (page: Page) => page.locator("tbody tr");
const part = (page: Page, name: string) => page.getByRole("group", { name: "Part" }).getByRole("button", { name });

/** Fields that are wrong say so. */
async function isInvalid(page: Page, label: string): Promise<void> {
  const field = page.getByRole("dialog").getByLabel(label, { exact: true });
  await expect.poll(() => field.getAttribute("aria-invalid")).toBe("true");
}

async function shownKey(page: Page, name: string): Promise<string> {
  const dialog = page.getByRole("dialog", { name: `Key “${name}”` });
  const key = await dialog.locator("code").first().innerText();
  await dialog.getByRole("button", { name: "Done" }).click();
  return key;
}

describe.skipIf(executable === null)("an admin", () => {
  it("creates an organisation and a team of it, with the server's words where a name is taken", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/organisations?new=organisation");
    await page.keyboard.type("Acme");
    await page.keyboard.press("Enter");
    await isInvalid(page, "Name");
    await page.getByLabel("Name", { exact: true }).fill("Globex");
    await page.getByLabel("Budget in USD").fill("900");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Globex" }).waitFor();
    await page.getByRole("region", { name: "Teams" }).getByRole("button", { name: "Create team" }).click();
    const dialog = page.getByRole("dialog", { name: "Create a team" });
    await dialog.getByLabel("Name", { exact: true }).fill("Research");
    await dialog.getByLabel("Models").fill("gpt-*");
    await dialog.getByRole("button", { name: "Create team" }).click();
    await isInvalid(page, "Name");
    await dialog.getByLabel("Name", { exact: true }).fill("Marketing");
    await dialog.getByRole("button", { name: "Create team" }).click();
    await page.getByRole("heading", { name: "Marketing" }).waitFor();
    await page.getByRole("link", { name: "Globex" }).waitFor();
    const made = (await api().teams.list()).data.find(({ name }) => name === "Marketing");
    expect(made).toMatchObject({ models: ["gpt-*"], budget_usd: null, members_make_keys: false });
    expect(made?.organisation_id).not.toBeNull();
    expect(problems).toEqual([expect.stringContaining("409"), expect.stringContaining("409")]);
  });

  it("says who is in a team, and as what", async () => {
    const { page } = await suite.visits.openAs(admin, `/teams/${furnished.teamId}?show=People`);
    await page.getByRole("button", { name: "Add somebody" }).click();
    await page.getByLabel("E-mail").fill("nobody@example.com");
    await page.keyboard.press("Enter");
    await isInvalid(page, "E-mail");
    await page.getByText("There is no user nobody@example.com").waitFor();
    await page.getByLabel("E-mail").fill(user);
    await page.keyboard.press("Enter");
    await page.getByText(`${user} is in the team`).waitFor();
    await page.getByLabel(`What ${user} is in the team`).selectOption("viewer");
    await page.getByText(`${user} is viewer from now on`).waitFor();
    const { data } = await api().teams.members({ params: { id: furnished.teamId } });
    expect(data.find(({ email }) => email === user)).toMatchObject({ role: "viewer" });
    expect(await violationsInBothThemes(page)).toEqual([]);
    await page.getByRole("button", { name: `Remove ${user}` }).click();
    await page.keyboard.type(user);
    await page.keyboard.press("Enter");
    await page.getByText(`${user} is out of the team`).waitFor();
    await expect.poll(() => rows(page).count()).toBe(2);
  });

  it("makes a service account and a key of it, which is among the keys of the team", async () => {
    const { page, problems } = await suite.visits.openAs(admin, `/teams/${furnished.teamId}`);
    await part(page, "Service accounts").click();
    await page.getByRole("button", { name: "Create service account" }).click();
    await page.getByLabel("Name", { exact: true }).fill("crawler");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "crawler" }).waitFor();
    await page.getByRole("button", { name: "Create key" }).click();
    const dialog = page.getByRole("dialog", { name: "Create a key" });
    await dialog.getByLabel("Name", { exact: true }).fill("crawls");
    await dialog.getByRole("option", { name: "crawler (service account)" }).waitFor({ state: "attached" });
    await dialog.getByLabel("Tags").fill("night, web");
    await dialog.getByRole("button", { name: "Create key" }).click();
    const key = await shownKey(page, "crawls");
    await suite.stage.untilListed(await suite.stage.call("gpt-4o-mini", key));
    // The list is that of the team.
    expect(await page.getByLabel("Team", { exact: true }).inputValue()).toBe(furnished.teamId);
    await expect.poll(() => rows(page).allInnerTexts()).toHaveLength(3);
    await page.getByRole("row", { name: "crawls" }).getByText("crawler").waitFor();
    const made = (await api().apiKeys.list({ query: { tag: "night" } })).data;
    expect(made).toMatchObject([{ name: "crawls", owner: "service_account", team_id: furnished.teamId }]);
    expect(problems).toEqual([]);
  });

  it("is told in the server's words why a team cannot go, and sees what others change of it", async () => {
    const { page } = await suite.visits.openAs(admin, `/teams/${furnished.teamId}`);
    await page.getByRole("button", { name: "Delete team" }).click();
    await page.keyboard.type("Research");
    await page.keyboard.press("Enter");
    await page.getByText("Keys of the team work, such as", { exact: false }).waitFor();
    const params = { id: furnished.teamId };
    await api().teams.update({ params, body: { limits: { tokens_per_minute: 70_000 } } });
    await page.getByText("70K tokens / min", { exact: false }).waitFor();
    expect((await api().teams.get({ params })).name).toBe("Research");
  });
});

describe.skipIf(executable === null)("whoever manages a team", () => {
  it("sees it alone, changes who is in it, and not the team itself", async () => {
    await api().teams.create({ body: { name: "Of others" } });
    const { page, problems } = await suite.visits.openAs(manager, "/teams");
    expect(await rows(page).allInnerTexts()).toEqual([expect.stringContaining("Research")]);
    expect(await page.getByRole("button", { name: "Create team" }).count()).toBe(0);
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Research" }).waitFor();
    expect(await page.getByRole("button", { name: /Save changes|Delete team/ }).count()).toBe(0);
    await part(page, "People").click();
    await page.getByRole("button", { name: "Add somebody" }).click();
    await page.getByLabel("E-mail").fill(user);
    await page.keyboard.press("Enter");
    await page.getByText(`${user} is in the team`).waitFor();
    await page.getByRole("button", { name: `Remove ${user}` }).click();
    await page.keyboard.type(user);
    await page.keyboard.press("Enter");
    await page.getByText(`${user} is out of the team`).waitFor();
    expect(problems).toEqual([]);
  });

  it("creates and changes aliases of the team, within what it may use, and only sees everybody's", async () => {
    const { page } = await suite.visits.openAs(manager, "/aliases?new=alias");
    const dialog = page.getByRole("dialog", { name: "Create an alias" });
    await dialog.getByLabel("Name", { exact: true }).fill("quick");
    expect(await dialog.getByLabel("Team").locator("option").allInnerTexts()).toEqual(["Research"]);
    await dialog.getByLabel("Provider of target 1").fill("openai");
    await dialog.getByLabel("Model of target 1").fill("o9-mini");
    await dialog.getByRole("button", { name: "Create alias" }).click();
    await dialog.getByText("The team may not use openai/o9-mini").waitFor();
    await dialog.getByLabel("Model of target 1").fill("gpt-4o-mini");
    await dialog.getByRole("button", { name: "Create alias" }).click();
    await rows(page).filter({ hasText: "quick" }).getByText("Research").waitFor();
    const { data } = await api().aliases.list();
    const quick = data.find(({ name }) => name === "quick");
    expect(quick).toMatchObject({ team_id: furnished.teamId, targets: [{ provider: "openai", model: "gpt-4o-mini" }] });
    await page.getByLabel("Team").selectOption("Research");
    await expect.poll(() => rows(page).count()).toBe(data.filter(({ team_id: team }) => team !== null).length);
    await suite.visits.visit(page, `/aliases/${data.find(({ team_id: team }) => team === null)?.id}`);
    await page.getByText("everybody", { exact: true }).waitFor();
    expect(await page.getByRole("button", { name: /Save|Delete|Change|Add/ }).count()).toBe(0);
  });

  it("makes keys of the team, of its programs and for himself, and for nobody else", async () => {
    const { page, problems } = await suite.visits.openAs(manager, "/keys?new=key");
    const dialog = page.getByRole("dialog", { name: "Create a key" });
    await dialog.getByRole("option", { name: "The team itself" }).waitFor({ state: "attached" });
    const owners = () => dialog.getByLabel("Owner").locator("option").allInnerTexts();
    const all = [manager, "nightly-report (service account)", "The team itself"];
    await expect.poll(owners).toEqual(expect.arrayContaining(all));
    expect(await owners()).not.toContain(member);
    expect(await dialog.getByLabel("Team").locator("option").allInnerTexts()).toEqual(["Research"]);
    await dialog.getByLabel("Name", { exact: true }).fill("of all");
    await dialog.getByLabel("Owner").selectOption("The team itself");
    await dialog.getByRole("button", { name: "Create key" }).click();
    await shownKey(page, "of all");
    await page.getByRole("row", { name: "of all" }).getByText("the team", { exact: true }).waitFor();
    const { data } = await api().apiKeys.list({ query: { team_id: furnished.teamId } });
    const made = data.find(({ name }) => name === "of all");
    expect(made).toMatchObject({ owner: "team" });
    // For whom it acts is said by whoever manages all keys, and kept where he does not.
    const id = made?.id ?? "";
    const ofAdmin = (await suite.visits.openAs(admin, `/keys/${id}`)).page;
    await ofAdmin.getByLabel("Acts for").selectOption("known");
    await ofAdmin.getByRole("button", { name: "Save changes" }).click();
    await ofAdmin.getByText("users of this server; others are refused", { exact: true }).last().waitFor();
    await suite.visits.visit(page, `/keys/${id}`);
    await page.getByLabel("Tags").fill("program");
    expect(await page.getByLabel("Acts for").count()).toBe(0);
    await page.getByRole("button", { name: "Save changes" }).click();
    const tagsOf = async () => (await api().apiKeys.get({ params: { id } })).tags;
    await expect.poll(tagsOf).toEqual(["program"]);
    expect((await api().apiKeys.get({ params: { id } })).permissions.acts_for).toBe("known");
    expect(problems).toEqual([]);
  });
});

describe.skipIf(executable === null)("somebody in a team", () => {
  it("sees his limits and teams, and makes, names and revokes a key of his own there", async () => {
    const { page, problems } = await suite.visits.openAs(member, "/account");
    const teams = page.getByRole("region", { name: "Teams" });
    await teams.getByText("you make keys of your own in it", { exact: false }).waitFor();
    await page.getByRole("button", { name: "Create key" }).click();
    const dialog = page.getByRole("dialog", { name: "Create a key" });
    await dialog.getByLabel("Name", { exact: true }).fill("bo's own");
    expect(await dialog.getByLabel("Owner").count()).toBe(0);
    await dialog.getByRole("button", { name: "Create key" }).click();
    const key = await shownKey(page, "bo's own");
    await suite.stage.untilListed(await suite.stage.call("gpt-4o-mini", key));
    await page.getByText("bo's own").click();
    await page.getByRole("heading", { name: "bo's own" }).waitFor();
    expect(await page.getByLabel("Budget in USD").count()).toBe(0);
    await page.getByLabel("Name", { exact: true }).fill("bo's laptop");
    await page.getByRole("button", { name: "Rename key" }).click();
    await page.getByRole("heading", { name: "bo's laptop" }).waitFor();
    await page.getByRole("button", { name: "Revoke key" }).click();
    await page.keyboard.type("bo's laptop");
    await page.keyboard.press("Enter");
    await page.getByText("revoked", { exact: true }).waitFor();
    const made = (await api().apiKeys.list({ query: { team_id: furnished.teamId } })).data;
    expect(made.find(({ name }) => name === "bo's laptop")).toMatchObject({ owner: "user", is_active: false });
    expect(problems).toEqual([]);
  });
});
