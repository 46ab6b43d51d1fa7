// The engines that the suites about durable state run over, each with a database of its own.

import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";

export interface TestDatabase {
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  dispose(): Promise<void>;
}

export interface TestEngine {
  readonly name: "sqlite" | "postgres";
  create(): Promise<TestDatabase>;
}

const adminUrl = process.env["GHOSTLLM_TEST_POSTGRES_URL"];

/** What the suites run over here. Without a PostgreSQL it says so in one line; in CI that is a failure. */
export function availableEngines(): readonly TestEngine[] {
  const sqlite: TestEngine = { name: "sqlite", create: createSqlite };
  if (adminUrl !== undefined) return [sqlite, { name: "postgres", create: () => createPostgres(adminUrl) }];
  const message = "PostgreSQL is left out: GHOSTLLM_TEST_POSTGRES_URL is not set";
  if (process.env["CI"] === "true") throw new Error(message);
  process.stderr.write(`${message}\n`);
  return [sqlite];
}

export async function createDirectory(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "ghostllm-test-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

async function createSqlite(): Promise<TestDatabase> {
  const directory = await createDirectory();
  return { databaseUrl: null, dataDir: directory.path, dispose: () => directory.remove() };
}

async function createPostgres(url: string): Promise<TestDatabase> {
  const name = `ghostllm_${randomBytes(6).toString("hex")}`;
  const directory = await createDirectory();
  await administrate(url, `create database ${name}`);
  const databaseUrl = new URL(url);
  databaseUrl.pathname = `/${name}`;
  return {
    databaseUrl: databaseUrl.href,
    dataDir: directory.path,
    dispose: async () => {
      await administrate(url, `drop database ${name} with (force)`);
      await directory.remove();
    },
  };
}

async function administrate(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
