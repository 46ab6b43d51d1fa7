// Every page of the console, as support/pages.ts lists them: what axe says of it in both themes, and whether it fits the screen.

import { describe, expect, it } from "vitest";
import { overflowOf, violationsInBothThemes, violationsOf } from "./support/browser.ts";
import { furnishConsents } from "./support/consents.ts";
import { furnishGuardrails } from "./support/guardrails.ts";
import { listPages } from "./support/pages.ts";
import { admin } from "./support/people.ts";
import { clientOf, furnishReport } from "./support/reports.ts";
import { executable, openSuite } from "./support/suite.ts";
import { furnishTeam } from "./support/teams.ts";

/** Some sixty pages, each looked at for up to ten seconds by a machine that is slow. */
const longestWalkMs = 900_000;

const suite = openSuite({
  furnish: async ({ stage }) => {
    const { teamId } = await furnishTeam(stage.server.admin);
    await furnishConsents(stage, teamId);
    await furnishGuardrails(stage.server.admin, teamId);
    await furnishReport(await clientOf(stage.url));
    await stage.untilListed(await stage.call("gpt-4o-mini"));
  },
});

describe.skipIf(executable === null)("every page", () => {
  it(
    "has nothing that axe objects to in either theme, is no wider than the screen, and writes no error",
    async () => {
      const { page, problems } = await suite.visits.openAs(admin);
      for (const { path } of await listPages(suite.stage.server.admin)) {
        await suite.visits.visit(page, path);
        expect([path, await overflowOf(page), await violationsInBothThemes(page)]).toEqual([path, 0, []]);
      }
      expect(problems).toEqual([]);
    },
    longestWalkMs,
  );

  it(
    "fits a phone, where axe objects to nothing either",
    async () => {
      const { page, problems } = await suite.visits.openAs(admin, null, { width: 390 });
      for (const { path } of await listPages(suite.stage.server.admin)) {
        await suite.visits.visit(page, path);
        expect([path, await overflowOf(page), await violationsOf(page)]).toEqual([path, 0, []]);
      }
      expect(problems).toEqual([]);
    },
    longestWalkMs,
  );

  it("is reached on a phone by a drawer, which closes behind whoever goes somewhere", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/", { width: 390 });
    await page.getByRole("button", { name: "Open the menu" }).click();
    expect(await violationsInBothThemes(page)).toEqual([]);
    await page.getByRole("dialog", { name: "Menu" }).getByRole("link", { name: "Users" }).click();
    await page.getByRole("heading", { name: "Users" }).waitFor();
    await page.getByRole("dialog", { name: "Menu" }).waitFor({ state: "detached" });
    expect(problems).toEqual([]);
  });
});
