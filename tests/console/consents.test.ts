// Requests that wait for consent, and the policies that hold them, in a real Chromium over a real server: as an admin, as whoever manages a
// team, and as somebody in it.

import type { Page } from "playwright-core";
import { beforeEach, describe, expect, it } from "vitest";
import { overflowOf, violationsInBothThemes } from "./support/browser.ts";
import { ask, dearModel, furnishConsents, holdRequest, policyName } from "./support/consents.ts";
import type { FurnishedConsents } from "./support/consents.ts";
import { admin, user } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";
import { furnishTeam, manager, member } from "./support/teams.ts";

let furnished: FurnishedConsents;
let teamId: string;

const suite = openSuite({
  furnish: async ({ stage }) => {
    ({ teamId } = await furnishTeam(stage.server.admin));
    furnished = await furnishConsents(stage, teamId);
  },
});

const api = () => suite.stage.server.admin;
/** What other tests have left is decided, so that nothing waits. */
beforeEach(async () => {
  const { data } = await api().consents.list({ query: { status: "pending" } });
  for (const { id } of data) await api().consents.refuse({ params: { id }, body: {} });
});

const rows = (page: Page) => page.locator("tbody tr");
const rowOf = (page: Page, id: string) => page.locator(`tbody tr[data-id="${id}"]`);
const link = (page: Page) =>
  page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: /^Consent requests/ });
const statusOf = async (id: string) => (await api().consents.get({ params: { id } })).status;
let serial = 0;
/** Each text is another request. */
const another = (): string => `Text ${(serial += 1)}`;

async function expectSound(page: Page): Promise<void> {
  expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
}

/** Nothing is told to the page any more: it sees what it has read. */
async function deafen(page: Page): Promise<void> {
  await page.routeWebSocket(/\/admin\/live$/, () => {});
}

/** A key of this person, in whose requests the dear model is held. */
async function keyOf(email: string): Promise<string> {
  const { data } = await api().users.list({ query: { q: email } });
  const body = { name: `key of ${email}`, user_id: data[0]?.id ?? "", team_id: teamId };
  const { id, key } = await api().apiKeys.create({ body });
  await api().consentPolicies.create({
    body: { name: `all of ${email}`, applies_to: { kind: "key", id }, models: [dearModel] },
  });
  return key;
}

