import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLedger } from "#control/ledger/ledger.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import { openJournal } from "#link/journal/open-journal.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { newKey, newUser, openMigrated, readTotals, silentLog } from "./store-support/open.ts";
import { createRandom } from "./store-support/records.ts";

const child = join(import.meta.dirname, "store-support/append-until-killed.ts");
const rounds = 5;

/** The ids that the process named before it was killed, which is some time after the first. */
async function appendAndKill(namesFile: string, args: readonly string[], runMs: number): Promise<string[]> {
  const running = spawn(process.execPath, [child, namesFile, ...args], { stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(running, "exit");
  while (running.exitCode === null && (await readNames(namesFile)).length === 0) await sleep(10);
  await sleep(runMs);
  running.kill("SIGKILL");
  expect(await ended).toEqual([null, "SIGKILL"]);
  return readNames(namesFile);
}

async function readNames(namesFile: string): Promise<string[]> {
  const text = await readFile(namesFile, "utf8").catch(() => "");
  // A line without its end was being written when the process died: it names nothing.
  return text.split("\n").slice(0, -1);
}

const tornLine = "unknown: not JSON: torn or damaged";

describe.each(availableEngines())("kill -9 in the middle of appends and drains on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;
  let owner: readonly string[];

  beforeAll(async () => {
    database = await engine.create();
    store = await openMigrated(database);
    const user = await store.users.create(newUser("ada@example.com"));
    const key = await store.apiKeys.create(newKey(user, "key"));
    owner = [user.id, key.id];
    if (engine.name === "sqlite") await store.close();
  });

  afterAll(async () => {
    await store.close();
    await database.dispose();
  });

  async function drainLeftOver(): Promise<number> {
    const directory = join(database.dataDir, "journal");
    const journal = await openJournal({ directory, log: silentLog, reserveBytes: 10_000 });
    const leftOver = journal.pendingRecords;
    const failures: unknown[] = [];
    const events = {
      recordsDrained: () => {},
      drainFailed: (error: unknown) => failures.push(error),
      recordRejected: (id: string, reason: string) => failures.push(`${id}: ${reason}`),
    };
    const ledger = startLedger({ journal, store, events });
    expect(await ledger.drainAll(15_000)).toBe(true);
    // The kernel may end a write between two pages: a line that was cut so was told to nobody, and is set aside.
    expect(failures.filter((failure) => failure !== tornLine)).toEqual([]);
    expect(failures.length).toBeLessThanOrEqual(1);
    await ledger.stop();
    await journal.close();
    return leftOver;
  }

  it(`loses no record and counts none twice, ${rounds} times`, { timeout: 60_000 }, async () => {
    const random = createRandom(7);
    const named: string[] = [];
    let leftOver = 0;
    for (let round = 0; round < rounds; round += 1) {
      const namesFile = join(database.dataDir, `named-${round}`);
      const args = [database.dataDir, database.databaseUrl ?? "", ...owner];
      named.push(...(await appendAndKill(namesFile, args, 100 + random() * 400)));
      if (engine.name === "sqlite") store = await openMigrated(database);
      leftOver += await drainLeftOver();

      const { ids, requests, cost, promptTokens } = await readTotals(store);
      const stored = new Set(ids);
      expect(named.filter((id) => !stored.has(id))).toEqual([]);
      // One record of each round may have been written and not named.
      expect(ids.length).toBeLessThanOrEqual(named.length + round + 1);
      expect(requests).toBe(ids.length);
      expect(new Set(Object.values(cost)).size).toBe(1);
      expect(promptTokens).toEqual({ logs: ids.length * 100, hourly: ids.length * 100 });
      if (engine.name === "sqlite" && round < rounds - 1) await store.close();
    }
    expect(named.length).toBeGreaterThan(rounds * 20);
    expect(leftOver).toBeGreaterThan(0);
  });
});
