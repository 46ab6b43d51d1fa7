// The store's front door: connects to the engine that the configuration names. Called by compose and by the CLI.
// Invariant: nothing outside this folder knows which engine it is.

import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { Kysely, sql } from "kysely";
import type { ControlLog } from "#control/control-log.ts";
import { auditIn } from "#control/store/audit/audit.ts";
import { Authorship } from "#control/store/audit/authorship.ts";
import { apiKeysIn } from "./api-keys.ts";
import { budgetsIn } from "./budgets.ts";
import { windowsIn } from "./counted-lately.ts";
import type { Database, Engine } from "./database.ts";
import { applyMigrations } from "./migrate.ts";
import { importsIn } from "#control/store/imports/imports.ts";
import { instancesIn } from "./instances.ts";
import { certificatesIn } from "#control/store/certificates/certificates.ts";
import { leasesIn } from "./leases.ts";
import { namesIn } from "./names.ts";
import { backupRunsIn } from "#control/store/backup/runs.ts";
import { requireRestored } from "#control/store/backup/requires-restored.ts";
import { chatsIn } from "./chats/chats.ts";
import { contentsIn } from "./contents/contents.ts";
import { guardrailsIn } from "./guardrails/guardrails.ts";
import { consentsIn } from "./consents/requests.ts";
import { declaredIn } from "./declared/declared.ts";
import { directoryIn } from "#control/store/directory/directory.ts";
import { modelsIn } from "./models.ts";
import { isTooSlow, Patience } from "./patience.ts";
import { probe } from "./probe.ts";
import { sealedValuesIn } from "./sealed-values.ts";
import { snapshotIn } from "#control/store/snapshot/snapshot-rows.ts";
import { providersIn } from "./providers.ts";
import { Replica } from "./replica.ts";
import { aliasesIn } from "./aliases.ts";
import { sessionsIn } from "./sessions.ts";
import { passwordLinksIn } from "#control/store/sign-in/password-links.ts";
import { passkeysIn } from "#control/store/sign-in/passkeys.ts";
import { secondFactorsIn } from "#control/store/sign-in/second-factors.ts";
import { signInMethodsIn } from "#control/store/sign-in/methods.ts";
import { settingsIn } from "./settings.ts";
import { spendIn } from "./spend.ts";
import { openSqlite } from "#control/store/engines/sqlite.ts";
import type { Store } from "./store.ts";
import { idempotencyKeysIn } from "#control/store/units/idempotency-keys.ts";
import { unitsIn } from "#control/store/units/units-in.ts";
import { Units } from "#control/store/units/units.ts";
import { versionsIn } from "#control/store/units/versions.ts";
import { storedObjectsIn } from "./stored-objects.ts";
import type { Tables } from "./tables.ts";
import { usageIn } from "#control/store/usage/usage.ts";
import { credentialsIn, usersIn } from "./users.ts";
import { eventsIn } from "#control/store/events/outbox.ts";
import { webhooksIn } from "#control/store/events/webhooks.ts";
import { organisationsIn } from "./organisations.ts";
import { reportsIn } from "#control/store/reports/reports.ts";
import { rolesIn } from "./roles.ts";
import { serviceAccountsIn } from "./service-accounts.ts";
import { erasuresIn } from "#control/store/erasure/erasures.ts";
import { teamsIn } from "./teams.ts";
import { viewsIn } from "./views.ts";

export interface StoreOptions {
  /** `postgres://...`, or null for the embedded SQLite in `dataDir`. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  readonly log: Pick<ControlLog, "warn">;
  /** Of a copy of PostgreSQL for reports and lists; null: there is none. */
  readonly replicaUrl?: string | null;
  /** Further behind it is not read from. */
  readonly maxReplicaLagMs?: number;
  /** How long PostgreSQL may take for one statement; a peer that is silent for longer is given up. */
  readonly statementTimeoutMs?: number;
  /** Epoch ms, for what is created and updated. */
  readonly now?: () => number;
  /** Single requests are forgotten after so many days; null: never. */
  readonly usageDays?: number | null;
  /** Texts of requests are forgotten after so many days; 0: none are stored. */
  readonly promptDays?: number;
}

export interface OpenStore extends Store {
  readonly database: Database;
}

/** Connects, and rejects when the database cannot be reached. Creates no tables: see migrateStore. */
export async function openStore(options: StoreOptions): Promise<OpenStore> {
  const { now = Date.now, usageDays = null, promptDays = 30 } = options;
  const [patience, authorship, units] = [new Patience(), new Authorship(), new Units()];
  const engine = await openEngine(options, patience);
  const kysely = new Kysely<Tables>({ dialect: units.over(engine.dialect) });
  const replica = openReplica(options, engine, kysely);
  const read: Database["read"] = (run) =>
    // What is changed as one is seen where it is changed.
    replica === null || units.current !== null ? run(kysely) : replica.read(run);
  const store = storeOver({ engine, kysely, patience, authorship, units, read, now, usageDays, promptDays }, replica);
  try {
    await store.ping();
  } catch (error) {
    await store.close();
    throw new Error(`The database (${engine.name}) cannot be opened: ${reasonOf(error)}`, { cause: error });
  }
  return store;
}