describe.skipIf(executable === null)("an admin", () => {
  it("finds what waits by the count beside the page's name, is told all that is known of it, and approves it", async () => {
    const text = `${another()} to ada@example.com`;
    const id = await holdRequest(suite.stage, furnished.key, text);
    const { page, problems } = await suite.visits.openAs(admin, "/");
    await link(page).getByText(/^1\b/).waitFor();
    await link(page).click();
    await rowOf(page, id).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: dearModel }).waitFor();
    const facts = page.getByRole("region", { name: "Request" });
    for (const words of ["waits", "nightly-bot", "Research", dearModel, "chat.completions", policyName, "in 6 days"])
      await facts.getByText(words, { exact: false }).first().waitFor();
    await facts.getByText("e-mail addresses: 1").getByText("masked").waitFor();
    expect(await facts.innerText()).toMatch(/Costs at most\s+\$0\.\d+/);
    expect(await page.content()).not.toContain("ada@example.com");
    await expectSound(page);
    await page.getByLabel("Note").fill("For the report.");
    await page.getByLabel("Minutes").fill("many");
    await page.getByRole("button", { name: "Approve request" }).click();
    await expect.poll(() => page.getByLabel("Minutes").getAttribute("aria-invalid")).toBe("true");
    await expectSound(page);
    await page.getByLabel("Minutes").fill("5");
    // A key decides nothing by the way.
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Approve request" }).click();
    await page.getByText(/^Approved: the same request passes once/).waitFor();
    const decision = page.getByRole("region", { name: "Decision" });
    await decision.getByText("For the report.").waitFor();
    expect(await decision.innerText()).toMatch(/Decided by\s+admin/i);
    const { status, ends_at: end } = await api().consents.get({ params: { id } });
    expect(status).toBe("approved");
    expect(Date.parse(end) - Date.now()).toBeLessThan(5 * 60_000 + 1_000);
    await expect.poll(() => link(page).innerText()).not.toMatch(/\d/);
    // It passes elsewhere, and the page says so by itself.
    expect((await ask(suite.stage, furnished.key, text)).status).toBe(200);
    await facts.getByText("has passed").waitFor();
    await decision.getByRole("link", { name: "its record" }).click();
    await page.getByRole("heading", { name: dearModel }).waitFor();
    expect(problems).toEqual([expect.stringContaining("400")]);
  }, 180_000);

  it("refuses with a note, which the caller is told", async () => {
    const text = another();
    const id = await holdRequest(suite.stage, furnished.key, text);
    const { page, problems } = await suite.visits.openAs(admin, `/consents/${id}`);
    await page.getByLabel("Note").fill("The cheap one will do.");
    await page.getByRole("button", { name: "Refuse request" }).click();
    await page.getByText(/^Refused, until/).waitFor();
    await page.getByRole("region", { name: "Request" }).getByText("refused", { exact: true }).waitFor();
    expect(await page.getByRole("button", { name: /Approve|Refuse/ }).count()).toBe(0);
    expect(await (await ask(suite.stage, furnished.key, text)).text()).toContain("The cheap one will do.");
    expect(problems).toEqual([]);
  });

  it("sees what comes while he looks, before all that was decided, and filters it in the URL", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/consents");
    const id = await holdRequest(suite.stage, furnished.key, another());
    await rowOf(page, id).getByText("waits").waitFor();
    await link(page).getByText(/^1\b/).waitFor();
    // It is decided, and what was asked for later waits: that comes first.
    const later = await holdRequest(suite.stage, furnished.key, another());
    await api().consents.approve({ params: { id: later }, body: {} });
    await rowOf(page, later).getByText("approved").waitFor();
    expect(await rows(page).first().getAttribute("data-id")).toBe(id);
    await page.getByLabel("Status").selectOption("approved");
    await rowOf(page, id).waitFor({ state: "detached" });
    await rowOf(page, later).waitFor();
    expect(new URL(page.url()).search).toBe("?status=approved");
    await page.reload();
    await rowOf(page, later).waitFor();
    expect(await rowOf(page, id).count()).toBe(0);
    await page.getByLabel("Status").selectOption("");
    await page.getByLabel("Whose").selectOption("decide");
    await expect.poll(() => rows(page).count()).toBe(1);
    expect(await rows(page).first().getAttribute("data-id")).toBe(id);
    await page.getByLabel("Whose").selectOption("own");
    await page.getByText("No request is like that.").waitFor();
    await expectSound(page);
    await api().consents.refuse({ params: { id }, body: {} });
    await page.getByLabel("Whose").selectOption("decide");
    await page.getByText("Nothing waits for your decision.").waitFor();
    expect(problems).toEqual([]);
  }, 120_000);

  it("is told that somebody else was quicker", async () => {
    const id = await holdRequest(suite.stage, furnished.key, another());
    const { page } = await suite.visits.openAs(admin);
    await deafen(page);
    await suite.visits.visit(page, `/consents/${id}`);
    await api().consents.refuse({ params: { id }, body: { note: "Quicker." } });
    await page.getByRole("button", { name: "Approve request" }).click();
    await page.getByText("waits no more", { exact: false }).waitFor();
    await page.getByRole("region", { name: "Decision" }).getByText("Quicker.").waitFor();
    expect(await statusOf(id)).toBe("refused");
  });

  it("is told that the list cannot be read, and reads it again", async () => {
    const { page } = await suite.visits.openAs(admin);
    await page.route("**/admin/consents?**", (route) => route.abort());
    await page.goto(`${suite.stage.url}/console/consents`);
    await page.getByRole("alert").getByText("The server does not answer.").waitFor();
    await page.unroute("**/admin/consents?**");
    await page.getByRole("button", { name: "Try again" }).click();
    await expect.poll(() => rows(page).count()).toBeGreaterThan(0);
  });
});

