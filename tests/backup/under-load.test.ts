// A backup is made while 200 requests come in a second; the server is killed; the backup is restored elsewhere, into the same engine and
// from SQLite into PostgreSQL, and compared to the nano-USD. What is wrong with a backup is found by the command line.

import { execFile } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startFakeUpstream, type FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { availableEngines, createDirectory, type TestDatabase } from "../../apps/server/tests/store-support/engines.ts";
import { openMigrated, readTotals } from "../../apps/server/tests/store-support/open.ts";
import { createRecord } from "../../apps/server/tests/store-support/records.ts";
import { readDatabase } from "../../apps/server/src/control/store/backup/backup-source.ts";
import { RowSum } from "../../apps/server/src/control/store/backup/table-lines.ts";
import { readJournal } from "../../apps/server/src/control/backup/journal-files.ts";
import { createAccount } from "../support/admin.ts";
import { type ReadyServer, startServer } from "../support/server.ts";
import { percentile, startLoad, type SteadyLoad } from "./steady-load.ts";

const passphrase = "five words that nobody guesses";
const perSecond = 200;
const pastRequests = Number(process.env["GHOSTLLM_BACKUP_ROWS"] ?? 20_000);
const program = fileURLToPath(new URL("../../apps/cli/src/main.ts", import.meta.url));
const run = promisify(execFile);
const log = { warn: () => {} };

/** The command line, as an operator has it. Rejects where it ends with another code than 0. */
async function ghostllm(
  words: readonly string[],
  { databaseUrl, dataDir }: Pick<TestDatabase, "databaseUrl" | "dataDir">,
) {
  const database = databaseUrl === null ? {} : { DATABASE_URL: databaseUrl };
  const env = { PATH: process.env["PATH"], GHOSTLLM_DATA_DIR: dataDir, BACKUP_PASSPHRASE: passphrase, ...database };
  const { stdout } = await run(process.execPath, [program, ...words, "--json"], { env, cwd: dataDir, maxBuffer: 1e8 });
  return JSON.parse(stdout) as Record<string, unknown>;
}

const fails = async (words: readonly string[], database: TestDatabase): Promise<string> =>
  ghostllm(words, database).then(
    () => "",
    (error: { readonly stdout?: string; readonly stderr?: string }) => `${error.stdout ?? ""}${error.stderr ?? ""}`,
  );

interface Cost {
  readonly id: string;
  readonly cost: number;
}

interface Stage {
  readonly vendor: FakeUpstream;
  readonly database: TestDatabase;
  readonly server: ReadyServer;
  readonly key: string;
  readonly keyId: string;
  readonly place: string;
  readonly remove: () => Promise<void>;
}

/** With a past, so that the backup takes a while. */
async function setStage(database: TestDatabase): Promise<Stage> {
  const store = await openMigrated(database);
  const now = Date.now();
  for (let made = 0; made < pastRequests; made += 2_000) {
    const times = Array.from({ length: 2_000 }, (_, index) => now - 86_400_000 - (made + index) * 1_000);
    await store.usage.insert(times.map((createdAt) => createRecord({ createdAt, costNanos: 1_234_567 })));
  }
  await store.close();
  const [vendor, directory] = [await startFakeUpstream({ remember: 0 }), await createDirectory()];
  const usage = { prompt_tokens: 311, completion_tokens: 47, total_tokens: 358 };
  vendor.script({ kind: "chat", text: "an answer of a few words", usage });
  const server = await startServer({ ...database, environment: { LOG_LEVEL: "error" } });
  const about = { name: "v", provider_type: "openai-compatible", base_url: `${vendor.url}/v1`, api_key: "sk-vendor" };
  const { id } = await server.admin.providers.create({ body: about });
  const prices = { input_price_usd: "3.17", output_price_usd: "11.3" };
  await server.admin.models.create({ body: { provider_id: id, name: "m", ...prices } });
  const { key, keyId } = await createAccount(server.admin, { key: { budget_usd: "1000" } });
  const remove = async (): Promise<void> => {
    await vendor.close();
    await directory.remove();
  };
  return { vendor, database, server, key, keyId, place: directory.path, remove };
}

