// A database that is full, and a server over it as a process of its own, with a vendor behind it.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrateStore, openStore } from "../../apps/server/src/control/store/open-store.ts";
import { startPostgres, type ThrowAwayPostgres } from "../../tools/postgres.ts";
import { startFakeProcess, type FakeProcess } from "../bench/fake-process.ts";
import { startServer, type ReadyServer } from "../support/server-process.ts";
import { makeCast, type Cast } from "./cast.ts";
import { fill, readModels } from "./fill.ts";
import { openPostgresLoader, openSqliteLoader, type Loader } from "./loader.ts";
import type { EngineName, Options } from "./options.ts";

export interface Stage {
  readonly engine: EngineName;
  readonly cast: Cast;
  readonly to: number;
  readonly vendor: FakeProcess;
  /** As many as are needed: each over what the one before has left. */
  start(): Promise<ReadyServer>;
  ask<Row>(statement: string): Promise<readonly Row[]>;
  close(): Promise<void>;
}

interface Place {
  readonly dataDir: string;
  readonly databaseUrl: string | null;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export async function openStage(engine: EngineName, options: Options): Promise<Stage> {
  const root = options.keep ?? mkdtempSync(join(tmpdir(), "ghostllm-scale-"));
  const dataDir = join(root, engine);
  mkdirSync(dataDir, { recursive: true });
  const postgres = engine === "postgres" ? await providePostgres() : null;
  const place: Place = { dataDir, databaseUrl: postgres === null ? null : postgres.url };
  const vendor = await startFakeProcess();
  const start = (): Promise<ReadyServer> =>
    startServer({ ...place, upstreamUrl: vendor.url, environment: environmentOf(vendor.url) });
  const marker = join(dataDir, "filled-up-to");
  if (!existsSync(marker)) {
    const to = Date.now();
    await fillPlace(place, options, to, start);
    writeFileSync(marker, String(to));
  } else await migrate(place);
  const to = Number(readFileSync(marker, "utf8"));
  const asker = await openLoader(place);
  return {
    ...{ engine, to, vendor, start, cast: makeCast(options, beginningOf(options, to)) },
    ask: (statement) => asker.ask(statement),
    async close() {
      await asker.close();
      await vendor.stop();
      await postgres?.dispose();
      if (options.keep === null) rmSync(root, { recursive: true, force: true });
    },
  };
}

/** One that is there already, such as one with the settings of somebody's own, or a throw-away one. It must be on this machine. */
async function providePostgres(): Promise<Pick<ThrowAwayPostgres, "url" | "dispose">> {
  const url = process.env["GHOSTLLM_SCALE_POSTGRES_URL"];
  return url === undefined
    ? startPostgres({ shared_buffers: "1GB", max_wal_size: "8GB" })
    : { url, dispose: async () => {} };
}

function environmentOf(vendor: string): NodeJS.ProcessEnv {
  const named = ["GROQ", "MISTRAL", "DEEPSEEK"].flatMap((name) => [
    [`${name}_API_KEY`, "sk-of-the-operator"],
    [`${name}_BASE_URL`, `${vendor}/v1`],
  ]);
  // Reports that nobody is sent may still name whom they would be sent to.
  const mail = {
    SMTP_URL: "smtp://127.0.0.1:9",
    GHOSTLLM_MAIL_FROM: "scale@scale.example",
    GHOSTLLM_PUBLIC_URL: "http://127.0.0.1",
  };
  return { ...Object.fromEntries(named), ...mail, SERVER_TRUSTED_PROXIES: "loopback" };
}

async function openLoader({ dataDir, databaseUrl }: Place): Promise<Loader> {
  return databaseUrl === null ? openSqliteLoader(join(dataDir, "ghostllm.db")) : openPostgresLoader(databaseUrl);
}

async function migrate(place: Place): Promise<void> {
  const startedAt = performance.now();
  const store = await openStore({ ...place, log: { warn: () => {} } });
  const applied = await migrateStore(store);
  await store.close();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  if (applied.length > 0) console.log(`migrations ${applied.join(", ")}: ${seconds} s`);
}

async function fillPlace(place: Place, options: Options, to: number, start: Stage["start"]): Promise<void> {
  const startedAt = performance.now();
  const server = await start();
  await server.stop();
  const from = beginningOf(options, to);
  const store = await openStore({ ...place, log: { warn: () => {} }, statementTimeoutMs: 600_000 });
  await migrateStore(store);
  const loader = await openLoader(place);
  try {
    const models = await readModels(loader);
    const past = { cast: makeCast(options, from), models, from, to, rows: options.rows };
    await fill(loader, past, (times) => store.usage.prepare(times));
  } finally {
    await loader.close();
    await store.close();
  }
  console.error(`filled in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
}

/** At the start of an hour, as hourly sums are. */
function beginningOf({ days }: Options, to: number): number {
  return Math.floor((to - days * dayMs) / hourMs) * hourMs;
}