describe.skipIf(executable === null)("policies", () => {
  it("are made, changed, switched off and deleted, with the server's words where a field is wrong", async () => {
    const { page } = await suite.visits.openAs(admin, "/consents?show=Policies");
    await page.getByRole("button", { name: "Create policy" }).click();
    const dialog = page.getByRole("dialog", { name: "Create a consent policy" });
    const create = dialog.getByRole("button", { name: "Create policy" });
    await dialog.getByLabel("Name", { exact: true }).fill("nights");
    await dialog.getByLabel("Applies to").selectOption({ label: "one user" });
    await create.click();
    await expect.poll(() => dialog.getByLabel("User").getAttribute("aria-invalid")).toBe("true");
    await dialog.getByLabel("User").selectOption({ label: user });
    await dialog.getByLabel("Models").fill("gpt-5*\nclaude-*");
    await dialog.getByLabel("May cost more than, in USD").fill("a lot");
    await dialog.getByLabel("E-mail addresses").check();
    await dialog.getByLabel("Own patterns").check();
    await dialog.getByLabel("Only at some times").check();
    await dialog.getByLabel("Sun").uncheck();
    await dialog.getByLabel("It holds").selectOption("yes");
    await dialog.getByLabel("From").fill("08:00");
    await dialog.getByLabel("To", { exact: true }).fill("18:30");
    await dialog.getByLabel("Time zone").fill("Europe/Berlin");
    await create.click();
    await expect.poll(() => dialog.getByLabel("May cost more than, in USD").getAttribute("aria-invalid")).toBe("true");
    await expectSound(page);
    await dialog.getByLabel("May cost more than, in USD").fill("2.50");
    await create.click();
    await page.getByRole("heading", { name: "nights" }).waitFor();
    const made = (await api().consentPolicies.list({ query: { q: "nights" } })).data[0];
    const grace = (await api().users.list({ query: { q: user } })).data[0];
    expect(made).toMatchObject({
      ...{ applies_to: { kind: "user", id: grace?.id }, models: ["gpt-5*", "claude-*"], above_usd: "2.5" },
      ...{ privacy_classes: ["email", "pattern"], valid_minutes: 60, is_active: true },
      hours: { time_zone: "Europe/Berlin", weekdays: [1, 2, 3, 4, 5, 6], from: "08:00", to: "18:30", outside: true },
    });
    const facts = page.getByRole("region", { name: "Policy" });
    await facts.getByText("outside Mon, Tue, Wed, Thu, Fri, Sat 08:00 to 18:30, Europe/Berlin").waitFor();
    await facts.getByText(`user ${user}`).waitFor();

    await page.getByLabel("Only at some times").uncheck();
    await page.getByLabel("E-mail addresses").uncheck();
    await page.getByLabel("Own patterns").uncheck();
    await page.getByLabel("Applies to").selectOption({ label: "everybody" });
    await page.getByLabel("Minutes that a decision counts").fill("15");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("“nights” is changed, and in force").waitFor();
    const params = { id: made?.id ?? "" };
    expect(await api().consentPolicies.get({ params })).toMatchObject({
      ...{ applies_to: { kind: "everyone", id: null }, models: ["gpt-5*", "claude-*"], above_usd: "2.5" },
      ...{ privacy_classes: null, hours: null, valid_minutes: 15 },
    });

    await page.getByRole("button", { name: "Switch off" }).click();
    await facts.getByText("off: it holds nothing").waitFor();
    expect(await api().consentPolicies.get({ params })).toMatchObject({ is_active: false });
    await page.getByRole("button", { name: "Delete policy" }).click();
    await page.keyboard.type("nights");
    await page.keyboard.press("Enter");
    await page.getByText("“nights” is deleted").waitFor();
    await rows(page).filter({ hasText: policyName }).waitFor();
    await expect.poll(() => rows(page).filter({ hasText: "nights" }).count()).toBe(0);
  }, 120_000);

  it("are no business of whoever manages a team", async () => {
    const { page } = await suite.visits.openAs(manager, "/consents?show=Policies");
    await page.getByText("Your role does not allow this page", { exact: false }).waitFor();
    await suite.visits.visit(page, "/consents");
    expect(await page.getByRole("group", { name: "Part" }).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Create policy" }).count()).toBe(0);
  });
});

describe.skipIf(executable === null)("whoever manages a team", () => {
  it("decides on what is of its keys, and not on his own requests", async () => {
    const id = await holdRequest(suite.stage, furnished.key, another());
    const key = await keyOf(manager);
    const own = await holdRequest(suite.stage, key, another());
    const { page, problems } = await suite.visits.openAs(manager, "/consents?whose=decide");
    await expect.poll(() => rows(page).evaluateAll((all) => all.map((row) => row.dataset["id"]))).toEqual([id]);
    expect(await link(page).innerText()).toMatch(/1/);
    await rowOf(page, id).click();
    await page.getByRole("button", { name: "Approve request" }).click();
    await page.getByText(/^Approved: the same request passes once/).waitFor();
    expect(await statusOf(id)).toBe("approved");
    await suite.visits.visit(page, "/consents?whose=own");
    await rowOf(page, own).click();
    await page.getByText("It is your own request: somebody else has to decide on it.").waitFor();
    expect(await page.getByRole("button", { name: /Approve|Refuse/ }).count()).toBe(0);
    await expectSound(page);
    expect(await statusOf(own)).toBe("pending");
    expect(problems).toEqual([]);
  });
});

describe.skipIf(executable === null)("somebody in a team", () => {
  it("sees his own requests and what became of them, and decides on none", async () => {
    const key = await keyOf(member);
    const id = await holdRequest(suite.stage, key, another());
    await holdRequest(suite.stage, furnished.key, another());
    const { page, problems } = await suite.visits.openAs(member, "/consents");
    await expect.poll(() => rows(page).evaluateAll((all) => all.map((row) => row.dataset["id"]))).toEqual([id]);
    expect(await link(page).innerText()).not.toMatch(/\d/);
    await rowOf(page, id).click();
    await page.getByText("It waits for somebody who may decide on it.", { exact: false }).waitFor();
    expect(await page.getByRole("button", { name: /Approve|Refuse/ }).count()).toBe(0);
    await api().consents.refuse({ params: { id }, body: { note: "Not today." } });
    await page.getByText("Not today.").waitFor();
    expect(problems).toEqual([]);
  });
});
