// A LiteLLM proxy is taken over by the command line, into a server that runs: its file, its tables, and again.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FakeUpstream, startFakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AskedServer, startAskedServer } from "../support/server.ts";
import { sha256, writeTables } from "./litellm-database.ts";
import { foundOf, ghostllm, type ImportAnswer } from "./run-import.ts";

let directory: string;
let upstream: FakeUpstream;
let server: AskedServer;
let config: string;
let database: string;

const inTenDays = new Date(Date.now() + 10 * 86_400_000).toISOString();
const yesterday = new Date(Date.now() - 86_400_000).toISOString();
const days = (count: number): string => new Date(Date.now() - count * 86_400_000).toISOString().slice(0, 10);

const file = (url: string): string => `
model_list:
  - model_name: smart
    litellm_params: { model: openai/gpt-4o-mini, api_base: "${url}/v1", api_key: os.environ/OLD_KEY, rpm: 60, weight: 3 }
  - model_name: smart
    litellm_params: { model: openai/gpt-4.1-mini, api_base: "${url}/v1", api_key: sk-other-vendor-key, rpm: 20, weight: 1 }
    model_info: { access_groups: [beta] }
  - model_name: cheap
    litellm_params: { model: openai/gpt-4o-mini, api_base: "${url}/v1", api_key: os.environ/OLD_KEY, input_cost_per_token: 1.5e-7 }
  - model_name: claude
    litellm_params: { model: anthropic/claude-sonnet-4-5, api_key: os.environ/NOBODY_HAS_SET_THIS }
  - model_name: odd
    litellm_params: { model: watsonx/granite, api_key: x }
router_settings:
  routing_strategy: usage-based-routing-v2
  num_retries: 3
  timeout: 30
  cooldown_time: 60
  fallbacks: [{ smart: [cheap] }]
  model_group_alias: { gpt-4: smart }
litellm_settings:
  context_window_fallbacks: [{ cheap: [smart] }]
  cache: true
  cache_params: { type: redis, ttl: 600 }
  callbacks: [prometheus, langfuse, slack]
  made_up: 1
general_settings: { master_key: os.environ/MASTER }
`;

const tables = {
  LiteLLM_BudgetTable: [{ budget_id: "b-org", max_budget: 500, budget_duration: "30d", rpm_limit: 600 }],
  LiteLLM_OrganizationTable: [{ organization_id: "o1", organization_alias: "Acme", budget_id: "b-org", spend: 12.5 }],
  LiteLLM_TeamTable: [
    {
      ...{
        team_id: "t1",
        team_alias: "Research",
        organization_id: "o1",
        models: ["smart", "cheap"],
        max_budget: 100.25,
      },
      ...{
        spend: 33.333333333,
        members_with_roles: [
          { user_id: "ada", role: "admin" },
          { user_id: "bob", role: "user" },
        ],
      },
    },
    { team_id: "t2", team_alias: "Old", models: [], spend: 0, blocked: true },
  ],
  LiteLLM_UserTable: [
    { user_id: "ada", user_email: "Ada@Example.com", user_role: "internal_user", spend: 5, max_budget: 50 },
    { user_id: "bob", user_email: null, user_role: "proxy_admin_viewer", spend: 0, password: "x" },
  ],
  LiteLLM_VerificationToken: [
    {
      ...{ token: sha256("sk-month"), key_alias: "month", team_id: "t1", user_id: "ada", max_budget: 20, models: [] },
      ...{ budget_duration: "30d", spend: 7.123456789, total_spend: 70.5, budget_reset_at: inTenDays, rpm_limit: 100 },
      metadata: { tags: ["ci"], owner: "x" },
    },
    {
      ...{ token: sha256("sk-beta"), key_alias: "beta", team_id: "t1", models: ["beta"], spend: 0.1 + 0.2 },
      ...{ budget_id: null, max_budget: null, tpm_limit: 1000 },
    },
    { token: sha256("sk-spent"), key_alias: "spent", user_id: "ada", max_budget: 1, spend: 1, models: [] },
    { token: sha256("sk-over"), key_alias: "over", user_id: "ada", spend: 2, models: [], expires: yesterday },
    { token: sha256("sk-blocked"), key_alias: "blocked", user_id: "bob", spend: 0, models: [], blocked: true },
    { token: sha256("sk-nobody"), key_name: "sk-...body", spend: 0, models: ["no-such-*"], expires: inTenDays },
    {
      ...{ token: sha256("sk-two"), key_alias: "two weeks", team_id: "t2", max_budget: 3, budget_duration: "14d" },
      ...{ spend: 1.5, budget_reset_at: yesterday, models: [] },
    },
  ],
  LiteLLM_DailyUserSpend: [
    usageOf({ date: days(3), api_key: sha256("sk-month"), spend: 1.234567891, api_requests: 10, failed_requests: 2 }),
    usageOf({ date: days(3), api_key: sha256("sk-month"), spend: 0.000000009, api_requests: 1, user_id: "somebody" }),
    usageOf({ date: days(40), api_key: sha256("sk-gone"), spend: 2, api_requests: 4 }),
    usageOf({ date: days(40), api_key: sha256("sk-gone-too"), spend: 1, api_requests: 1 }),
  ],
  LiteLLM_EndUserTable: [{ user_id: "customer-1", spend: 1 }],
};

