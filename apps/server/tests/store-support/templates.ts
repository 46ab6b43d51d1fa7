// Databases with the tables of today, made once and copied for each suite and test: to make the tables takes half a second, and a
// copy next to nothing. Used by engines.ts.

import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import pino from "pino";
import { allMigrations } from "#control/store/migrations/all.ts";
import { migrateStore, openStore } from "#control/store/open-store.ts";

const log = pino({ level: "silent" });

async function makeTables(databaseUrl: string | null, dataDir: string): Promise<void> {
  const store = await openStore({ databaseUrl, dataDir, log });
  try {
    await migrateStore(store);
  } finally {
    await store.close();
  }
}

let sqlite: Promise<Buffer> | undefined;

export async function copySqlite(dataDir: string): Promise<void> {
  sqlite ??= makeSqlite();
  await writeFile(join(dataDir, "ghostllm.db"), await sqlite, { mode: 0o600 });
}

async function makeSqlite(): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), "ghostllm-template-"));
  try {
    await makeTables(null, directory);
    return await readFile(join(directory, "ghostllm.db"));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** All processes of all runs share it, for as long as the migrations are the same. */
const templateName = `ghostllm_template_${createHash("sha256").update(JSON.stringify(allMigrations)).digest("hex").slice(0, 12)}`;
let postgres: Promise<string> | undefined;

/** The name of the template on this server. */
export function postgresTemplate(adminUrl: string): Promise<string> {
  return (postgres ??= makePostgres(adminUrl));
}

async function makePostgres(adminUrl: string): Promise<string> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    // Whoever comes second waits here until it is whole.
    await client.query("select pg_advisory_lock(7351)");
    const known = await client.query("select from pg_database where datname = $1 and datistemplate", [templateName]);
    if (known.rowCount === 0) await makeTemplate(client, adminUrl);
  } finally {
    await client.end();
  }
  return templateName;
}

async function makeTemplate(client: Client, adminUrl: string): Promise<void> {
  // Whoever began it was ended in the middle.
  await client.query(`drop database if exists ${templateName}`);
  await client.query(`create database ${templateName}`);
  const url = new URL(adminUrl);
  url.pathname = `/${templateName}`;
  await makeTables(url.href, "");
  await client.query(`alter database ${templateName} with is_template true allow_connections false`);
}
