// What the configuration file declares, at two instances on one database: applied once, never turned back by an instance that has an older
// file, and whole or not at all where an instance is killed in the middle.

import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient } from "@ghostllm/contract/client";
import { type FakeUpstream, startFakeUpstream } from "@ghostllm/fake-upstream";
import { Client as Postgres } from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startPostgres, type ThrowAwayPostgres } from "../../tools/postgres.ts";
import { hasRedis, startRedis, type ThrowAwayRedis } from "../../tools/redis.ts";
import { type ReadyServer, startServer } from "../support/server.ts";

const isThere = hasRedis();
const patience = { timeout: 40_000, interval: 100 };
const adminKey = "admin-of-all-instances-0123456789";
const key = "a-key-of-continuous-integration-0123456789";
/** An instance looks every five seconds whether an older file counts. */
const someLooksMs = 12_000;
/** When nobody has had the file in force for a minute, as others see it. */
const orphanedPatience = { timeout: 120_000, interval: 500 };

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Budgets tell them apart. */
function fileOf(budgetUsd: number, others = ""): string {
  return `
providers:
  - { name: main, type: openai, base_url: "\${VENDOR_URL}", api_key: sk-vendor }
teams:
  - { name: red, budget_usd: ${budgetUsd} }
aliases:
  - name: fast
    targets: [{ provider: main, model: gpt-4o }]
keys:
  - name: ci
    sha256: ${sha256(key)}
    team: red
${others}`;
}

const another = `  - { name: other, sha256: ${"ab".repeat(32)}, team: red }`;

interface Place {
  readonly directory: string;
  readonly file: string;
  server: ReadyServer;
  readonly admin: Client;
}

