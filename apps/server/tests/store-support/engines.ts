// The engines that the suites about durable state run over, each with a database of its own.

import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { copySqlite, postgresTemplate } from "./templates.ts";

export interface TestDatabase {
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  dispose(): Promise<void>;
}

export interface TestEngine {
  readonly name: "sqlite" | "postgres";
  /** With the tables of today. */
  create(): Promise<TestDatabase>;
  /** Without any tables: for what is about how they come to be there. */
  createEmpty(): Promise<TestDatabase>;
}

const adminUrl = process.env["GHOSTLLM_TEST_POSTGRES_URL"];

/** What the suites run over here. Without a PostgreSQL it says so in one line; in CI that is a failure. */
export function availableEngines(): readonly TestEngine[] {
  const sqlite: TestEngine = { name: "sqlite", create: createSqlite, createEmpty: createEmptySqlite };
  if (adminUrl !== undefined) return [sqlite, postgresAt(adminUrl)];
  const message = "PostgreSQL is left out: GHOSTLLM_TEST_POSTGRES_URL is not set";
  if (process.env["CI"] === "true") throw new Error(message);
  process.stderr.write(`${message}\n`);
  return [sqlite];
}

export async function createDirectory(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "ghostllm-test-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

async function createEmptySqlite(): Promise<TestDatabase> {
  const directory = await createDirectory();
  return { databaseUrl: null, dataDir: directory.path, dispose: () => directory.remove() };
}

async function createSqlite(): Promise<TestDatabase> {
  const database = await createEmptySqlite();
  await copySqlite(database.dataDir);
  return database;
}

function postgresAt(url: string): TestEngine {
  return {
    name: "postgres",
    create: async () => createPostgres(url, await postgresTemplate(url)),
    createEmpty: () => createPostgres(url, "template1"),
  };
}

async function createPostgres(url: string, template: string): Promise<TestDatabase> {
  const name = `ghostllm_${randomBytes(6).toString("hex")}`;
  const directory = await createDirectory();
  await administrate(url, `create database ${name} template ${template}`);
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
