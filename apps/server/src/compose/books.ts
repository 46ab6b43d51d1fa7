// All that is counted and kept: the database, the right to be its only server, what was spent, and the ledger that stores
// what the journal holds; and what only one of several instances may do at a time. Called by compose/compose.ts. Invariant: when it resolves, budgets know all that was ever answered.

import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { Config } from "#config/config.ts";
import type { JournalArchive } from "#control/backup/journal-archive.ts";
import { Neighbours } from "#control/instances/neighbours.ts";
import type { FinishedRequests } from "#control/live/finished-requests.ts";
import { InstanceRegistry } from "#control/instances/registry.ts";
import { readInstallation } from "#control/installation.ts";
import type { Held } from "#control/leases/leased-work.ts";
import { DatabaseLeases, type Leases } from "#control/leases/leases.ts";
import { continueErasures } from "#control/erasure/erasing.ts";
import { repeating } from "#control/leases/repeating.ts";
import { unlessAway } from "#control/leases/unless-away.ts";
import { keepDays } from "#control/ledger/days.ts";
import { startLedger } from "#control/ledger/ledger.ts";
import { readOpening } from "#control/ledger/opening.ts";
import { keepAuditLog } from "#control/retention/audit-log.ts";
import { pruneConsents } from "#control/retention/consents.ts";
import { pruneContents } from "#control/retention/contents.ts";
import { forgetPastPeriods } from "#control/retention/past-periods.ts";
import { keepUsageLog } from "#control/retention/usage-log.ts";
import { shareDatabase } from "#control/shared-database.ts";
import { holdSoleInstance } from "#control/sole-instance.ts";
import type { SoleInstanceHold, SoleInstanceOptions } from "#control/sole-instance.ts";
import { startStoreWatch } from "#control/store-watch.ts";
import { openStoreWhenReady } from "#control/store/open-when-ready.ts";
import type { Store } from "#control/store/store.ts";
import { maxObjects, objectLifetimeMs } from "#link/owners.ts";
import { version } from "#version.ts";
import { openArchive } from "./backups.ts";
import type { Foundation } from "./foundation.ts";
import type { OpenedLink } from "./link.ts";
import { StoredRecords } from "./stored-records.ts";

const firstDrainMs = 2_000;
const lastDrainMs = 5_000;
const soleBeatMs = 15_000;
const erasingMs = 2_000;
const pruneIntervalMs = 60 * 60 * 1_000;
const keepIntervalMs = 60 * 60 * 1_000;
const daysIntervalMs = 60 * 1_000;

export interface Books {
  readonly store: Store;
  readonly lease: SoleInstanceHold;
  readonly leases: Leases;
  readonly registry: InstanceRegistry;
  /** Of the journal; null: there is none. */
  readonly archive: JournalArchive | null;
}

export async function openBooks(
  foundation: Foundation,
  { link, redis, spend }: OpenedLink,
  finished: FinishedRequests,
): Promise<Books> {
  const { config, journal, workerJournals, journals, events, clock, log, disposer } = foundation;
  const { dataDir, databaseLeaseMs: leaseMs } = config;
  const databaseUrl = config.databaseUrl?.reveal() ?? null;
  const { url, maxLagMs: maxReplicaLagMs } = config.databaseReplica;
  const replica = { replicaUrl: url?.reveal() ?? null, maxReplicaLagMs };
  const store = await openStoreWhenReady({ databaseUrl, dataDir, log, ...replica, ...config.retention });
  disposer.add(() => store.close());
  spend.read = (scopes) => store.spend.of(scopes);
  const held = { store, dataDir, leaseMs, monotonic: clock.monotonic, log };
  const hold = await holdDatabase(config, redis === null ? holdSoleInstance : shareDatabase, held);
  disposer.add(() => hold.release());
  await link.open(await readOpening({ journals: [journal, ...workerJournals], store, events, log, now: clock.now }));
  const { registry, leases } = await joinInstances(foundation, store);
  if (config.services.includes("proxy")) startPruning(foundation, { store, leases });
  if (config.services.includes("auth")) keepConsents(foundation, { store, leases });
  if (config.services.includes("analytics")) keepLogs(foundation, { store, leases });
  if (config.services.includes("auth")) startErasing(foundation, { store, leases, link });
  pruneHabits(foundation, { store, leases });
  const neighbours = new Neighbours({ store, registry, finished, signals: redis === null ? link.signals : null, log });
  neighbours.open();
  disposer.add(() => neighbours.close());
  const onStored = redis === null ? neighbours : new StoredRecords(neighbours, (records) => redis.stored(records));
  const archive = await openArchive(foundation);
  const ledger = startLedger({ journal: journals, store, events, onStored, archive });
  disposer.add(async () => {
    await ledger.drainAll(lastDrainMs);
    await ledger.stop();
  });
  // What is left after this is stored while requests are answered; until then operators do not see it.
  await ledger.drainAll(firstDrainMs);
  const watch = startStoreWatch({ store, journal: journals, health: link.health });
  disposer.add(() => watch.stop());
  return { store, lease: hold, leases, registry, archive };
}

