// The configuration file in the console: shown without its secrets, checked with its faults by line, read anew, and what it has changed.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { overflowOf, violationsInBothThemes } from "./support/browser.ts";
import { admin, password } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const directory = mkdtempSync(join(tmpdir(), "ghostllm-configuration-"));
const file = join(directory, "ghostllm.yaml");
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const auditor = "auditor@example.com";
const path = "/settings?show=Configuration";
const written = `# ours
timeouts: { idle_ms: 60s }
providers:
  - { name: declared, type: openai, api_key: sk-written-out-123456789 }
`;

const suite = openSuite({
  environment: async () => {
    writeFileSync(file, written, { mode: 0o600 });
    return { GHOSTLLM_CONFIG: file };
  },
  furnish: async ({ stage }) => {
    await stage.server.admin.users.create({ body: { email: auditor, password, role: "auditor" } });
  },
});

describe.skipIf(executable === null)("settings, Configuration", () => {
  it("checks what is typed: its faults by line, or what it would change, and writes nothing", async () => {
    const { page, problems } = await suite.visits.openAs(admin, path);
    const panel = page.getByRole("region", { name: "File in force" });
    const area = panel.getByLabel("Text of the file");
    await area.waitFor();
    expect(await area.inputValue()).toContain('api_key: "[secret]"');
    expect(await page.content()).not.toContain("sk-written-out");
    const present = await area.inputValue();

    await area.fill(present.replace("idle_ms: 60s", "idle_ms: soon"));
    await panel.getByRole("button", { name: "Check" }).click();
    await panel.getByText("1 fault", { exact: true }).waitFor();
    await panel.getByText("timeouts.idle_ms", { exact: true }).waitFor();
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    await panel.getByRole("button", { name: "line 2, column 22" }).click();
    expect(await area.evaluate((node): unknown => Reflect.get(node, "selectionStart"))).toBe(present.indexOf("60s"));

    await area.fill(`${present.replace("60s", "90s")}server: { hsts_seconds: 7 }\n`);
    await panel.getByRole("button", { name: "Check" }).click();
    const changes = panel.getByRole("list", { name: "Changes" });
    await changes.getByText("90 s", { exact: true }).waitFor();
    await changes.getByText("needs a restart").waitFor();
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    await panel.getByRole("button", { name: "As it is in force" }).click();
    expect(await area.inputValue()).toBe(present);
    expect(readFileSync(file, "utf8")).toBe(written);
    expect(problems).toEqual([]);
  });

  it("reads the file anew, says why it is not taken, and lists what was changed by it", async () => {
    const { page, problems } = await suite.visits.openAs(admin, path);
    writeFileSync(file, written.replace("60s", "75s"));
    await page.getByRole("button", { name: "Read the file anew" }).click();
    await page.getByText("The file is read, and in force").waitFor();
    const history = page.getByRole("list", { name: "Changed by the file" });
    await history.getByText("timeouts.idle_ms").first().waitFor();
    writeFileSync(file, written.replace("60s", "soon"));
    await page.getByRole("button", { name: "Read the file anew" }).click();
    await page.getByRole("list", { name: "Why the file is not taken" }).getByText("timeouts.idle_ms").waitFor();
    expect(await page.getByLabel("Text of the file").inputValue()).toContain("75s");
    writeFileSync(file, written);
    await suite.stage.server.admin.system.reload();
    expect(problems).toEqual([]);
  });

  it("is read by who may look, who checks nothing and reads nothing anew", async () => {
    const { page, problems } = await suite.visits.openAs(auditor, path, { width: 390 });
    await page.getByLabel("Text of the file").getByText("[secret]").waitFor();
    expect(await page.getByRole("button", { name: "Check" }).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Read the file anew" }).count()).toBe(0);
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    expect(problems).toEqual([]);
  });
});
