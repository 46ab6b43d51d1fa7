// All that is counted and kept: the database, the right to be its only server, what was spent, and the ledger that stores
// what the journal holds. Called by compose/compose.ts. Invariant: when it resolves, budgets know all that was ever answered.

import type { StoredLines } from "#control/ledger/drain-batch.ts";
import { startLedger } from "#control/ledger/ledger.ts";
import { readOpening } from "#control/ledger/opening.ts";
import { holdSoleInstance } from "#control/sole-instance.ts";
import { startStoreWatch } from "#control/store-watch.ts";
import { openStoreWhenReady } from "#control/store/open-when-ready.ts";
import type { Store } from "#control/store/store.ts";
import type { Lease } from "#link/lease.ts";
import type { Link } from "#link/link.ts";
import type { Openable } from "#link/opening.ts";
import { maxObjects, objectLifetimeMs } from "#link/owners.ts";
import type { Foundation } from "./foundation.ts";

const firstDrainMs = 2_000;
const lastDrainMs = 5_000;
const pruneIntervalMs = 60 * 60 * 1_000;

export interface Books {
  readonly store: Store;
  readonly lease: Lease;
}

export async function openBooks(
  foundation: Foundation,
  link: Pick<Link, "health"> & Openable,
  onStored: StoredLines,
): Promise<Books> {
  const { config, journal, events, clock, log, disposer } = foundation;
  const { dataDir, databaseLeaseMs: leaseMs } = config;
  const store = await openStoreWhenReady({ databaseUrl: config.databaseUrl?.reveal() ?? null, dataDir, log });
  disposer.add(() => store.close());
  const hold = await holdSoleInstance({ store, dataDir, leaseMs, monotonic: clock.monotonic, log });
  disposer.add(() => hold.release());
  await link.open(await readOpening({ journal, store, events, log }));
  startPruning(foundation, store);
  const ledger = startLedger({ journal, store, events, onStored });
  disposer.add(async () => {
    await ledger.drainAll(lastDrainMs);
    await ledger.stop();
  });
  // What is left after this is stored while requests are answered; until then operators do not see it.
  await ledger.drainAll(firstDrainMs);
  const watch = startStoreWatch({ store, journal, health: link.health });
  disposer.add(() => watch.stop());
  return { store, lease: hold };
}

/** Of the owners that are forgotten here, and of more than are kept. */
function startPruning({ clock, disposer }: Foundation, store: Store): void {
  const prune = (): void => {
    store.storedObjects.prune(clock.now() - objectLifetimeMs, maxObjects).catch(() => undefined);
  };
  const pruner = setInterval(prune, pruneIntervalMs);
  disposer.add(() => clearInterval(pruner));
}
