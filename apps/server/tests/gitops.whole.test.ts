// A server whose configuration file changes while it runs: settings come in force without a stream being cut, and what the file declares
// is what the server has. With one thread over SQLite, and with two workers over PostgreSQL where there is one.

import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFakeUpstream, type FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { startWholeServer, type WholeServer } from "./support/whole-server.ts";

const patience = { timeout: 20_000, interval: 50 };
const key = "a-key-of-continuous-integration-0123456789";

const engines = availableEngines();

describe.each([
  ["one thread", "1", engines.at(0)],
  ["two workers", "2", engines.at(-1)],
])("by %s", (_, workers, engine) => {
  let directory: string;
  let database: TestDatabase | undefined;
  let vendor: FakeUpstream;
  let server: WholeServer;

  const base = (more = "", settings = ""): string => `
${settings}
providers:
  - name: main
    type: openai
    base_url: ${vendor.url}/v1
    api_key: \${VENDOR_KEY}
    limits: { requests_per_minute: 1000 }
    models:
      gpt-4o: { input_price_usd: 2.50, output_price_usd: 10 }
teams:
  - name: red
    budget_usd: 100
    budgets: [{ period: day, amount_usd: 5 }]
aliases:
  - name: fast
    targets: [{ provider: main, model: gpt-4o }]
keys:
  - name: ci
    secret: file:${directory}/key
    team: red
    permissions: { models: [fast] }
${more}`;

  const file = () => join(directory, "ghostllm.yaml");
  async function write(text: string): Promise<void> {
    await writeFile(`${file()}.new`, text);
    await rename(`${file()}.new`, file());
  }
  async function put(text: string): Promise<void> {
    await write(text);
    await server.reload();
  }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "ghostllm-gitops-"));
    await writeFile(join(directory, "key"), `${key}\n`, { mode: 0o600 });
    vendor = await startFakeUpstream();
    await write(base());
    database = engine?.name === "postgres" ? await engine.create() : undefined;
    const ofDatabase = database && { DATABASE_URL: database.databaseUrl ?? "" };
    const environment = { GHOSTLLM_CONFIG: file(), VENDOR_KEY: "sk-vendor", SERVER_WORKERS: workers, ...ofDatabase };
    server = await startWholeServer(environment);
  });
  beforeEach(() => {
    vendor.clear();
    vendor.script({ kind: "chat", text: "one two three", usage: { prompt_tokens: 7, completion_tokens: 3 } });
  });
  afterEach(() => put(base()));
  afterAll(async () => {
    await server.close();
    await database?.dispose();
    await vendor.close();
    await rm(directory, { recursive: true, force: true });
  });

  const ask = (change: object = {}, secret = key, signal?: AbortSignal): Promise<Response> =>
    fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json", connection: "close" },
      body: JSON.stringify({ model: "fast", messages: [{ role: "user", content: "Hi" }], ...change }),
      ...(signal && { signal }),
    });
  const statusOf = async (change: object = {}, secret = key): Promise<number> => {
    const response = await ask(change, secret);
    await response.text();
    return response.status;
  };
  const keys = async () => (await server.admin.apiKeys.list({ query: { q: "ci" } })).data;
  const metric = async (name: string): Promise<string | undefined> =>
    new RegExp(`^${name} (\\S+)$`, "m").exec(await (await fetch(`${server.url}/metrics`)).text())?.[1];

  it("answers a key, an alias and a provider that the file declares, with its prices, and shows where they stand", async () => {
    const response = await ask();
    expect([response.status, response.headers.get("x-ghostllm-cost-usd")]).toEqual([200, "0.0000475"]);
    expect(vendor.received[0]?.headers["authorization"]).toBe("Bearer sk-vendor");
    const { admin } = server;
    expect((await keys())[0]).toMatchObject({ name: "ci", owner: "team", declared: "ghostllm.yaml:19" });
    expect((await admin.providers.list({ query: {} })).data).toMatchObject([
      { name: "main", declared: "ghostllm.yaml:4", limits: { requests_per_minute: 1000 } },
    ]);
    expect((await admin.aliases.list({ query: {} })).data).toMatchObject([
      { name: "fast", declared: expect.stringMatching(/ghostllm\.yaml:\d+/) },
    ]);
    expect((await admin.teams.list({ query: {} })).data).toMatchObject([
      { name: "red", budget_usd: "100", declared: expect.any(String) },
    ]);
    const models = (await admin.models.list({ query: { q: "gpt-4o" } })).data;
    expect(models.find(({ name }) => name === "gpt-4o")).toMatchObject({
      input_price_usd: "2.5",
      declared: expect.any(String),
    });
    expect(await admin.system.declared({})).toMatchObject({ state: "in_force", differences: [], problems: [] });
  });

  it("refuses to change it in any other way, and names the file", async () => {
    const { admin } = server;
    const [one] = await keys();
    const [provider] = (await admin.providers.list({ query: {} })).data;
    const [team] = (await admin.teams.list({ query: {} })).data;
    const [alias] = (await admin.aliases.list({ query: {} })).data;
    const model = (await admin.models.list({ query: { q: "gpt-4o" } })).data.find(({ declared }) => declared !== null);
    const params = (of: { readonly id: string } | undefined) => ({ params: { id: of?.id ?? "" } });
    const refused = { status: 409, code: "conflict", message: expect.stringContaining("ghostllm.yaml:") };
    for (const change of [
      () => admin.apiKeys.update({ ...params(one), body: { name: "x" } }),
      () => admin.apiKeys.rotate({ ...params(one), body: {} }),
      () => admin.apiKeys.revoke(params(one)),
      () => admin.providers.update({ ...params(provider), body: { enabled: false } }),
      () => admin.providers.remove(params(provider)),
      () => admin.models.update({ ...params(model), body: { quality: 3 } }),
      () => admin.models.remove(params(model)),
      () => admin.teams.update({ ...params(team), body: { name: "x" } }),
      () => admin.teams.remove(params(team)),
      () => admin.aliases.update({ ...params(alias), body: { name: "x" } }),
      () => admin.aliases.remove(params(alias)),
    ])
      await expect(change()).rejects.toMatchObject(refused);
    const inBulk = await admin.bulk.run({ body: { operations: [{ op: "apiKeys.revoke", ...params(one) }] } });
    expect(inBulk.results).toMatchObject([{ status: 409 }]);
    expect(await statusOf()).toBe(200);
    expect((await admin.providers.test(params(provider))).message).not.toBe("");
  });

  it("puts another timeout in force for new requests, and leaves a stream whole that runs", async () => {
    await put(base("", "timeouts: { idle_ms: 60s }"));
    vendor.clear();
    vendor.script({ kind: "chat", text: "one two three four five six", paceMs: 700 });
    const running = ask({ stream: true });
    await vi.waitUntil(() => vendor.received.length === 1, patience);
    await put(base("", "timeouts: { idle_ms: 250 }\nlimits: { body_bytes: 2KiB }"));
    vendor.clear();
    vendor.script({ kind: "chat", text: "one two three", paceMs: 5_000 });
    const slow = await ask({ stream: true });
    const cut = await slow.text().catch(() => "cut");
    expect(cut).not.toContain("[DONE]");
    expect(await statusOf({ user: "x".repeat(3_000) })).toBe(413);
    const text = await (await running).text();
    expect(text).toContain("[DONE]");
    expect(text).not.toContain('"error"');
    const { settings } = await server.admin.system.configuration({});
    expect(settings.find(({ path }) => path === "timeouts.idle_ms")).toMatchObject({
      value: 250,
      is_live: true,
      waiting: null,
    });
    const [entry] = (await server.admin.audit.list({ query: { action: "configuration.reloaded" } })).data;
    expect(entry).toMatchObject({ actor: { kind: "configuration", name: "ghostllm.yaml" } });
    expect(entry?.changes).toContainEqual({ field: "timeouts.idle_ms", before: "1 min", after: "250 ms" });
  }, 30_000);

  it("says what needs a restart", async () => {
    await put(base("", "server: { hsts_seconds: 7 }"));
    const { settings } = await server.admin.system.configuration({});
    expect(settings.find(({ path }) => path === "server.hsts_seconds")).toMatchObject({
      value: 31_536_000,
      is_live: false,
      waiting: "7",
    });
    expect(server.logged.join("")).toContain("needs a restart");
  });

  it("takes nothing of a file with a fault, and says so until it is mended", async () => {
    await put(base("  - { name: b, sha256: x, team: red }", "timeouts: { idle_ms: 77 }\nlog_levle: info"));
    const { settings, problems } = await server.admin.system.configuration({});
    expect(settings.find(({ path }) => path === "timeouts.idle_ms")?.value).toBe(300_000);
    expect(problems.map(({ place }) => place)).toEqual([
      "ghostllm.yaml:3:1 log_levle",
      expect.stringMatching(/^ghostllm\.yaml:\d+:\d+ keys\.1\.sha256$/),
    ]);
    await vi.waitUntil(async () => (await metric("ghostllm_config_last_reload_successful")) === "0", patience);
    const health = (await (await fetch(`${server.url}/health`)).json()) as { status: string };
    expect(health.status).toBe("degraded");
    expect(await statusOf()).toBe(200);
    await put(base());
    await vi.waitUntil(async () => (await metric("ghostllm_config_last_reload_successful")) === "1", patience);
    expect((await server.admin.system.configuration({})).problems).toEqual([]);
  });

  it("applies all of what is declared or nothing", async () => {
    await put(
      base("aliases2: []").replace("aliases2: []", "  - { name: other, sha256: " + "ab".repeat(32) + ", team: blue }"),
    );
    const { state, problems } = await server.admin.system.declared({});
    expect(state).toBe("refused");
    expect(problems).toMatchObject([
      {
        place: expect.stringMatching(/^ghostllm\.yaml:\d+:\d+ keys\.1\.team$/),
        message: expect.stringContaining("There is no team 'blue'"),
      },
    ]);
    expect((await server.admin.apiKeys.list({ query: { q: "other" } })).data).toEqual([]);
    expect(await statusOf()).toBe(200);
  });

  it("follows the file by itself when another one is put in its place", async () => {
    await write(base().replace("budget_usd: 100", "budget_usd: 101"));
    const budget = async () => (await server.admin.teams.list({ query: {} })).data[0]?.budget_usd;
    await vi.waitFor(async () => expect(await budget()).toBe("101"), patience);
    const linked = join(directory, "..data");
    await mkdir(join(directory, "v1"));
    await writeFile(join(directory, "v1", "ghostllm.yaml"), base().replace("budget_usd: 100", "budget_usd: 102"));
    await symlink("v1", linked);
    await rm(file());
    await symlink("..data/ghostllm.yaml", file());
    await vi.waitFor(async () => expect(await budget()).toBe("102"), patience);
    await mkdir(join(directory, "v2"));
    await writeFile(join(directory, "v2", "ghostllm.yaml"), base().replace("budget_usd: 100", "budget_usd: 103"));
    await symlink("v2", `${linked}.new`);
    await rename(`${linked}.new`, linked);
    await vi.waitFor(async () => expect(await budget()).toBe("103"), patience);
  }, 60_000);

  it("keeps what was spent and counted when it is renamed or its secret is another one", async () => {
    await statusOf();
    const [before] = await keys();
    const renamed = base()
      .replace("name: red", "name: crimson\n    was: red")
      .replaceAll("team: red", "team: crimson")
      .replace("name: ci", "name: ci-2");
    await put(renamed);
    const [after] = await keys();
    expect(after).toMatchObject({ id: before?.id, name: "ci-2", team_id: before?.team_id });
    await writeFile(join(directory, "key"), "another-key-of-integration-9876543210");
    await put(renamed);
    expect([await statusOf(), await statusOf({}, "another-key-of-integration-9876543210")]).toEqual([401, 200]);
    expect((await keys())[0]?.id).toBe(before?.id);
    await writeFile(join(directory, "key"), key);
    await put(
      base().replace("name: red", "name: red\n    was: crimson").replace("name: ci", "name: ci\n    was: ci-2"),
    );
    expect(await statusOf()).toBe(200);
    expect((await server.admin.teams.list({ query: {} })).data).toMatchObject([{ name: "red", id: before?.team_id }]);
  });

  it("revokes, deletes and disables what is no more in it, and has it back as it was", async () => {
    const [before] = await keys();
    const [providers, rest] = base().split("teams:");
    await put(providers ?? "");
    expect(rest).toContain("keys:");
    expect(await statusOf()).toBe(401);
    expect((await server.admin.apiKeys.list({ query: { is_active: "false" } })).data).toMatchObject([
      { id: before?.id, declared: null },
    ]);
    expect((await server.admin.aliases.list({ query: {} })).data).toEqual([]);
    expect((await server.admin.teams.list({ query: {} })).data).toMatchObject([{ name: "red", declared: null }]);
    await put("providers: []");
    expect((await server.admin.providers.list({ query: {} })).data).toMatchObject([
      { name: "main", enabled: false, declared: null },
    ]);
    await put(base());
    expect(await statusOf()).toBe(200);
    expect(await keys()).toMatchObject([{ id: before?.id, declared: expect.any(String) }]);
  });

  it("takes over what an operator had made, and shows before what would become of it", async () => {
    const { admin } = server;
    const targets = [{ provider: "main", model: "gpt-4o" }];
    const { id } = await admin.aliases.create({ body: { name: "slow", strategy: "weighted", targets } });
    const more = base().replace("keys:", "  - name: slow\n    targets: [{ provider: main, model: gpt-4o }]\nkeys:");
    await put(more);
    expect(await admin.aliases.get({ params: { id } })).toMatchObject({
      strategy: "ordered",
      declared: expect.any(String),
    });
    const [entry] = (await admin.audit.list({ query: { action: "alias.changed" } })).data;
    expect(entry).toMatchObject({ actor: { kind: "configuration" }, object: { id } });
  });

  it("leaves alone what it says nothing of", async () => {
    await put("log_level: info");
    expect(await statusOf()).toBe(200);
    expect((await keys())[0]?.declared).not.toBeNull();
  });
});
