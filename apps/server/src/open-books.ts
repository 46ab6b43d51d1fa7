// All that is counted and kept: the database, the right to be its only server, what was spent, and the ledger that stores
// what the journal holds. Called by compose.ts. Invariant: when it resolves, budgets know all that was ever answered.

import type { Config } from "#config/config.ts";
import { startLedger } from "#control/ledger/ledger.ts";
import { readOpening } from "#control/ledger/opening.ts";
import { holdSoleInstance } from "#control/sole-instance.ts";
import { startStoreWatch } from "#control/store-watch.ts";
import { openStoreWhenReady } from "#control/store/open-when-ready.ts";
import type { Store } from "#control/store/store.ts";
import type { Clock } from "#domain/clock.ts";
import type { Counters } from "#link/counters/counters.ts";
import { MemoryCounters } from "#link/counters/memory.ts";
import type { HealthBoard } from "#link/health-board.ts";
import type { Journal } from "#link/journal/journal.ts";
import type { Lease } from "#link/lease.ts";
import { maxObjects, MemoryObjectOwners, objectLifetimeMs } from "#link/object-owners.ts";
import type { ObjectOwners, OwnedObject } from "#link/object-owners.ts";
import type { Events } from "#telemetry/events.ts";
import type { Log } from "#telemetry/log.ts";
import type { Disposer } from "./disposer.ts";

const sweepIntervalMs = 5_000;
const firstDrainMs = 2_000;
const lastDrainMs = 5_000;
const pruneIntervalMs = 60 * 60 * 1_000;

interface BookDeps {
  readonly journal: Journal;
  readonly events: Events;
  readonly healthBoard: HealthBoard;
  readonly clock: Clock;
  readonly log: Log;
  readonly disposer: Disposer;
}

export interface Books {
  readonly store: Store;
  readonly lease: Lease;
  readonly counters: Counters;
  readonly objectOwners: ObjectOwners;
}

export async function openBooks(config: Config, deps: BookDeps): Promise<Books> {
  const { journal, events, healthBoard, clock, log, disposer } = deps;
  const { dataDir, databaseLeaseMs: leaseMs } = config;
  const store = await openStoreWhenReady({ databaseUrl: config.databaseUrl?.reveal() ?? null, dataDir, log });
  disposer.add(() => store.close());
  const hold = await holdSoleInstance({ store, dataDir, leaseMs, monotonic: clock.monotonic, log });
  disposer.add(() => hold.release());
  const opening = await readOpening({ journal, store, events, log });
  const counters = new MemoryCounters();
  for (const [scope, spentNanos] of opening.spent) counters.setSpent(scope, spentNanos);
  const objectOwners = rememberOwners(deps, store, opening.objects);
  const sweeper = setInterval(() => counters.sweep(clock.monotonic()), sweepIntervalMs);
  disposer.add(() => clearInterval(sweeper));
  const ledger = startLedger({ journal, store, events });
  disposer.add(async () => {
    await ledger.drainAll(lastDrainMs);
    await ledger.stop();
  });
  // What is left after this is stored while requests are answered; until then operators do not see it.
  await ledger.drainAll(firstDrainMs);
  const watch = startStoreWatch({ store, journal, healthBoard });
  disposer.add(() => watch.stop());
  return { store, lease: hold, counters, objectOwners };
}

/** What is new goes into the journal, and from there into the database, as usage does. */
function rememberOwners(
  { journal, events, clock, disposer }: BookDeps,
  store: Store,
  known: readonly OwnedObject[],
): ObjectOwners {
  const write = (object: OwnedObject): void => {
    try {
      journal.appendObject(object);
    } catch (error) {
      // It is known until the next start.
      events.internalError("journal", error);
    }
  };
  const owners = new MemoryObjectOwners(clock, { write });
  owners.restore(known);
  const prune = (): void => {
    store.storedObjects.prune(clock.now() - objectLifetimeMs, maxObjects).catch(() => undefined);
  };
  const pruner = setInterval(prune, pruneIntervalMs);
  disposer.add(() => clearInterval(pruner));
  return owners;
}