function usageOf(row: object) {
  const names = { model: "gpt-4o-mini", model_group: "smart", custom_llm_provider: "openai" };
  const counts = { prompt_tokens: 100, completion_tokens: 10, cache_read_input_tokens: 5 };
  return { user_id: "ada", failed_requests: 0, cache_creation_input_tokens: 0, ...names, ...counts, ...row };
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ghostllm-import-"));
  upstream = await startFakeUpstream();
  server = await startAskedServer();
  [config, database] = [join(directory, "config.yaml"), join(directory, "litellm.db")];
  await writeFile(config, file(upstream.url));
  await writeFile(join(directory, "env"), "OLD_KEY=sk-of-the-vendor\n");
  writeTables(database, tables);
});

afterAll(async () => {
  await server?.stop();
  await upstream?.close();
  await rm(directory, { recursive: true, force: true });
});

async function runImport(...more: readonly string[]) {
  const words = ["import", "litellm", config, "--env-file", join(directory, "env"), "--json", ...more];
  return ghostllm(server, words);
}

async function chat(key: string, model: string): Promise<number> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, max_tokens: 10, messages: [{ role: "user", content: "hello" }] }),
  });
  await response.arrayBuffer();
  return response.status;
}

const keysByName = async () =>
  new Map((await server.admin.apiKeys.list({ query: { limit: 500 } })).data.map((key) => [key.name, key]));

