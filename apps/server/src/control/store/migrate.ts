// Brings a database up to the schema of this code. Called at start and by `ghostllm migrate`.
// Invariant: each migration is applied once, whole, whoever else starts at the same time.

import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Kysely, sql } from "kysely";
import type { Database } from "./database.ts";
import { allMigrations } from "./migrations/all.ts";
import type { Migration } from "./migrations/migration.ts";
import type { MigrationsTable, Tables } from "./tables.ts";

/** The names of the migrations that were applied, in order. */
export async function applyMigrations(
  database: Database,
  migrations: readonly Migration[] = allMigrations,
): Promise<readonly string[]> {
  const { migrationDialect } = database.engine;
  const kysely = migrationDialect === null ? database.kysely : new Kysely<Tables>({ dialect: migrationDialect });
  try {
    const applied: string[] = [];
    for (;;) {
      const apply = () => kysely.transaction().execute((transaction) => applyNext(database, transaction, migrations));
      const name = await waitingForOthers(database, apply);
      if (name === null) return applied;
      applied.push(name);
    }
  } finally {
    if (migrationDialect !== null) await kysely.destroy();
  }
}

/** As long as a large table may take that another process migrates. */
const mostWaitMs = 10 * 60_000;
const pauseMs = 50;

/** SQLite lets nobody in by the order in which they came: each tries again at a time of its own, and one after the other gets its turn. */
async function waitingForOthers<Result>({ engine }: Database, run: () => Promise<Result>): Promise<Result> {
  const until = performance.now() + mostWaitMs;
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!engine.isHeld(error) || performance.now() > until) throw error;
      await sleep(pauseMs * (1 + Math.random()));
    }
  }
}

async function applyNext(
  { engine, now }: Database,
  transaction: Kysely<Tables>,
  migrations: readonly Migration[],
): Promise<string | null> {
  await engine.lockMigrations(transaction);
  await createMigrationsTable(transaction);
  const applied = await transaction.selectFrom("schema_migrations").selectAll().orderBy("number").execute();
  const next = findNext(applied, migrations);
  if (next === undefined) return null;
  const own = next[engine.name] ?? [];
  for (const statement of [...next.statements, ...own]) await sql.raw(statement).execute(transaction);
  const { number, name } = next;
  await transaction
    .insertInto("schema_migrations")
    .values({ number, name, checksum: checksumOf(next), applied_at: now() })
    .execute();
  return name;
}

async function createMigrationsTable(transaction: Kysely<Tables>): Promise<void> {
  await transaction.schema
    .createTable("schema_migrations")
    .ifNotExists()
    .addColumn("number", "integer", (column) => column.notNull().primaryKey())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("checksum", "text", (column) => column.notNull())
    .addColumn("applied_at", "bigint", (column) => column.notNull())
    .execute();
}

function findNext(applied: readonly MigrationsTable[], migrations: readonly Migration[]): Migration | undefined {
  const known = new Map(migrations.map((migration) => [migration.number, migration]));
  for (const { number, name, checksum } of applied) {
    const migration = known.get(number);
    if (migration === undefined) throw new Error(describeNewer(number, name, migrations));
    if (checksumOf(migration) !== checksum) {
      throw new Error(
        `Migration ${number} (${name}) is not the one that was applied to this database: ` +
          "migrations are never edited, a change is a new migration.",
      );
    }
  }
  const done = new Set(applied.map(({ number }) => number));
  return migrations.find(({ number }) => !done.has(number));
}

function describeNewer(number: number, name: string, migrations: readonly Migration[]): string {
  const newest = migrations.at(-1)?.number ?? 0;
  return (
    `The database is newer than this GhostLLM: it has migration ${number} (${name}), this version knows up to ` +
    `${newest}. Start the newer version, or restore a backup from before its migration.`
  );
}

/** Over the text without its layout, so that a formatter is not taken for an editor. */
export function checksumOf({ statements, postgres = [], sqlite = [] }: Migration): string {
  const all = [...statements, ...postgres, ...sqlite];
  const text = all.map((statement) => statement.replace(/\s+/g, " ").trim()).join(";\n");
  return createHash("sha256").update(text).digest("hex");
}
