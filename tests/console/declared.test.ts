// What the configuration file declares: its pages say so, and have nothing to change it with.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { overflowOf, violationsInBothThemes } from "./support/browser.ts";
import { admin } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const directory = mkdtempSync(join(tmpdir(), "ghostllm-declared-"));
const file = join(directory, "ghostllm.yaml");
writeFileSync(
  file,
  `providers:
  - name: main
    type: openai
    api_key: sk-vendor
    models:
      gpt-4o: { quality: 3 }
teams:
  - name: red
    budgets: [{ period: day, amount_usd: 5 }]
aliases:
  - name: fast
    targets: [{ provider: main, model: gpt-4o }]
keys:
  - { name: ci, sha256: ${"ab".repeat(32)}, team: red }
`,
);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const suite = openSuite({ environment: { GHOSTLLM_CONFIG: file } });

/** Who has a budget of its own page. */
const budgetKinds = { providers: "provider", aliases: "alias", teams: "team", keys: "key" } as const;

/** What changes or ends the thing itself. */
const controls = /^(Save changes|Delete|Disable|Enable|Rotate|Revoke|Change|Add budget|Increase|End:)/;

describe.skipIf(executable === null)("what the configuration file declares", () => {
  it("says so on its page, and is changed nowhere there; what an operator has made is", async () => {
    const client = suite.stage.server.admin;
    const [providers, models, aliases, teams, keys] = await Promise.all([
      client.providers.list({ query: {} }),
      client.models.list({ query: { q: "gpt-4o" } }),
      client.aliases.list({ query: {} }),
      client.teams.list({ query: {} }),
      client.apiKeys.list({ query: {} }),
    ]);
    const kinds = { providers, models, aliases, teams, keys };
    const { page, problems } = await suite.visits.openAs(admin, "/");
    for (const [kind, { data }] of Object.entries(kinds)) {
      const declared = data.find((one) => one.declared !== null);
      expect([kind, declared?.declared]).toEqual([kind, expect.stringContaining("ghostllm.yaml:")]);
      await suite.visits.visit(page, `/${kind}/${declared?.id}`);
      await page.getByText("declared in the configuration file").waitFor();
      await page.getByText(declared?.declared ?? "no place", { exact: true }).waitFor();
      expect([kind, await page.getByRole("button", { name: controls }).allTextContents()]).toEqual([kind, []]);
      expect([kind, await overflowOf(page), await violationsInBothThemes(page)]).toEqual([kind, 0, []]);
    }
    for (const [kind, word] of Object.entries(budgetKinds)) {
      const declared = kinds[kind as keyof typeof budgetKinds].data.find((one) => one.declared !== null);
      await suite.visits.visit(page, `/${kind}`);
      const row = page
        .locator("tbody tr")
        .filter({ hasText: declared?.name ?? "none" })
        .first();
      await row.getByText("declared", { exact: true }).waitFor();
      await suite.visits.visit(page, `/budgets/${word}/${declared?.id}`);
      await page.getByRole("link", { name: /^Open / }).waitFor();
      expect([kind, await page.getByRole("button", { name: controls }).allTextContents()]).toEqual([kind, []]);
    }
    const operators = keys.data.find((one) => one.declared === null && one.is_active);
    await suite.visits.visit(page, `/budgets/key/${operators?.id}`);
    await page.getByRole("button", { name: "Change budget" }).waitFor();
    const made = aliases.data.find(({ name }) => name === "smart");
    await suite.visits.visit(page, `/aliases/${made?.id}`);
    await page.getByRole("button", { name: "Save changes" }).waitFor();
    expect(await page.getByText("declared in the configuration file").count()).toBe(0);
    expect(problems).toEqual([]);
  }, 90_000);

  it("is left out where several keys are revoked", async () => {
    const { page } = await suite.visits.openAs(admin, "/keys");
    const row = page.locator("tbody tr").filter({ hasText: "ci" }).filter({ hasNotText: "ci-agent" });
    await row.getByRole("checkbox").check();
    const revoke = page.getByRole("button", { name: "Revoke" });
    expect(await revoke.isDisabled()).toBe(true);
    await page.locator("tbody tr").filter({ hasText: "ci-agent" }).getByRole("checkbox").check();
    await revoke.press("Enter");
    expect(await page.getByRole("dialog").innerText()).toMatch(/ci-agent/);
  });
});
