// The page about alerts: what the server sees of them now, since when, and what they mean, also of those that it cannot see.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { overflowOf, violationsInBothThemes } from "./support/browser.ts";
import { admin, password, user } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const directory = mkdtempSync(join(tmpdir(), "ghostllm-alerts-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const auditor = "auditor@example.com";
const dayMs = 86_400_000;

const suite = openSuite({
  // Where nothing can be written, so that none is ever made.
  environment: { BACKUP_TO: "/proc/nowhere", BACKUP_PASSPHRASE: "a passphrase of tests", BACKUP_EVERY: "24h" },
  furnish: async ({ stage }) => {
    const { admin: client } = stage.server;
    await client.users.create({ body: { email: auditor, password, role: "auditor" } });
    const [one] = (await client.users.list()).data;
    const expires_at = new Date(Date.now() + 2 * dayMs).toISOString();
    await client.apiKeys.create({ body: { user_id: one?.id ?? "", name: "ends-soon", expires_at } });
  },
});

describe.skipIf(executable === null)("alerts", () => {
  it("tells what is wrong now and since when, opens each with what to do, and leads to what it is about", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/alerts");
    const now = page.getByRole("list", { name: "What is wrong now" });
    // Read anew by itself as soon as the server has looked.
    const key = now.locator("> li").filter({ hasText: "KeyEnds" });
    await key.getByText("It ends at", { exact: false }).waitFor({ timeout: 40_000 });
    await key.getByText("5 days ago", { exact: true }).waitFor();
    const backup = now.locator("> li").filter({ hasText: "GhostllmBackupOld" });
    await backup.getByText("None was made yet.").waitFor();
    await backup.getByText("not yet for long enough").waitFor();
    // Critical ones come first.
    expect(await now.locator("> li").first().innerText()).toContain("critical");

    await backup.getByRole("button", { name: "GhostllmBackupOld" }).click();
    const dialog = page.getByRole("dialog", { name: "GhostllmBackupOld" });
    await dialog.getByText("What to do").waitFor();
    await dialog.getByText("GET /admin/backups").waitFor();
    expect(new URL(page.url()).searchParams.get("alert")).toBe("GhostllmBackupOld");
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    await page.keyboard.press("Escape");
    await key.getByRole("link", { name: "ends-soon" }).click();
    await page.getByRole("heading", { name: "ends-soon", level: 1 }).waitFor();
    expect(problems).toEqual([]);
  });

  it("lists those that only Prometheus sees, and says nothing of their state", async () => {
    const { page, problems } = await suite.visits.openAs(auditor, "/alerts", { width: 390 });
    const all = page.getByRole("region", { name: "All alerts" });
    const failures = all.locator("tbody tr").filter({ hasText: "GhostllmFailures" });
    await failures.getByText("only Prometheus knows").waitFor();
    const disk = all.locator("tbody tr").filter({ hasText: "GhostllmJournalGrowing" });
    await disk.getByText("quiet", { exact: true }).waitFor();
    await failures.click();
    await page.getByRole("dialog", { name: "GhostllmFailures" }).getByText("ghostllm:failures").waitFor();
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    expect(problems).toEqual([]);
  });

  it("is no page of a member", async () => {
    const { page } = await suite.visits.openAs(user, "/");
    expect(await page.getByRole("link", { name: "Alerts" }).count()).toBe(0);
  });
});
