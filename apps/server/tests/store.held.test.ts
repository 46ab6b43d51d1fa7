// A file of SQLite that another process writes to at length, such as one that migrates it: who starts meanwhile waits, and does not fail.

import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { allMigrations } from "#control/store/migrations/all.ts";
import { migrateStore, openStore, type OpenStore } from "#control/store/open-store.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { lockDatabase } from "./store-support/lock-database.ts";
import { silentLog } from "./store-support/open.ts";

/** Longer than the thread waits by itself for another that writes. */
const heldMs = 2_500;
const names = allMigrations.map(({ name }) => name);
const sqlite = availableEngines().filter(({ name }) => name === "sqlite");

async function createFile(): Promise<TestDatabase> {
  const [engine] = sqlite;
  if (engine === undefined) throw new Error("there is no SQLite");
  return engine.createEmpty();
}

const open = (database: TestDatabase): Promise<OpenStore> => openStore({ ...database, log: silentLog });

it("is opened when the other one is done", async () => {
  const database = await createFile();
  const lock = await lockDatabase(database);
  const opening = open(database);
  await sleep(heldMs);
  await lock.release();
  const store = await opening;
  expect(await migrateStore(store)).toEqual(names);
  await store.close();
  await database.dispose();
});

it("is migrated when the other one is done", async () => {
  const database = await createFile();
  const store = await open(database);
  const lock = await lockDatabase(database);
  const migrating = migrateStore(store);
  await sleep(heldMs);
  await lock.release();
  expect(await migrating).toEqual(names);
  await store.close();
  await database.dispose();
});

it("keeps nobody waiting for longer who only asks something of it", async () => {
  const database = await createFile();
  const store = await open(database);
  await migrateStore(store);
  const lock = await lockDatabase(database);
  const startedAt = performance.now();
  const writing = store.settings.replace("a", undefined, "b").catch((error: unknown) => store.isUnavailable(error));
  expect(await store.settings.get("a")).toBeUndefined();
  expect(performance.now() - startedAt).toBeLessThan(heldMs);
  expect(await writing).toBe(true);
  await lock.release();
  await store.close();
  await database.dispose();
});
