// The store's front door: connects to the engine that the configuration names. Called by compose and by the CLI.
// Invariant: nothing outside this folder knows which engine it is.

import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { Kysely, sql } from "kysely";
import type { ControlLog } from "#control/control-log.ts";
import { apiKeysIn } from "./api-keys.ts";
import { budgetsIn } from "./budgets.ts";
import type { Database, Engine } from "./database.ts";
import { applyMigrations } from "./migrate.ts";
import { namesIn } from "./names.ts";
import { endedSessionsIn } from "./ended-sessions.ts";
import { modelsIn } from "./models.ts";
import { isTooSlow, Patience } from "./patience.ts";
import { probe } from "./probe.ts";
import { openPostgres } from "#control/store/engines/postgres.ts";
import { providersIn } from "./providers.ts";
import { aliasesIn } from "./aliases.ts";
import { settingsIn } from "./settings.ts";
import { spendIn } from "./spend.ts";
import { openSqlite } from "#control/store/engines/sqlite.ts";
import type { Store } from "./store.ts";
import { storedObjectsIn } from "./stored-objects.ts";
import type { Tables } from "./tables.ts";
import { usageIn } from "#control/store/usage/usage.ts";
import { credentialsIn, usersIn } from "./users.ts";

export interface StoreOptions {
  /** `postgres://...`, or null for the embedded SQLite in `dataDir`. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  readonly log: Pick<ControlLog, "warn">;
  /** How long PostgreSQL may take for one statement; a peer that is silent for longer is given up. */
  readonly statementTimeoutMs?: number;
  /** Epoch ms, for what is created and updated. */
  readonly now?: () => number;
}

export interface OpenStore extends Store {
  readonly database: Database;
}

/** Connects, and rejects when the database cannot be reached. Creates no tables: see migrateStore. */
export async function openStore(options: StoreOptions): Promise<OpenStore> {
  const { databaseUrl, dataDir, log, statementTimeoutMs = 15_000, now = Date.now } = options;
  const patience = new Patience();
  const engine =
    databaseUrl === null
      ? await openEmbedded(dataDir, patience)
      : openPostgres({ url: databaseUrl, log, statementTimeoutMs, patience });
  const database: Database = { engine, kysely: new Kysely<Tables>({ dialect: engine.dialect }), patience, now };
  const store = storeOver(database);
  try {
    await store.ping();
  } catch (error) {
    await store.close();
    throw new Error(`The database (${engine.name}) cannot be opened: ${reasonOf(error)}`, { cause: error });
  }
  return store;
}

/** A host with several addresses fails with an error for each and no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}

/** Brings the tables up to date. Answers the names of the migrations that it applied. */
export function migrateStore({ database }: OpenStore): Promise<readonly string[]> {
  return applyMigrations(database);
}

async function openEmbedded(dataDir: string, patience: Patience): Promise<Engine> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, "ghostllm.db");
  // SQLite would make it as the umask has it; its further files are made like this one.
  await (await open(file, "a", 0o600)).close();
  return openSqlite(file, patience);
}

/** Kysely's words for a store that was closed. */
function isOfClosed(error: unknown): boolean {
  return error instanceof Error && error.message === "driver has already been destroyed";
}

async function sizeOf({ engine, kysely }: Database): Promise<number> {
  if (engine.sizeQuery === null) return 0;
  return (await sql.raw<{ bytes: number }>(engine.sizeQuery).execute(kysely)).rows[0]?.bytes ?? 0;
}

function storeOver(database: Database): OpenStore {
  const { engine, kysely, patience } = database;
  return {
    database,
    engine: engine.name,
    users: usersIn(database),
    credentials: credentialsIn(database),
    endedSessions: endedSessionsIn(database),
    apiKeys: apiKeysIn(database),
    providers: providersIn(database),
    models: modelsIn(database),
    aliases: aliasesIn(database),
    usage: usageIn(database),
    names: namesIn(database),
    budgets: budgetsIn(database),
    spend: spendIn(database),
    settings: settingsIn(database),
    storedObjects: storedObjectsIn(database),
    ping: async () => {
      await sql`select 1`.execute(kysely);
    },
    probe: () => probe(database),
    size: () => sizeOf(database),
    within: (ms, run) => patience.within(ms, run),
    wait: (work) => patience.wait(work),
    isUnavailable: (error) => isTooSlow(error) || isOfClosed(error) || engine.isUnavailable(error),
    isDown: (error) => engine.isDown(error),
    close: () => kysely.destroy(),
  };
}
