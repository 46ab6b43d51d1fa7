// A LiteLLM database with three teams, twenty keys, budgets and spend is moved over: old keys are answered, budgets and spend are right to
// the nano-USD, and what could not be moved is named. The import is killed on its way once, and run again.

import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { formatUsd, parseUsd } from "@ghostllm/contract";
import { type FakeUpstream, startFakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPostgres, type ThrowAwayPostgres } from "../../tools/postgres.ts";
import { foundOf, ghostllm, type ImportAnswer } from "../import/run-import.ts";
import { type AskedServer, startAskedServer } from "../support/server.ts";
import { installLiteLlm, proxyCli, quietly } from "./install.ts";

interface Expected {
  readonly migrations: number;
  readonly keys: Readonly<Record<string, { readonly secret: string; readonly spend: string; readonly total: string }>>;
  readonly teams: Readonly<Record<string, string>>;
  readonly users: Readonly<Record<string, string>>;
  readonly organisations: Readonly<Record<string, string>>;
  readonly usage: { readonly cost: string; readonly requests: number };
}

const saltKey = "sk-salt-of-the-proxy";
const cli = join(import.meta.dirname, "../../apps/cli/src/main.ts");

let directory: string;
let postgres: ThrowAwayPostgres;
let upstream: FakeUpstream;
let server: AskedServer;
let python: string;
let wanted: Expected;
let words: readonly string[];
let first: ImportAnswer;

beforeAll(async () => {
  python = installLiteLlm();
  directory = await mkdtemp(join(tmpdir(), "ghostllm-litellm-"));
  [postgres, upstream] = [await startPostgres(), await startFakeUpstream()];
  server = await startAskedServer({ environment: { GHOSTLLM_COMPAT_LITELLM: "true" } });
  const fill = [join(import.meta.dirname, "fill.py"), postgres.url, upstream.url, saltKey];
  const options = { env: { ...process.env, ...quietly }, maxBuffer: 64 * 1024 * 1024 };
  wanted = JSON.parse((await promisify(execFile)(python, fill, options)).stdout) as Expected;
  const config = join(directory, "config.yaml");
  await writeFile(config, file(upstream.url));
  const salted = ["--salt-key", saltKey, "--env-file", join(directory, "env")];
  await writeFile(join(directory, "env"), "VENDOR_KEY=sk-of-the-vendor\n");
  words = ["import", "litellm", config, "--database", postgres.url, ...salted, "--json"];
  first = (await ghostllm(server, words)).answer();
}, 900_000);

afterAll(async () => {
  await server?.stop();
  await upstream?.close();
  await postgres?.dispose();
  await rm(directory, { recursive: true, force: true });
});

const file = (url: string): string => `
model_list:
  - model_name: smart
    litellm_params: { model: openai/gpt-4o-mini, api_base: "${url}/v1", api_key: os.environ/VENDOR_KEY, rpm: 1000 }
  - model_name: cheap
    litellm_params: { model: openai/gpt-4.1-mini, api_base: "${url}/v1", api_key: os.environ/VENDOR_KEY }
router_settings: { routing_strategy: simple-shuffle, num_retries: 2 }
general_settings: { master_key: sk-master }
`;

