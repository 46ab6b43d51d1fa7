import { setTimeout as sleep } from "node:timers/promises";
import { migrateStore, openStore } from "./open-store.ts";
import type { OpenStore, StoreOptions } from "./open-store.ts";

/** A database that starts at the same time as this server needs a while, and so does somebody who has locked it. */
const patienceMs = 30_000;
const pauseMs = 500;

/** Connects, waiting for a database that does not answer yet, and brings its tables up to date. */
export async function openStoreWhenReady(options: StoreOptions): Promise<OpenStore> {
  const deadline = performance.now() + patienceMs;
  for (let hasWarned = false; ; hasWarned = true) {
    try {
      return await openMigrated(options);
    } catch (error) {
      if (!canBeWaitedFor(error, options) || performance.now() > deadline) throw error;
      if (!hasWarned) options.log.warn({ err: error }, "the database does not answer yet; waiting for it");
      await sleep(pauseMs);
    }
  }
}

async function openMigrated(options: StoreOptions): Promise<OpenStore> {
  const store = await openStore(options);
  try {
    await migrateStore(store);
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

/** The embedded database is a file: what is wrong with it now will be wrong in a moment, unless it is in use. */
function canBeWaitedFor(error: unknown, { databaseUrl }: StoreOptions): boolean {
  if (!(error instanceof Error)) return false;
  if (databaseUrl === null) return /database is locked/.test(`${error.message} ${String(error.cause)}`);
  return error.message.includes("cannot be opened");
}