describe.skipIf(!isThere)("a file that two instances on one database have", () => {
  let directory: string;
  let vendor: FakeUpstream;
  let postgres: ThrowAwayPostgres;
  let redis: ThrowAwayRedis;
  let one: Place;
  let other: Place;

  async function put(file: string, text: string): Promise<void> {
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  }

  function start(file: string, dataDir: string): Promise<ReadyServer> {
    const environment = {
      ...{ REDIS_URL: redis.url, ENCRYPTION_KEY: "0123456789abcdef".repeat(4), ADMIN_API_KEY: adminKey },
      ...{ GHOSTLLM_DATABASE_LEASE_MS: "2000", GHOSTLLM_CONFIG: file, VENDOR_URL: `${vendor.url}/v1` },
    };
    return startServer({ databaseUrl: postgres.url, dataDir, environment });
  }

  async function place(name: string, text: string): Promise<Place> {
    const own = join(directory, name);
    await mkdir(join(own, "data"), { recursive: true });
    const file = join(own, "ghostllm.yaml");
    await put(file, text);
    const made: Place = {
      ...{ directory: own, file, server: await start(file, join(own, "data")) },
      get admin() {
        return createClient({ baseUrl: made.server.url, apiKey: adminKey });
      },
    };
    return made;
  }

  async function startAgain(at: Place): Promise<void> {
    at.server = await start(at.file, join(at.directory, "data"));
  }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "ghostllm-declared-"));
    vendor = await startFakeUpstream({ script: () => ({ kind: "chat", text: "pong" }), remember: 0 });
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    [one, other] = await Promise.all([place("one", fileOf(100)), place("other", fileOf(100))]);
  }, 120_000);

  afterAll(async () => {
    await Promise.all([one, other].map((at) => at?.server.stop()));
    await redis?.dispose();
    await postgres?.dispose();
    await vendor?.close();
    await rm(directory, { recursive: true, force: true });
  });

  const budgetAt = async ({ admin }: Place) => (await admin.teams.list({ query: { q: "red" } })).data[0]?.budget_usd;
  const stateAt = ({ admin }: Place) => admin.system.declared({});
  const keysAt = async ({ admin }: Place) =>
    (await admin.apiKeys.list({ query: { is_active: "true" } })).data.map(({ name }) => name).toSorted();
  const applied = async () =>
    (await other.admin.audit.list({ query: { action: "configuration.applied" } })).data.length;
  async function askAt({ server }: Place): Promise<number> {
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", connection: "close" },
      body: JSON.stringify({ model: "fast", messages: [{ role: "user", content: "ping" }] }),
    });
    await response.arrayBuffer();
    return response.status;
  }

  async function isTaken({ server }: Place): Promise<boolean> {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    return /^ghostllm_config_last_reload_successful 1$/m.test(text);
  }

  it("is applied once where both start at the same moment with an empty database", async () => {
    for (const at of [one, other]) {
      expect(await stateAt(at)).toMatchObject({ state: "in_force", problems: [], differences: [] });
      expect(await askAt(at)).toBe(200);
      expect(at.server.stderr + at.server.stdout).not.toMatch(/cannot be applied|"level":(50|60|"error")/);
    }
    const { admin } = one;
    const [teams, providers, aliases] = await Promise.all([
      admin.teams.list({ query: {} }),
      admin.providers.list({ query: {} }),
      admin.aliases.list({ query: {} }),
    ]);
    expect([teams, providers, aliases].map(({ data }) => data.map(({ name }) => name))).toEqual([
      ["red"],
      ["main"],
      ["fast"],
    ]);
    expect((await keysAt(one)).filter((name) => name === "ci")).toHaveLength(1);
    expect(await applied()).toBe(1);
  });

  it("is applied once when it is newer at one of them, and the other shows what differs", async () => {
    await put(one.file, fileOf(200, another));
    await vi.waitFor(async () => expect(await budgetAt(other)).toBe("200"), patience);
    await vi.waitFor(async () => expect((await stateAt(one)).state).toBe("in_force"), patience);
    const { state, differences, applied: last } = await stateAt(other);
    expect([state, last?.digest]).toEqual(["older", (await stateAt(one)).applied?.digest]);
    expect(differences).toMatchObject([
      { kind: "key", name: "other", deed: "revoked" },
      { kind: "team", name: "red", differences: [{ field: "budget_usd", stored: "200", declared: "100" }] },
    ]);
    expect(await applied()).toBe(2);
  });

  it("is not turned back by the one that has the older file, nor when that is started again", async () => {
    await sleep(someLooksMs);
    expect([await budgetAt(one), await applied()]).toEqual(["200", 2]);
    await other.server.stop();
    await startAgain(other);
    expect([await budgetAt(other), (await stateAt(other)).state, await applied()]).toEqual(["200", "older", 2]);
    expect([await askAt(one), await askAt(other)]).toEqual([200, 200]);
  });

  it("is in force at both when both have the same again", async () => {
    await put(other.file, fileOf(200, another));
    await vi.waitFor(async () => expect((await stateAt(other)).state).toBe("in_force"), patience);
    expect([(await stateAt(other)).differences, await applied()]).toEqual([[], 2]);
  });

  it("is whole when the one that applies it is killed in the middle, by the other", async () => {
    const database = new Postgres({ connectionString: postgres.url });
    const observer = new Postgres({ connectionString: postgres.url });
    await Promise.all([database.connect(), observer.connect()]);
    try {
      // What was applied is noted last.
      await database.query("begin");
      await database.query("lock table settings in share mode");
      await put(one.file, fileOf(300));
      const waiting =
        "select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and query ~ 'settings'";
      await vi.waitFor(async () => expect((await observer.query(waiting)).rows).toEqual([{ n: 1 }]), patience);
      await put(other.file, fileOf(300));
      await sleep(3_000);
      await one.server.kill();
      expect([await budgetAt(other), await keysAt(other), await applied()]).toEqual([
        "200",
        expect.arrayContaining(["other"]),
        2,
      ]);
      expect(await askAt(other)).toBe(200);
    } finally {
      await database.query("rollback");
      await Promise.all([database.end(), observer.end()]);
    }
    await vi.waitFor(async () => expect(await budgetAt(other)).toBe("300"), patience);
    await vi.waitFor(async () => expect((await stateAt(other)).state).toBe("in_force"), patience);
    expect([await keysAt(other), await applied()]).toEqual([expect.not.arrayContaining(["other"]), 3]);
    await startAgain(one);
    expect(await stateAt(one)).toMatchObject({ state: "in_force", differences: [] });
    expect(await applied()).toBe(3);
  });

  it("is applied by whoever asks for it, though it is older, and once where that is asked again", async () => {
    await put(one.file, fileOf(400));
    await vi.waitFor(async () => expect(await budgetAt(other)).toBe("400"), patience);
    const ask = async () => {
      const response = await fetch(`${other.server.url}/admin/configuration/declared/apply`, {
        method: "POST",
        headers: { authorization: `Bearer ${adminKey}`, "idempotency-key": "once" },
      });
      return [response.status, await response.json()];
    };
    const first = await ask();
    expect(first).toEqual([200, expect.anything()]);
    expect(await ask()).toEqual(first);
    await sleep(someLooksMs);
    expect([await budgetAt(one), (await stateAt(one)).state, (await stateAt(other)).state, await applied()]).toEqual([
      ...["300", "older", "in_force", 5],
    ]);
  });

  it("is turned back when no instance has had it for a minute", async () => {
    await other.server.kill();
    await vi.waitFor(async () => expect(await budgetAt(one)).toBe("400"), orphanedPatience);
    expect((await stateAt(one)).state).toBe("in_force");
    await startAgain(other);
    expect([await budgetAt(one), (await stateAt(other)).state]).toEqual(["400", "older"]);
  });

  it("is applied at one while the other is asked what differs, in another order, without a deadlock", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `k${index}`);
    const keysOf = (some: readonly string[], budgetUsd: number): string =>
      some
        .map((name) => `  - { name: ${name}, sha256: ${sha256(name)}, team: red, budget_usd: ${budgetUsd} }`)
        .join("\n");
    await put(other.file, fileOf(500, keysOf(names.toReversed(), 5)));
    await vi.waitFor(async () => expect((await stateAt(other)).state).toBe("in_force"), patience);
    const over = new AbortController();
    const looking = Array.from({ length: 4 }, async () => {
      while (!over.signal.aborted) await stateAt(other);
    });
    for (const budgetUsd of [6, 7, 8, 9]) {
      const before = (await stateAt(one)).applied?.digest;
      await put(one.file, fileOf(500, keysOf(names, budgetUsd)));
      const isApplied = async () => expect((await stateAt(one)).applied?.digest).not.toBe(before);
      await vi.waitFor(isApplied, { ...patience, interval: 500 });
    }
    over.abort();
    await Promise.all(looking);
    for (const { server } of [one, other]) expect(server.stdout + server.stderr).not.toMatch(/deadlock/i);
    expect((await stateAt(one)).state).toBe("in_force");
  });

  it("comes in force with its settings when the database is there again, where it was away as the file changed", async () => {
    await postgres.stop();
    await put(one.file, `timeouts: { idle_ms: 4321 }\n${fileOf(700)}`);
    await vi.waitFor(async () => expect(await isTaken(one)).toBe(false), patience);
    await postgres.start();
    await vi.waitFor(async () => expect([await budgetAt(one), await isTaken(one)]).toEqual(["700", true]), patience);
    const { settings } = await one.admin.system.configuration({});
    expect(settings.find(({ path }) => path === "timeouts.idle_ms")?.value).toBe(4_321);
  });
});