/** Ends it, hard, when so many keys are there. */
async function killAfter(keys: number): Promise<void> {
  const environment = { ...process.env, GHOSTLLM_URL: server.url, GHOSTLLM_API_KEY: server.adminKey };
  const child = spawn(process.execPath, [cli, ...words, "--apply"], { env: environment, stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  await expect
    .poll(async () => (await allKeys()).length, { timeout: 60_000, interval: 5 })
    .toBeGreaterThanOrEqual(keys);
  child.kill("SIGKILL");
  await ended;
}

const allKeys = async () =>
  (await server.admin.apiKeys.list({ query: { limit: 500 } })).data.filter(({ public_id: id }) => id.startsWith("ik-"));

async function chat(alias: string, model: string): Promise<number> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${wanted.keys[alias]?.secret}`, "content-type": "application/json" },
    body: JSON.stringify({ model, max_tokens: 5, messages: [{ role: "user", content: "hello" }] }),
  });
  await response.arrayBuffer();
  return response.status;
}

describe("a LiteLLM database", () => {
  it("is found out about before anything is written", () => {
    console.error(`litellm: ${wanted.migrations} migrations, ${Object.keys(wanted.keys).length} keys`);
    const counts = Map.groupBy(first.findings, ({ grade }) => grade);
    console.error(`litellm: ${[...counts].map(([grade, all]) => `${all.length} ${grade}`).join(", ")}`);
    for (const { item, reason } of counts.get("unsupported") ?? [])
      console.error(`litellm: unsupported ${item}: ${reason}`);
    expect(first).toMatchObject({ applied: false, compared: true, failed: [] });
    expect(foundOf(first, /EndUserTable: 1|TagTable: 1|budget of bob in team/)).toHaveLength(3);
    expect(foundOf(first, /^model stored/)).toEqual(["exact: openai/gpt-4.1-mini"]);
    expect(foundOf(first, /^key ops-5/)[0]).toContain("budgets by model");
  });

  it("is moved over, also where that is killed on its way", async () => {
    await killAfter(7);
    const left = (await allKeys()).length;
    const run = await ghostllm(server, [...words, "--apply"]);
    console.error(`litellm: killed with ${left} keys of 20; then ${run.answer().done.length} changes`);
    expect([run.code, run.answer().failed]).toEqual([0, []]);
    const again = (await ghostllm(server, [...words, "--apply"])).answer();
    expect([again.done, again.failed]).toEqual([[], []]);
  });

  it("has spent what it had spent there, to the nano-USD", async () => {
    const keys = new Map((await allKeys()).map((key) => [key.name, key.spent_usd]));
    const totals = Object.entries(wanted.keys).map(([name, { total }]) => [name, total]);
    expect(Object.fromEntries(keys)).toEqual(Object.fromEntries(totals));
    const teams = (await server.admin.teams.list({ query: {} })).data;
    expect(Object.fromEntries(teams.map(({ name, spent_usd: spent }) => [name, spent]))).toEqual(wanted.teams);
    const organisations = (await server.admin.organisations.list({ query: {} })).data;
    const spent = organisations.map((one) => [one.name, one.spent_usd]);
    expect(Object.fromEntries(spent)).toEqual(wanted.organisations);
    const users = new Map(
      (await server.admin.users.list({ query: {} })).data.map((user) => [user.email, user.spent_usd]),
    );
    const emails = {
      ada: "ada@acme.example",
      bob: "bob@acme.example",
      eve: "eve@litellm.invalid",
      root: "root@acme.example",
    };
    for (const [id, email] of Object.entries(emails)) expect(users.get(email)).toBe(wanted.users[id]);
  });

  it("has its budgets, in their present periods with what was spent of them", async () => {
    const { data } = await server.admin.budgets.list({ query: { limit: 500 } });
    const of = (name: string) => data.find((one) => one.name === name);
    const periods = { "research-1": "month", "research-5": "week", "sales-1": "day", "sales-4": "rolling" };
    for (const [name, period] of Object.entries(periods)) {
      const [budget] = of(name)?.budgets ?? [];
      expect(budget).toMatchObject({ period, spent_usd: wanted.keys[name]?.spend });
    }
    expect(of("research-3")).toMatchObject({ budget_usd: "0.004", spent_usd: wanted.keys["research-3"]?.total });
    expect(of("research-4")).toMatchObject({ budget_usd: "2.5" });
    // Due to be reset two hours ago.
    expect(of("late")?.budgets).toMatchObject([{ period: "day", amount_usd: "4", spent_usd: "0" }]);
    expect(of("Acme")?.budgets).toMatchObject([
      { period: "month", amount_usd: "5000", spent_usd: wanted.organisations["Acme"] },
    ]);
    expect(of("Sales")).toMatchObject({ budget_usd: "77.77", spent_usd: wanted.teams["Sales"] });
  });

  it("is answered by its old keys, as far as they go", async () => {
    const over = parseUsd(wanted.keys["research-3"]?.total ?? "0") >= parseUsd("0.004");
    const answers: readonly (readonly [string, string, number])[] = [
      ...(["research-1", "research-4", "research-5", "sales-1", "sales-4", "sales-5"] as const).map(
        (alias) => [alias, "smart", 200] as const,
      ),
      ...[["research-2", "cheap", 200] as const, ["research-2", "smart", 403] as const],
      ["research-3", "smart", over ? 429 : 200],
      ...[["sales-2", "smart", 200] as const, ["sales-2", "cheap", 403] as const, ["sales-3", "smart", 403] as const],
      ...[["ops-1", "stored", 200] as const, ["ops-2", "smart", 401] as const, ["ops-3", "smart", 200] as const],
      ...[["ops-4", "smart", 200] as const, ["ops-5", "cheap", 200] as const, ["ada-own", "smart", 200] as const],
      ...[
        ["bob-own", "cheap", 200] as const,
        ["bob-own", "smart", 403] as const,
        ["bob-routes", "smart", 403] as const,
      ],
      ...[["nobodys", "smart", 200] as const, ["late", "smart", 200] as const],
    ];
    const seen: (readonly [string, string, number])[] = [];
    for (const [alias, model] of answers) seen.push([alias, model, await chat(alias, model)]);
    expect(seen).toEqual(answers);
    expect(new Set(answers.map(([alias]) => alias)).size).toBe(20);
    const sealed = upstream.received.some(
      ({ headers }) => headers["authorization"] === "Bearer sk-sealed-in-the-database",
    );
    expect(sealed).toBe(true);
  });

  it("is in reports with what was used", async () => {
    const query = { group_by: "provider", from: "2026-01-01", to: "2100-01-01" } as const;
    const { data } = await server.admin.usage.summary({ query });
    const imported = data.filter(({ group }) => JSON.stringify(group).includes("imported"));
    const cost = imported.reduce((sum, one) => sum + parseUsd(one.cost_usd), 0);
    const requests = imported.reduce((sum, one) => sum + one.requests, 0);
    expect({ cost: formatUsd(cost), requests }).toEqual(wanted.usage);
  });
});

describe("LiteLLM's own client", () => {
  it("sees to keys, users, teams and models of the server", async () => {
    const driver = join(import.meta.dirname, "client.py");
    const options = { env: { ...process.env, ...quietly }, maxBuffer: 64 * 1024 * 1024 };
    const asked = [driver, `${server.url}/litellm`, server.adminKey];
    const told: unknown = JSON.parse((await promisify(execFile)(python, asked, options)).stdout);
    expect(told).toMatchObject({
      user: { user_info: { user_email: "client@example.com", max_budget: 5 } },
      made: { key: expect.stringMatching(/^gk-/), models: ["smart"], key_alias: "by the client" },
      info: { info: { key_alias: "by the client" } },
      updated: { models: ["cheap"] },
      listed: { total_count: 1, keys: [{ models: ["cheap"] }] },
      deleted: { deleted_keys: [expect.stringMatching(/^gk-/)] },
      readiness: { status: "connected" },
      ...{ gone: 1, stranger: "UnauthorizedError" },
    });
    const { teams, models, model_info: infos } = told as Record<"teams" | "models" | "model_info", object[]>;
    expect(teams.map((team) => Reflect.get(team, "team_alias"))).toEqual(
      expect.arrayContaining(["Research", "Sales", "Operations"]),
    );
    expect(models.map((model) => Reflect.get(model, "id"))).toEqual(
      expect.arrayContaining(["smart", "cheap", "stored"]),
    );
    expect(infos.length).toBeGreaterThan(2);
  });

  it("lists keys on its command line", async () => {
    const env = {
      ...process.env,
      ...quietly,
      LITELLM_PROXY_URL: `${server.url}/litellm`,
      LITELLM_PROXY_API_KEY: server.adminKey,
    };
    const { stdout } = await promisify(execFile)(proxyCli, ["keys", "list", "--format", "json", "--size", "100"], {
      env,
    });
    expect(stdout).toContain("research-1");
  });
});
