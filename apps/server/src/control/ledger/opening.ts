// What is known when the server starts: what every key and user has spent, and whose the objects are that vendors keep. It
// is what the database says, and what the journal holds beyond it. Called by compose/books.ts before the ledger drains.
// Invariant: no budget begins without what was answered, however long it takes until that is stored.

import { setTimeout as sleep } from "node:timers/promises";
import type { ControlLog } from "#control/control-log.ts";
import type { Store } from "#control/store/store.ts";
import { ScopeMap } from "#domain/access/scope.ts";
import { chargedScopes, chargeOf } from "#domain/usage-record.ts";
import type { JournalBatch } from "#link/journal/journal.ts";
import type { Opening } from "#link/opening.ts";
import { maxObjects, type OwnedObject } from "#link/owners.ts";
import { drainBatch, type DrainDeps } from "./drain-batch.ts";
import { readPending } from "./pending-batches.ts";

interface OpeningDeps extends DrainDeps {
  readonly store: Pick<Store, "usage" | "storedObjects" | "spend">;
  readonly log: ControlLog;
}

const batchLines = 500;
const pageScopes = 500;
const patienceMs = 30_000;
const pauseMs = 500;

/** Reads the journal once, and stores no more of it than it has to. */
export async function readOpening(deps: OpeningDeps): Promise<Opening> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      await passStored(deps);
      return await addPending(deps, await readStored(deps.store));
    } catch (error) {
      if (performance.now() > deadline) throw error;
      deps.events.drainFailed(error);
      await sleep(pauseMs);
    }
  }
}

/**
 * The last process may have stored records without having noted it. They are stored in order, so behind the first record
 * that is new all others are.
 */
async function passStored(deps: DrainDeps): Promise<void> {
  let batch = await deps.journal.readLines(batchLines);
  while (batch.position !== null && (await drainBatch(deps, batch)) === 0)
    batch = await deps.journal.readLines(batchLines);
}

interface Sums {
  readonly spent: ScopeMap<number>;
  readonly objects: OwnedObject[];
}

async function readStored(store: OpeningDeps["store"]): Promise<Sums> {
  return { spent: await readSpend(store), objects: [...(await store.storedObjects.latest(maxObjects))] };
}

async function readSpend({ spend }: Pick<Store, "spend">): Promise<ScopeMap<number>> {
  const spent = new ScopeMap<number>();
  let page = await spend.list({ limit: pageScopes });
  for (;;) {
    for (const { scope, nanos } of page) spent.set(scope, nanos);
    const last = page.at(-1);
    if (last === undefined || page.length < pageScopes) return spent;
    page = await spend.list({ limit: pageScopes, after: last.scope });
  }
}

async function addPending({ journal, log }: OpeningDeps, sums: Sums): Promise<Opening> {
  const startedAt = performance.now();
  let records = 0;
  for await (const batch of readPending(journal)) {
    records += batch.records.length;
    add(sums, batch);
  }
  if (records > 0) {
    const elapsedMs = Math.round(performance.now() - startedAt);
    log.info({ records, elapsedMs }, "records of the last run are not stored yet: budgets count them already");
  }
  return sums;
}

function add({ spent, objects }: Sums, batch: JournalBatch): void {
  for (const record of batch.records) {
    for (const scope of chargedScopes(record)) spent.set(scope, (spent.get(scope) ?? 0) + chargeOf(record));
  }
  for (const object of batch.objects) objects.push(object);
  if (objects.length > 2 * maxObjects) objects.splice(0, objects.length - maxObjects);
}
