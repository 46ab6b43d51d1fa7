// Each page in each role: what somebody may not do is absent, and a link to what he may not see says so.

import { roleNames } from "@ghostllm/contract";
import type { Permission, RoleName } from "@ghostllm/contract";
import { createClient } from "@ghostllm/contract/client";
import type { Client } from "@ghostllm/contract/client";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { settled } from "./support/browser.ts";
import { furnishConsents } from "./support/consents.ts";
import { furnishGuardrails } from "./support/guardrails.ts";
import { listPages } from "./support/pages.ts";
import { password } from "./support/people.ts";
import { clientOf, furnishReport } from "./support/reports.ts";
import { executable, openSuite } from "./support/suite.ts";
import { furnishTeam } from "./support/teams.ts";

const refusal = "Your role does not allow this";

const people = new Map<RoleName, Person>();

const suite = openSuite({
  furnish: async () => {
    const { teamId } = await furnishTeam(suite.stage.server.admin);
    await furnishReport(await clientOf(suite.stage.url));
    await furnishConsents(suite.stage, teamId);
    await furnishGuardrails(suite.stage.server.admin, teamId);
    for (const role of roleNames) people.set(role, await enrol(role, teamId));
  },
});

interface Person {
  readonly email: string;
  readonly key: string;
  readonly client: Client;
  readonly permissions: Readonly<Partial<Record<Permission, string>>>;
}

/** Who has a key of his own, and has made a call with it. */
async function enrol(role: RoleName, teamId: string): Promise<Person> {
  const { admin } = suite.stage.server;
  const email = `${role}@example.com`;
  const { id } = await admin.users.create({ body: { email, password, role } });
  // Whose permissions are for teams has one.
  if (role === "manager") await admin.teams.addMember({ params: { id: teamId }, body: { user_id: id, role } });
  const { key } = await admin.apiKeys.create({ body: { name: `key of ${role}`, user_id: id } });
  await suite.stage.untilListed(await suite.stage.call("gpt-4o-mini", key));
  const stranger = createClient({ baseUrl: suite.stage.url, apiKey: null });
  const { token } = await stranger.sessions.create({ body: { email, password } });
  const client = createClient({ baseUrl: suite.stage.url, apiKey: token });
  const { permissions } = await client.sessions.me();
  return { email, key, client, permissions };
}

function personIn(role: RoleName): Person {
  const person = people.get(role);
  if (person === undefined) throw new Error(`there is nobody in the role ${role}`);
  return person;
}

const refusals = (page: Page) => page.getByText(refusal, { exact: false }).count();

describe.skipIf(executable === null)("in the role", () => {
  it.each(roleNames)(
    "%s each page shows what that may do, or says that it may not be seen",
    async (role) => {
      const { email, client, permissions } = personIn(role);
      const { page, problems } = await suite.visits.openAs(email);
      const allowed = (needs: Permission | null): boolean => needs === null || permissions[needs] !== undefined;
      for (const { path, needs, actions } of await listPages(suite.stage.server.admin, client)) {
        await suite.visits.visit(page, path);
        expect([path, (await refusals(page)) > 0]).toEqual([path, !allowed(needs)]);
        for (const [name, permission] of Object.entries(actions)) {
          const count = await page.getByRole("button", { name, exact: true }).count();
          expect([path, name, count > 0]).toEqual([path, name, allowed(needs) && [permission].flat().some(allowed)]);
        }
      }
      // The server refuses what such a link asks for, or knows of nothing there, which browsers note.
      expect(problems.filter((problem) => !/ 40[34] /.test(problem))).toEqual([]);
    },
    240_000,
  );

  it("member the list of pages and the palette hold what that may see, and nothing else", async () => {
    const { page } = await suite.visits.openAs(personIn("member").email, "/");
    const navigation = page.getByRole("navigation", { name: "Pages" });
    const shown = await navigation.getByRole("link").allInnerTexts();
    expect(shown).toEqual([
      "Dashboard",
      "Requests",
      "Playground",
      "Connect",
      "Aliases",
      "Teams",
      "Keys",
      "Budgets & limits",
      "Consent requests",
      "Usage",
      "Reports",
      "Events",
      "Settings",
    ]);
    await page.keyboard.press("Control+k");
    const palette = page.getByRole("dialog", { name: "Search or jump to" });
    await palette.getByRole("option", { name: "Keys" }).waitFor();
    expect(await palette.getByRole("option", { name: /Providers|Users|Create (?!a report)|Add/ }).count()).toBe(0);
    const { data } = await suite.stage.server.admin.models.list();
    await page.keyboard.type(data[0]?.name ?? "");
    await palette.getByText("Nothing has that name.").waitFor();
  });

  it("member what others did is not there, and what he did is: on the dashboard, in requests, usage and keys", async () => {
    const { page, problems } = await suite.visits.openAs(personIn("member").email, "/");
    await page.getByRole("region", { name: "Figures" }).waitFor();
    expect(await page.getByRole("region", { name: "Figures" }).innerText()).toMatch(/Requests\s+1\b/);
    await page.getByRole("region", { name: "Live requests" }).getByRole("cell", { name: "gpt-4o-mini" }).waitFor();
    await suite.visits.visit(page, "/requests");
    await page.getByText("1 request", { exact: true }).waitFor();
    await suite.visits.visit(page, "/usage?by=user");
    const region = page.getByRole("region", { name: "By user", exact: true });
    expect(await region.locator("tbody tr").allInnerTexts()).toEqual([expect.stringContaining("member@example.com")]);
    await suite.visits.visit(page, "/keys");
    expect(await page.locator("tbody tr").allInnerTexts()).toEqual([expect.stringContaining("key of member")]);
    const { data } = await suite.stage.server.admin.apiKeys.list();
    await suite.visits.visit(page, `/keys/${data.find(({ name }) => name === "key of admin")?.id}`);
    await page.getByRole("alert").getByText("There is no", { exact: false }).waitFor();
    expect(problems).toEqual([expect.stringContaining("404")]);
  });

  it("member he puts his own key into a client, and it answers", async () => {
    const { page, problems } = await suite.visits.openAs(personIn("member").email, "/connect");
    await page.getByLabel("Your key").fill(personIn("member").key);
    await page.getByRole("option", { name: "fake-model", exact: true }).waitFor({ state: "attached" });
    await page.getByLabel("Model", { exact: true }).selectOption("fake-model");
    await page.getByRole("button", { name: "Try it" }).click();
    await page.getByText("You said: Say hello").waitFor();
    await settled(page);
    expect(problems).toEqual([]);
  });
});