/** What the killed server has: in its database, and in its journal. */
async function knownOf(database: TestDatabase): Promise<ReadonlyMap<string, number>> {
  const known = new Map<string, number>();
  for await (const { text } of readJournal(database.dataDir)) {
    for (const line of text.toString("utf8").split("\n").slice(0, -1)) {
      const record = JSON.parse(line) as { id?: string; costNanos?: number };
      if (record.id !== undefined) known.set(record.id, record.costNanos ?? 0);
    }
  }
  for (const { id, cost } of await costsOf(database)) known.set(id, cost);
  return known;
}

async function costsOf({ databaseUrl, dataDir }: TestDatabase): Promise<readonly Cost[]> {
  return readDatabase({ databaseUrl, dataDir, log }, async (source) => {
    const table = source.tables.find(({ name }) => name === "usage_logs");
    if (table === undefined) return [];
    const [id, cost] = [table.columns.indexOf("id"), table.columns.indexOf("cost")];
    const costs: Cost[] = [];
    for await (const lines of source.lines(table)) {
      for (const line of lines) {
        const cells = JSON.parse(line) as readonly (string | number | null)[];
        costs.push({ id: String(cells[id]), cost: Number(cells[cost] ?? 0) });
      }
    }
    return costs;
  });
}

/** Of the tables that requests do not change. */
async function restingTables({ databaseUrl, dataDir }: TestDatabase): Promise<ReadonlyMap<string, string>> {
  const moving = /^(?:usage_|spend$|api_keys$|stored_objects$|backup_runs$|outbox|settings$|object_versions$)/;
  return readDatabase({ databaseUrl, dataDir, log }, async (source) => {
    const sums = new Map<string, string>();
    for (const table of source.tables.filter(({ name }) => !moving.test(name))) {
      const sum = new RowSum();
      for await (const lines of source.lines(table)) for (const line of lines) sum.add(line);
      sums.set(table.name, `${sum.rows} ${sum.text}`);
    }
    return sums;
  });
}

function tell(engine: string, load: SteadyLoad, from: number, to: number): number {
  const of = (within: (at: number) => boolean): readonly number[] =>
    load.answered.filter(({ askedAt }) => within(askedAt)).map(({ ms }) => ms);
  const [before, during] = [of((at) => at < from - 500), of((at) => at >= from && at <= to)];
  const said = [before, during].map((some) => {
    const [half, most] = [0.5, 0.99].map((share) => percentile(some, share).toFixed(1));
    return `${some.length} requests, p50 ${half} ms, p99 ${most} ms`;
  });
  process.stderr.write(
    `${engine}: before the backup ${said[0]}; during ${said[1]}, ${((to - from) / 1_000).toFixed(1)} s\n`,
  );
  return during.length;
}

const engines = availableEngines();
const [sqlite] = engines;
const ways = engines.map((engine) => ({ from: engine, into: engine }));
if (sqlite !== undefined && engines.length > 1) ways.push(...engines.slice(1).map((into) => ({ from: sqlite, into })));