async function openEngine(options: StoreOptions, patience: Patience): Promise<Engine> {
  const { databaseUrl: url, dataDir, replicaUrl = null, log, statementTimeoutMs = 15_000 } = options;
  if (url === null) return openEmbedded(dataDir, patience);
  // Whoever has none does not load its client.
  const { openPostgres } = await import("#control/store/engines/postgres.ts");
  return openPostgres({ url, replicaUrl, log, statementTimeoutMs, patience });
}

function openReplica(
  { maxReplicaLagMs: maxLagMs = 10_000, log }: StoreOptions,
  engine: Engine,
  primary: Kysely<Tables>,
): Replica | null {
  if (engine.replica === null) return null;
  const { dialect, watchDialect } = engine.replica;
  const kysely = new Kysely<Tables>({ dialect });
  const watch = new Kysely<Tables>({ dialect: watchDialect });
  return new Replica({ engine, primary, kysely, watch, maxLagMs, log });
}

/** A host with several addresses fails with an error for each and no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}

/** Brings the tables up to date. Answers the names of the migrations that it applied. */
export async function migrateStore({ database }: OpenStore): Promise<readonly string[]> {
  await requireRestored(database);
  const applied = await applyMigrations(database);
  await database.engine.refreshCounts?.(database.kysely);
  return applied;
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

/** How people come in, and who tells of them. */
function signInPartsOf(
  database: Database,
): Pick<Store, "sessions" | "signIn" | "secondFactors" | "passkeys" | "passwordLinks" | "directory"> {
  return {
    sessions: sessionsIn(database),
    signIn: signInMethodsIn(database),
    secondFactors: secondFactorsIn(database),
    passkeys: passkeysIn(database),
    passwordLinks: passwordLinksIn(database),
    directory: directoryIn(database),
  };
}

function peopleIn(database: Database): Pick<Store, "organisations" | "teams" | "roles" | "serviceAccounts"> {
  return {
    ...{ organisations: organisationsIn(database), teams: teamsIn(database) },
    ...{ roles: rolesIn(database), serviceAccounts: serviceAccountsIn(database) },
  };
}

/** What the outside is told. */
function toldIn(database: Database): Pick<Store, "events" | "webhooks" | "reports" | "backups"> {
  const [reports, backups] = [reportsIn(database), backupRunsIn(database)];
  return { events: eventsIn(database), webhooks: webhooksIn(database), reports, backups };
}

function togetherIn(database: Database): Pick<Store, "units" | "versions" | "idempotencyKeys"> {
  return {
    ...{ units: unitsIn(database), versions: versionsIn(database) },
    idempotencyKeys: idempotencyKeysIn(database),
  };
}

function storeOver(database: Database, replica: Replica | null): OpenStore {
  const { engine, kysely, patience } = database;
  return {
    database,
    engine: engine.name,
    users: usersIn(database),
    credentials: credentialsIn(database),
    ...signInPartsOf(database),
    apiKeys: apiKeysIn(database),
    providers: providersIn(database),
    models: modelsIn(database),
    ...{ aliases: aliasesIn(database), declared: declaredIn(database) },
    ...{ consents: consentsIn(database), guardrails: guardrailsIn(database) },
    ...{ usage: usageIn(database), contents: contentsIn(database), chats: chatsIn(database) },
    snapshot: snapshotIn(database),
    names: namesIn(database),
    ...peopleIn(database),
    ...{ budgets: budgetsIn(database), windows: windowsIn(database) },
    views: viewsIn(database),
    audit: auditIn(database),
    erasures: erasuresIn(database),
    ...toldIn(database),
    ...{ spend: spendIn(database), imports: importsIn(database) },
    instances: instancesIn(database),
    ...{ leases: leasesIn(database), certificates: certificatesIn(database) },
    settings: settingsIn(database),
    ...{ sealedValues: sealedValuesIn(database), storedObjects: storedObjectsIn(database) },
    ...togetherIn(database),
    ping: async () => {
      await sql`select 1`.execute(kysely);
    },
    probe: () => probe(database),
    size: () => sizeOf(database),
    within: (ms, run) => patience.within(ms, run),
    wait: (work) => patience.wait(work),
    isUnavailable: (error) => isTooSlow(error) || isOfClosed(error) || engine.isUnavailable(error),
    isDown: (error) => engine.isDown(error),
    news: engine.news,
    tellNews: async (text) => {
      if (engine.news === null || Buffer.byteLength(text) > engine.news.mostBytes) return;
      await sql`select pg_notify(${engine.news.channel}, ${text})`.execute(kysely);
    },
    replica: () => replica?.state() ?? null,
    noteChange: () => replica?.noteChange(),
    close: async () => {
      await replica?.close();
      await kysely.destroy();
    },
  };
}
