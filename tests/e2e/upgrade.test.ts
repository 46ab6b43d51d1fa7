// A data directory that the server of an older commit has left (past/make.ts says how), killed with records in its journal: this one brings
// it up to its schema, and nothing is lost or counted twice.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { formatUsd, parseUsd } from "@ghostllm/contract";
import { type FakeUpstream, startFakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { allMigrations } from "../../apps/server/src/control/store/migrations/all.ts";
import { listUsage } from "../support/admin.ts";
import { type ReadyServer, startServer } from "../support/server.ts";
import facts from "./past/facts.json" with { type: "json" };

const patient = { timeout: 30_000, interval: 200 };
const packed = join(import.meta.dirname, "past/data.tar.gz");
const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
const ofOneMore = 100 * 3_170 + 10 * 11_300;

let vendor: FakeUpstream;
let dataDir: string;
let server: ReadyServer;
let before: readonly string[];

function appliedMigrations(): readonly string[] {
  const database = new Database(join(dataDir, "ghostllm.db"));
  const rows = database.prepare("select name from schema_migrations order by number").all();
  database.close();
  return rows.map((row) => String(Reflect.get(Object(row), "name")));
}

beforeAll(async () => {
  vendor = await startFakeUpstream({ script: { kind: "chat", text: "as ever", usage } });
  dataDir = mkdtempSync(join(tmpdir(), "ghostllm-upgrade-"));
  execFileSync("tar", ["-xzf", packed, "-C", dataDir]);
  before = appliedMigrations();
  const environment = { ENCRYPTION_KEY: facts.encryptionKey, HTTP_PROXY: vendor.url };
  server = await startServer({ dataDir, environment });
});
afterAll(async () => {
  await server?.stop();
  await vendor.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const ask = (key: string, model: string): Promise<Response> =>
  fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, max_tokens: 20, messages: [{ role: "user", content: "Hello again" }] }),
  });
const spentByKeys = async (): Promise<readonly number[]> => {
  const keys = facts.keys.map(({ id }) => server.admin.apiKeys.get({ params: { id } }));
  return (await Promise.all(keys)).map(({ spent_usd: spent }) => parseUsd(spent));
};
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

describe(`a data directory of ${facts.commit}`, () => {
  it("is brought up to the schema of this one", () => {
    expect(before.length).toBeGreaterThan(40);
    expect(before.length).toBeLessThan(allMigrations.length - 10);
    expect(appliedMigrations()).toEqual(allMigrations.map(({ name }) => name));
  });

  it("has every request once, with what was in the journal, to the nano-USD", async () => {
    await vi.waitFor(async () => expect(sumOf(await spentByKeys())).toBe(facts.costNanos), patient);
    const rows = await listUsage(server.admin);
    expect(rows).toHaveLength(facts.requests);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(facts.requests);
    expect(sumOf(rows.map(({ cost_usd: cost }) => parseUsd(cost ?? "0")))).toBe(facts.costNanos);
    const { total } = await server.admin.usage.summary({ query: {} });
    expect([total.requests, total.cost_usd]).toEqual([facts.requests, formatUsd(facts.costNanos)]);
    expect(readdirSync(join(dataDir, "journal")).filter((name) => name.endsWith(".rejected"))).toEqual([]);
  });

  it("has its people, teams, budgets and aliases", async () => {
    const users = (await server.admin.users.list({ query: { limit: 100 } })).data;
    expect(users.map(({ email }) => email)).toEqual(expect.arrayContaining(["ada@past.example", "grace@past.example"]));
    const team = await server.admin.teams.get({ params: { id: facts.team } });
    expect(team).toMatchObject({ name: "Night shift", budget_usd: "100", members: 2, keys: 2 });
    expect(parseUsd(team.spent_usd)).toBe(facts.costNanos);
    const key = await server.admin.apiKeys.get({ params: { id: facts.keys[0]?.id ?? "" } });
    expect(key).toMatchObject({ name: "ada", budget_usd: "20", limits: { requests_per_minute: 1_000 } });
    const aliases = (await server.admin.aliases.list({ query: { limit: 100 } })).data;
    const best = aliases.find(({ name }) => name === "best");
    expect(best?.targets.map(({ model }) => model)).toEqual(["dear", "m"]);
  });

  it("answers its keys, with the vendor's credential that was sealed then, and counts on", async () => {
    const spent = await spentByKeys();
    for (const [index, { key }] of facts.keys.entries()) {
      const response = await ask(key, index === 0 ? "best" : "v/m");
      expect([response.status, await response.text()]).toEqual([200, expect.stringContaining("as ever")]);
    }
    expect(vendor.received.map(({ headers }) => headers.authorization)).toEqual(
      facts.keys.map(() => "Bearer sk-of-the-past"),
    );
    const after = spent.map((nanos) => nanos + ofOneMore);
    await vi.waitFor(async () => expect(await spentByKeys()).toEqual(after), patient);
  });

  it("has an audit log whose chain is whole, from then on until now", async () => {
    await server.admin.users.create({ body: { email: "new@past.example" } });
    const verified = await server.admin.audit.verify({ query: {} });
    expect(verified).toMatchObject({ ok: true, problem: null, next: null });
    const { data } = await server.admin.audit.list({ query: { limit: 200 } });
    expect(data.length).toBeGreaterThan(facts.keys.length * 3);
  });
});
