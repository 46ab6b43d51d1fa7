// The page about imports: what another gateway has is tried first, with what becomes of each thing, and then carried out.

import { describe, expect, it } from "vitest";
import { overflowOf, violationsInBothThemes } from "./support/browser.ts";
import { admin, user } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const suite = openSuite();

const liteLlm = `model_list:
  - model_name: imported-fast
    litellm_params:
      model: openai/gpt-4o-mini
      api_key: os.environ/IMPORTED_OPENAI_KEY
  - model_name: imported-fast
    litellm_params:
      model: groq/llama-3.3-70b-versatile
      api_key: sk-written-out
  - model_name: broken
router_settings:
  num_retries: 2
  model_group_alias: { "gpt-4": "imported-fast" }
general_settings:
  alerting: ["slack"]
`;

describe.skipIf(executable === null)("import", () => {
  it("says of each thing what becomes of it, writes nothing by that, and carries it out when it is told to", async () => {
    const { admin: client } = suite.stage.server;
    const aliasesNow = async () => (await client.aliases.list({ query: { limit: 500 } })).data.map(({ name }) => name);
    const { page, problems } = await suite.visits.openAs(admin, "/import");
    const sent: string[] = [];
    page.on("request", (request) => sent.push(`${request.method()} ${request.postData() ?? ""}`));
    await page.getByLabel("File").setInputFiles({
      ...{ name: "config.yaml", mimeType: "application/yaml", buffer: Buffer.from(liteLlm) },
    });
    await page.getByLabel("Variables").fill("IMPORTED_OPENAI_KEY=sk-of-a-variable");
    await page.getByRole("button", { name: "Try it, and write nothing" }).click();

    const found = page.getByRole("region", { name: "Found" }).locator("tbody tr");
    const broken = found.filter({ hasText: "model_list[2]" });
    await broken.getByText("Unsupported", { exact: true }).waitFor();
    await broken.getByText("it needs a model_name and litellm_params with a model").waitFor();
    // The worst first.
    expect(await found.first().innerText()).toContain("Unsupported");
    expect(await found.filter({ hasText: "Exact" }).count()).toBeGreaterThan(0);
    const todo = page.getByRole("region", { name: "To be done" });
    await todo.getByText("alias imported-fast").waitFor();
    expect(sent.filter((one) => !one.startsWith("GET"))).toEqual([]);
    expect(await aliasesNow()).not.toContain("imported-fast");
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);

    await todo.getByRole("button", { name: /^Carry out \d+ changes$/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: /^Carry out/ }).click();
    await page.getByRole("region", { name: "Done", exact: true }).getByText("alias imported-fast").waitFor();
    expect(await page.getByRole("list", { name: "Not done" }).count()).toBe(0);
    const alias = (await client.aliases.list({ query: { limit: 500 } })).data.find(
      ({ name }) => name === "imported-fast",
    );
    expect(alias?.targets.map(({ provider, model }) => `${provider}/${model}`)).toHaveLength(2);

    // It may be run again, and finds it.
    await page.getByRole("button", { name: "Try it, and write nothing" }).click();
    await page.getByText("Nothing: all of it is here already.").waitFor();
    // What is secret was in nothing but in what makes the providers.
    const carrying = sent.filter((one) => one.includes("sk-of-a-variable"));
    expect(carrying.map((one) => one.split(" ")[0])).toEqual(["POST"]);
    expect(problems).toEqual([]);
  });

  it("names the place of what is wrong, and quotes nothing of it", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/import", { width: 390 });
    const area = page.getByLabel("config.yaml");
    await area.fill('model_list:\n  - model_name: "sk-secret\n');
    await page.getByRole("button", { name: "Try it, and write nothing" }).click();
    const error = page.getByText(/^Line \d+, column \d+:/);
    await error.waitFor();
    expect(await error.innerText()).not.toContain("sk-secret");
    await area.fill("- one\n- two\n");
    await page.getByRole("button", { name: "Try it, and write nothing" }).click();
    await page.getByText("There are no settings in it", { exact: false }).waitFor();
    expect([await overflowOf(page), await violationsInBothThemes(page)]).toEqual([0, []]);
    expect(problems).toEqual([]);
  });

  it("takes configs of Portkey, and says how the rest is moved", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/import");
    await page.getByRole("button", { name: "Portkey" }).click();
    const config = {
      strategy: { mode: "loadbalance" },
      targets: [
        { provider: "openai", api_key: "sk-1", weight: 1, override_params: { model: "gpt-4o", temperature: 0 } },
        { virtual_key: "groq-main", weight: 1, override_params: { model: "llama-3.3-70b-versatile" } },
      ],
    };
    await page.getByLabel("Configs").fill(JSON.stringify(config));
    await page.getByLabel("Alias", { exact: true }).fill("from-portkey");
    await page.getByRole("button", { name: "Try it, and write nothing" }).click();
    await page.getByRole("region", { name: "To be done" }).getByText("alias from-portkey").waitFor();
    await page.getByRole("button", { name: "one-api" }).click();
    await page.getByText("ghostllm import one-api one-api.db", { exact: false }).waitFor();
    expect(await violationsInBothThemes(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  it("is no page of who may not import", async () => {
    const { page } = await suite.visits.openAs(user, "/import");
    await page.getByText("Your role does not allow this page", { exact: false }).waitFor();
    expect(await page.getByRole("link", { name: "Import" }).count()).toBe(0);
  });
});