describe.each(ways)("a backup of $from.name under load, restored into $into.name", ({ from, into }) => {
  let stage: Stage;
  let target: TestDatabase;
  let made: Record<string, unknown>;
  let answeredBefore: number;

  beforeAll(async () => {
    stage = await setStage(await from.create());
    target = await into.createEmpty();
  });
  afterAll(async () => {
    await stage.server.kill();
    await stage.remove();
    await Promise.all([stage.database.dispose(), target.dispose()]);
  });

  test("is made while requests are answered, and the server is killed", async () => {
    const { server, key, database, place } = stage;
    const load = startLoad({ url: server.url, key, model: "v/m", perSecond });
    await sleep(4_000);
    const began = Date.now();
    made = await ghostllm(["backup", "--to", place], database);
    const ended = Date.now();
    await sleep(200);
    await server.kill();
    await load.stop();
    const point = Date.parse(String(made["point"]));
    answeredBefore = load.answered.filter(({ answeredAt }) => answeredAt < point).length;
    expect(answeredBefore).toBeGreaterThan(perSecond);
    expect(tell(`${from.name} (${pastRequests} rows)`, load, began, ended)).toBeGreaterThan(perSecond / 4);
  });

  test("is as it was written", async () => {
    const { place, database } = stage;
    expect(await ghostllm(["verify", "--from", place], database)).toMatchObject({ is_whole: true, faults: [] });
  });

  test("has every request once that was answered by then, to the nano-USD", async () => {
    const { place, database, keyId } = stage;
    await ghostllm(["restore", "--from", place], target);
    const [known, restored] = [await knownOf(database), await costsOf(target)];
    const ids = restored.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    // Those that nobody has counted here are of the past.
    expect(ids.length - pastRequests).toBeGreaterThanOrEqual(answeredBefore);
    expect(restored.filter(({ id, cost }) => known.get(id) !== cost)).toEqual([]);
    const store = await openMigrated(target);
    const totals = await readTotals(store);
    const [spent] = await store.spend.of([{ kind: "key", id: keyId }]);
    await store.close();
    const cost = restored.reduce((sum, one) => sum + one.cost, 0);
    const ofPast = pastRequests * 1_234_567;
    expect([totals.cost.logs, totals.cost.hourly, totals.cost.keys, totals.cost.users]).toEqual([
      cost,
      cost,
      cost,
      cost,
    ]);
    expect(spent).toBe(cost - ofPast);
    expect(await restingTables(target)).toEqual(await restingTables(database));
  });

  test("answers with the keys of before", async () => {
    const server = await startServer({ ...target, environment: { LOG_LEVEL: "error" } });
    try {
      const response = await fetch(`${server.url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${stage.key}`, "content-type": "application/json" },
        body: JSON.stringify({ model: "v/m", messages: [{ role: "user", content: "Hello again" }] }),
      });
      expect([response.status, await response.text()]).toEqual([200, expect.stringContaining("a few words")]);
    } finally {
      await server.stop();
    }
  });
});

describe("what is wrong with a backup is found by ghostllm verify", () => {
  let database: TestDatabase;
  let directory: Awaited<ReturnType<typeof createDirectory>>;
  let whole: string;
  let place: string;

  beforeAll(async () => {
    if (sqlite === undefined) throw new Error("there is no SQLite");
    database = await sqlite.create();
    directory = await createDirectory();
    whole = join(directory.path, "whole");
    place = join(directory.path, "damaged");
    const store = await openMigrated(database);
    await store.usage.insert(Array.from({ length: 100 }, () => createRecord()));
    await store.close();
    await ghostllm(["backup", "--to", whole], database);
  });
  afterAll(async () => {
    await database.dispose();
    await directory.remove();
  });

  /** The key, the manifest and two parts, each in its turn: that it holds for all of them is shown where no process is started for each. */
  async function withEach(change: (path: string) => void): Promise<readonly string[]> {
    const [id = ""] = readdirSync(join(whole, "backups"));
    const unseen: string[] = [];
    const files = readdirSync(join(whole, "backups", id)).toSorted();
    for (const file of [...files.slice(0, 2), ...files.slice(-2)]) {
      rmSync(place, { recursive: true, force: true });
      cpSync(whole, place, { recursive: true });
      change(join(place, "backups", id, file));
      if ((await fails(["verify", "--from", place, "--backup", id], database)) === "") unseen.push(file);
    }
    return unseen;
  }

  test("a flipped bit, an end that is missing, and a file that is", async () => {
    const flip = (path: string): void => {
      const content = readFileSync(path);
      const at = Math.floor(content.length * Math.random());
      content[at] = (content[at] ?? 0) ^ (1 << Math.floor(Math.random() * 8));
      writeFileSync(path, content);
    };
    expect(await withEach(flip)).toEqual([]);
    expect(await withEach((path) => truncateSync(path, readFileSync(path).length - 1))).toEqual([]);
    expect(await withEach((path) => rmSync(path))).toEqual([]);
  });

  test("another passphrase", async () => {
    const env = {
      PATH: process.env["PATH"],
      GHOSTLLM_DATA_DIR: database.dataDir,
      BACKUP_PASSPHRASE: "another one of these",
    };
    const verifying = run(process.execPath, [program, "verify", "--from", whole], { env, cwd: database.dataDir });
    await expect(verifying).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("passphrase") as unknown,
    });
  });
});
