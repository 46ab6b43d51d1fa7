// Backups in the console: made at once, listed, and what became of one that could not be made.

import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { overflowOf, violationsInBothThemes } from "./support/browser.ts";
import { admin, password } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const directory = mkdtempSync(join(tmpdir(), "ghostllm-backups-"));
const to = join(directory, "place");
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const auditor = "auditor@example.com";

const suite = openSuite({
  furnish: async ({ stage }) => {
    await stage.server.admin.users.create({ body: { email: auditor, password, role: "auditor" } });
  },
  environment: {
    ...{ BACKUP_TO: to, BACKUP_PASSPHRASE: "a passphrase of tests", BACKUP_JOURNAL_EVERY: "1s", BACKUP_KEEP: "3" },
  },
});

describe.skipIf(executable === null)("settings, Backups", () => {
  it("says where they go, makes one at once and lists it, and says why one could not be made", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/settings?show=Backups");
    const plan = page.getByRole("region", { name: "Backups" });
    await plan.getByText(to, { exact: true }).waitFor();
    await plan.getByText("with a passphrase").waitFor();
    await plan.getByText("when somebody asks").waitFor();
    await page.getByText("A backup is restored with", { exact: false }).waitFor();
    await plan.getByRole("button", { name: "Back up now" }).click();
    const rows = page.getByRole("region", { name: "Made" }).locator("tbody tr");
    await rows.first().getByText("made", { exact: true }).waitFor({ timeout: 60_000 });
    expect(await rows.count()).toBe(1);
    const [made] = (await suite.stage.server.admin.backups.list()).data;
    await rows
      .first()
      .getByText(made?.backup_id ?? "none")
      .waitFor();

    renameSync(to, `${to}.aside`);
    writeFileSync(to, "no folder");
    await plan.getByRole("button", { name: "Back up now" }).click();
    await rows.first().getByText("failed", { exact: true }).waitFor({ timeout: 60_000 });
    await rows
      .first()
      .getByText(/EEXIST|ENOTDIR/)
      .waitFor();
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    rmSync(to);
    renameSync(`${to}.aside`, to);
    expect(problems).toEqual([]);
  });

  it("shows them to who may look, and lets him make none", async () => {
    const { page, problems } = await suite.visits.openAs(auditor, "/settings?show=Backups");
    await page.getByRole("region", { name: "Made" }).locator("tbody tr").first().waitFor();
    expect(await page.getByRole("button", { name: "Back up now" }).count()).toBe(0);
    expect(problems).toEqual([]);
  });
});