/** What admits nobody counts nothing that others would have to know. */
const nothingToHold: SoleInstanceHold = { until: Infinity, holds: () => true, release: async () => {} };

async function holdDatabase(
  { services }: Pick<Config, "services">,
  take: typeof holdSoleInstance,
  options: SoleInstanceOptions,
): Promise<SoleInstanceHold> {
  return services.includes("proxy") ? take(options) : nothingToHold;
}

async function joinInstances(foundation: Foundation, store: Store): Promise<Pick<Books, "registry" | "leases">> {
  const { config, workers, clock, log, disposer } = foundation;
  const { dataDir, databaseLeaseMs: leaseMs, services } = config;
  const [id, installation] = [randomBytes(8).toString("hex"), await readInstallation(dataDir)];
  const place = { host: hostname(), processId: process.pid, version, services, workers };
  // One that was killed is taken for gone before another may have its place. Who is alone says so seldom.
  const beatMs = store.engine === "sqlite" ? soleBeatMs : leaseMs / 5;
  const registry = new InstanceRegistry({ store, instance: { id, installation, ...place }, beatMs });
  await registry.open();
  disposer.add(() => registry.close());
  const leases = new DatabaseLeases({ store, instance: id, installation, leaseMs, monotonic: clock.monotonic, log });
  disposer.add(() => leases.close());
  return { registry, leases };
}

/** Of the owners that are forgotten here, and of more than are kept. */
function startPruning({ clock, disposer }: Foundation, { store, leases }: Pick<Books, "store" | "leases">): void {
  const rhythm = { everyMs: pruneIntervalMs, firstMs: pruneIntervalMs };
  const prune = () => store.storedObjects.prune(clock.now() - objectLifetimeMs, maxObjects).catch(() => undefined);
  disposer.add(leases.run("stored_objects", repeating(rhythm, prune)));
}

interface Erasing extends Pick<Books, "store" | "leases"> {
  readonly link: Pick<OpenedLink["link"], "cache" | "meanings">;
}

function startErasing({ clock, disposer }: Foundation, { store, leases, link: { cache, meanings } }: Erasing): void {
  const forget = async (user: string): Promise<number> => {
    await meanings.purge({ user });
    return cache.purge({ user });
  };
  const goOn = (held: Held): Promise<void> => continueErasures({ store, clock, forget }, held);
  disposer.add(leases.run("erasures", repeating({ everyMs: erasingMs, firstMs: 0 }, goOn)));
}

/** Of those whose time was over so long ago. */
function keepConsents(
  { clock, config, log, disposer }: Foundation,
  { store, leases }: Pick<Books, "store" | "leases">,
): void {
  const { consentDays } = config.retention;
  const prune = (held: Held): Promise<void> => pruneConsents({ store, now: clock.now, consentDays, log }, held);
  disposer.add(leases.run("consents", repeating({ everyMs: keepIntervalMs, firstMs: 0 }, prune)));
}

/** What admins may send again is forgotten after a day. */
function pruneHabits({ log, disposer }: Foundation, { store, leases }: Pick<Books, "store" | "leases">): void {
  const prune = (): Promise<void> =>
    unlessAway({ store, log }, "Idempotency keys cannot be pruned now", async () => {
      await store.idempotencyKeys.prune();
      await store.versions.forgetOrphans();
    });
  disposer.add(leases.run("idempotency_keys", repeating({ everyMs: keepIntervalMs, firstMs: 0 }, prune)));
}

function keepLogs(
  { clock, config, log, disposer }: Foundation,
  { store, leases }: Pick<Books, "store" | "leases">,
): void {
  const { now, monotonic } = clock;
  const { auditDays, usageDays } = config.retention;
  const keepAudit = (held: Held): Promise<void> => keepAuditLog({ store, now, auditDays, log }, held);
  disposer.add(leases.run("audit_log", repeating({ everyMs: keepIntervalMs, firstMs: 0 }, keepAudit)));
  const days = (held: Held): Promise<void> => keepDays({ store, monotonic, log }, held);
  disposer.add(leases.run("usage_days", repeating({ everyMs: daysIntervalMs, firstMs: 0 }, days)));
  const pruneTexts = (held: Held): Promise<void> => pruneContents({ store, monotonic, log }, held);
  disposer.add(leases.run("request_contents", repeating({ everyMs: keepIntervalMs, firstMs: 0 }, pruneTexts)));
  const keep = (held: Held): Promise<void> => keepUsageLog({ store, now, monotonic, log }, held);
  disposer.add(leases.run("usage_log", repeating({ everyMs: keepIntervalMs, firstMs: 0 }, keep)));
  const forget = (held: Held): Promise<void> => forgetPastPeriods({ store, now, monotonic, usageDays, log }, held);
  disposer.add(leases.run("past_periods", repeating({ everyMs: keepIntervalMs, firstMs: keepIntervalMs }, forget)));
}
