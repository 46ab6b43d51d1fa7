// Backups that the server makes: by one instance at a time, in a thread of their own; and the archive of this instance's journal.
// Called by compose/books.ts and compose/control.ts.

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BackupKeeper } from "#control/backup/backup-keeper.ts";
import { BackupThreads } from "#control/backup/backup-threads.ts";
import { JournalArchive } from "#control/backup/journal-archive.ts";
import type { BackupPlanInForce } from "#control/backup/plan.ts";
import type { PlaceSettings } from "#control/backup/place.ts";
import type { Lock } from "#control/backup/seal.ts";
import { readInstallation } from "#control/installation.ts";
import type { Leases } from "#control/leases/leases.ts";
import { repeating } from "#control/leases/repeating.ts";
import { unlessAway } from "#control/leases/unless-away.ts";
import type { Store } from "#control/store/store.ts";
import { LatelyRead } from "#control/system/lately-read.ts";
import type { Signals } from "#link/signals.ts";
import { version } from "#version.ts";
import type { Foundation } from "./foundation.ts";

const everyMs = 2_000;
const freshMs = 5_000;
const lastShipMs = 5_000;

interface Sealing {
  readonly place: PlaceSettings;
  readonly lock: Lock;
}

/** Null: nobody has configured where they go. The loader has seen to it that they are sealed. */
function sealingOf({ backup }: Foundation["config"]): Sealing | null {
  const { to, passphrase, recipients } = backup;
  if (to === null) return null;
  if (recipients.length > 0) return { place: { ...backup, to }, lock: { recipients } };
  return passphrase === null ? null : { place: { ...backup, to }, lock: { passphrase } };
}

/** Null where the journal is not archived. To be asked for before the ledger stores anything. */
export async function openArchive({
  config,
  clock,
  log,
  metrics,
  disposer,
}: Foundation): Promise<JournalArchive | null> {
  const sealing = sealingOf(config);
  const { journalMs } = config.backup;
  if (sealing === null || journalMs === null) return null;
  const jobs = new BackupThreads();
  const archive = await JournalArchive.open({
    ...{ directory: join(config.dataDir, "archive"), installation: await readInstallation(config.dataDir) },
    ...{ ...sealing, jobs, now: clock.now, log },
  });
  metrics.watchArchive(() => ({ pendingBytes: archive.pendingBytes, archivedUpTo: archive.archivedUpTo }));
  let shipping: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    shipping = shipping.then(() => archive.ship());
  }, journalMs).unref();
  disposer.add(async () => {
    clearInterval(timer);
    // What was stored by the last drain of the ledger, too. What is not sent in time is sent after the next start.
    await Promise.race([shipping.then(() => archive.ship()), sleep(lastShipMs, undefined, { ref: false })]);
    await jobs.close();
    await archive.close();
  });
  return archive;
}

interface BackupParts {
  readonly foundation: Foundation;
  readonly store: Store;
  readonly leases: Leases;
  readonly archive: JournalArchive | null;
  readonly signals: Signals;
}

export function startBackups({ foundation, store, leases, archive, signals }: BackupParts): BackupPlanInForce {
  const { config, clock, log, disposer } = foundation;
  const { backup } = config;
  const sealing = sealingOf(config);
  if (sealing !== null && config.services.includes("analytics")) {
    const jobs = new BackupThreads();
    const databaseUrl = config.databaseUrl?.reveal() ?? null;
    // Pages look at it.
    const change = { what: "backups", id: null, userId: null };
    const changed = (): Promise<void> => signals.send({ kind: "object_changed", change });
    const job = { ...sealing, databaseUrl, dataDir: config.dataDir, version };
    const keeper = new BackupKeeper({ ...{ store, jobs, job, clock, log, changed }, plan: backup });
    const look = (held: Parameters<BackupKeeper["look"]>[0]): Promise<void> =>
      unlessAway({ store, log }, "Backups cannot be looked after now", () => keeper.look(held));
    disposer.add(() => jobs.close());
    disposer.add(leases.run("backups", repeating({ everyMs, firstMs: 0 }, look)));
    tellMetrics(foundation, store);
  }
  return {
    to: backup.to,
    sealedBy: backup.recipients.length > 0 ? "recipients" : backup.passphrase && "passphrase",
    ...{ everyMs: backup.everyMs, keep: backup.keep },
    archive: archive && {
      everyMs: backup.journalMs ?? 0,
      archivedUpTo: () => archive.archivedUpTo,
      pendingBytes: () => archive.pendingBytes,
    },
  };
}

function tellMetrics({ config, clock, metrics }: Foundation, store: Store): void {
  const lastMade = new LatelyRead<number>({
    ...{ freshMs, monotonic: clock.monotonic, before: 0 },
    read: async () => (await store.backups.last("made"))?.finishedAt ?? 0,
  });
  metrics.watchBackups(() => ({ lastMadeAt: lastMade.current, everyMs: config.backup.everyMs }));
}
