// An empty database that a backup is written into: as a whole or not at all. Called by control/backup.

import { applyMigrations, checksumOf } from "#control/store/migrate.ts";
import { allMigrations } from "#control/store/migrations/all.ts";
import type { Migration } from "#control/store/migrations/migration.ts";
import { openStore, type OpenStore } from "#control/store/open-store.ts";
import { longestStatementMs, type SourceOptions } from "./backup-source.ts";
import type { AppliedMigration, RestoreTarget } from "./shapes.ts";
import { beginRestore, endRestore, loadPostgres } from "./postgres-target.ts";
import { loadSqlite, openSqliteTarget, type SqliteTarget } from "./sqlite-target.ts";

export interface RestoreSteps<Result> {
  readonly load: (target: RestoreTarget) => Promise<void>;
  /** With the tables of this version. */
  readonly complete: (store: OpenStore) => Promise<Result>;
}

/** Rejects with a sentence where something is there already, or where the backup is of a newer version. */
export async function restoreDatabase<Result>(
  options: SourceOptions,
  migrations: readonly AppliedMigration[],
  steps: RestoreSteps<Result>,
): Promise<Result> {
  requireKnown(migrations);
  const sqlite = options.databaseUrl === null ? await openSqliteTarget(options.dataDir) : null;
  const dataDir = sqlite?.directory ?? options.dataDir;
  const store = await openStore({ ...options, dataDir, statementTimeoutMs: longestStatementMs });
  let result: Result;
  try {
    if (sqlite === null) await beginRestore(store.database);
    await applyMigrations(store.database, upTo(migrations));
    await loadInto(store, sqlite, steps.load);
    await applyMigrations(store.database);
    result = await steps.complete(store);
    if (sqlite === null) await endRestore(store.database);
    else await store.database.engine.forgetOverwritten?.(store.database.kysely);
  } finally {
    await store.close();
  }
  await sqlite?.takePlace();
  return result;
}

function upTo(applied: readonly AppliedMigration[]): readonly Migration[] {
  const numbers = new Set(applied.map(({ number }) => number));
  return allMigrations.filter(({ number }) => numbers.has(number));
}

function loadInto(
  { database }: OpenStore,
  sqlite: SqliteTarget | null,
  load: (target: RestoreTarget) => Promise<void>,
): Promise<void> {
  return sqlite === null ? loadPostgres(database, load) : loadSqlite(sqlite.directory, load);
}

function requireKnown(migrations: readonly AppliedMigration[]): void {
  const known = new Map(allMigrations.map((migration) => [migration.number, migration]));
  for (const { number, checksum } of migrations) {
    const migration = known.get(number);
    if (migration === undefined)
      throw new Error(
        `The backup is of a newer GhostLLM: it has migration ${number}, this version knows up to ${allMigrations.at(-1)?.number ?? 0}. Restore it with the version that made it, or a later one.`,
      );
    if (checksumOf(migration) !== checksum)
      throw new Error(`The backup is of another GhostLLM: its migration ${number} is not the one of this version.`);
  }
}