describe("a LiteLLM proxy", () => {
  let dry: ImportAnswer;

  it("is only looked at, where nobody says --apply", async () => {
    const run = await runImport("--database", database);
    expect([run.code, run.error]).toEqual([0, ""]);
    dry = run.answer();
    expect(dry).toMatchObject({ applied: false, compared: true, failed: [] });
    expect(dry.done.map(({ what }) => what)).toContain("team Research");
    expect((await server.admin.teams.list({ query: {} })).data).toEqual([]);
  });

  it("is told of item by item: exact, approximate, unsupported, with the reason", () => {
    expect(foundOf(dry, /^model smart \(openai\/gpt-4o-mini\)/)).toEqual(["exact: openai/gpt-4o-mini"]);
    expect(foundOf(dry, /^model claude/)[0]).toMatch(/^unsupported: .*NOBODY_HAS_SET_THIS/);
    expect(foundOf(dry, /^model odd/)).toEqual(["unsupported: GhostLLM has no provider for watsonx"]);
    expect(foundOf(dry, /routing_strategy/)[0]).toMatch(/^approximate/);
    expect(foundOf(dry, /^fallback of cheap to smart/)[0]).toMatch(/^unsupported: it leads back/);
    expect(foundOf(dry, /cooldown_time/)[0]).toMatch(/^unsupported: set health.rest_ms/);
    expect(foundOf(dry, /made_up/)).toEqual(["unsupported: this import knows nothing of it"]);
    expect(foundOf(dry, /^callback/).map((one) => one.split(":")[0])).toEqual([
      "approximate",
      "approximate",
      "unsupported",
    ]);
    expect(foundOf(dry, /^key beta/)[0]).toMatch(/^approximate: access groups/);
    expect(foundOf(dry, /^key two weeks/)[0]).toMatch(/14 days/);
    expect(foundOf(dry, /^key spent/)).toEqual(["exact: "]);
    expect(foundOf(dry, /^user bob@litellm.invalid/)[0]).toMatch(/no e-mail address.*passwords are not moved/);
    expect(foundOf(dry, /EndUserTable: 1/)[0]).toMatch(/^unsupported/);
  });

  it("is written with --apply: people, keys by their hashes, budgets, and what was spent to the nano-USD", async () => {
    const run = await runImport("--database", database, "--apply");
    expect([run.code, run.error, run.answer().failed]).toEqual([0, "", []]);
    const keys = await keysByName();
    expect(keys.get("month")).toMatchObject({
      ...{ tags: ["ci"], spent_usd: "70.5", budget_usd: null, limits: { requests_per_minute: 100 } },
      budgets: [{ period: "month", amount_usd: "20", time_zone: "UTC" }],
    });
    expect(keys.get("beta")).toMatchObject({ spent_usd: "0.3", permissions: { models: ["smart"] }, owner: "team" });
    expect(keys.get("over")).toMatchObject({ is_active: false, spent_usd: "2" });
    expect(keys.get("blocked")).toMatchObject({ is_active: true, permissions: { endpoints: [] } });
    const teams = (await server.admin.teams.list({ query: {} })).data;
    expect(teams.find(({ name }) => name === "Research")).toMatchObject({
      ...{ budget_usd: "100.25", spent_usd: "33.333333333", models: ["smart", "cheap"], members: 2 },
    });
    const { data } = await server.admin.budgets.list({ query: { limit: 200 } });
    const month = data.find(({ name }) => name === "month");
    expect(month?.budgets).toMatchObject([{ spent_usd: "7.123456789", left_usd: "12.876543211" }]);
    const twoWeeks = data.find(({ name }) => name === "two weeks");
    expect(twoWeeks?.budgets).toMatchObject([{ period: "rolling", days: 14, spent_usd: "0" }]);
  });

  it("has its models as aliases, with what the router says of them", async () => {
    const { data } = await server.admin.aliases.list({ query: {} });
    const smart = data.find(({ name }) => name === "smart");
    expect(smart).toMatchObject({
      strategy: "least-busy",
      retries: { attempts: 4 },
      fallbacks: { any: ["cheap"] },
      timeouts: { first_token_ms: 30_000 },
      cache: { ttl_seconds: 600, scope: "organisation" },
    });
    const limits = smart?.targets.map(({ model, weight, limits: held }) => [model, weight, held?.requests_per_minute]);
    expect(limits).toEqual([
      ["gpt-4o-mini", 3, 60],
      ["gpt-4.1-mini", 1, 20],
    ]);
    expect(data.find(({ name }) => name === "gpt-4")?.targets).toEqual(smart?.targets);
    const models = (await server.admin.models.list({ query: { limit: 500 } })).data;
    expect(models.some((model) => model.name === "gpt-4o-mini" && model.input_price_usd === "0.15")).toBe(true);
  });

  it("is answered here by its old keys, within its old budgets", async () => {
    expect(await chat("sk-month", "smart")).toBe(200);
    expect(upstream.received.at(-1)?.headers["authorization"]).toMatch(/^Bearer sk-(of-the-vendor|other-vendor-key)$/);
    expect(await chat("sk-beta", "smart")).toBe(200);
    expect(await chat("sk-beta", "cheap")).toBe(403);
    expect(await chat("sk-spent", "cheap")).toBe(429);
    expect(await chat("sk-over", "cheap")).toBe(401);
    expect(await chat("sk-blocked", "cheap")).toBe(403);
    expect(await chat("sk-two", "cheap")).toBe(403);
  });

  it("is in reports with what was used, as imported", async () => {
    const sums = async (from: number, to: number) => {
      const query = { group_by: "provider", from: days(from), to: days(to) } as const;
      return (await server.admin.usage.summary({ query })).data;
    };
    expect(await sums(4, 2)).toMatchObject([
      { group: expect.stringMatching(/imported: ?litellm/), cost_usd: "1.2345679", requests: 11, errors: 2 },
    ]);
    expect(await sums(41, 39)).toMatchObject([{ cost_usd: "3", requests: 5 }]);
  });

  it("is taken over again without a change, and with what has changed alone", async () => {
    const again = (await runImport("--database", database, "--apply")).answer();
    expect([again.done, again.failed]).toEqual([[], []]);
    const [first, ...others] = tables.LiteLLM_VerificationToken;
    const keys = [{ ...first, spend: 8, total_spend: 71.4, max_budget: 25 }, ...others];
    writeTables(database, { LiteLLM_VerificationToken: keys });
    const changed = (await runImport("--database", database, "--apply")).answer();
    expect(changed.done).toEqual([
      { verb: "change", what: `key month (ik-${sha256("sk-month").slice(0, 12)})`, fields: ["budgets"] },
      { verb: "carry over", what: expect.stringContaining("spend"), fields: ["1.776543211 USD more"] },
    ]);
  });

  it("says what is wrong with a file, and with a database that is not there", async () => {
    const bad = join(directory, "bad.yaml");
    await writeFile(bad, "model_list:\n  - model_name: [\n");
    const run = await ghostllm(server, ["import", "litellm", bad, "--json"]);
    expect([run.code, run.out]).toEqual([2, expect.stringMatching(/bad.yaml, line \d/)]);
    const away = await runImport("--database", "postgres://user:geheim@127.0.0.1:1/litellm");
    expect([away.code, away.out]).toEqual([3, expect.stringContaining("127.0.0.1:1 cannot be read")]);
    expect(away.out).not.toContain("geheim");
  });
});
