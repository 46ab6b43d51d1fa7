// What every key and user has spent when the server starts: what the database says, and what the journal holds beyond it.
// Called by compose before the ledger drains. Invariant: no budget begins without what was answered, however long it takes
// until that is stored.

import { setTimeout as sleep } from "node:timers/promises";
import type { ControlLog } from "#control/control-log.ts";
import { readAll } from "#control/snapshot/build-snapshot.ts";
import type { Store } from "#control/store/store.ts";
import { chargeOf } from "#domain/usage-record.ts";
import { drainBatch, type DrainDeps } from "./drain-batch.ts";
import { readPending } from "./pending-batches.ts";

interface CountDeps extends DrainDeps {
  readonly store: Pick<Store, "usage" | "users" | "apiKeys">;
  readonly log: ControlLog;
}

const batchRecords = 500;
const patienceMs = 30_000;
const pauseMs = 500;

/** Nano-USD by scope. Reads the journal once, and stores no more of it than it has to. */
export async function countSpent(deps: CountDeps): Promise<ReadonlyMap<string, number>> {
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
  let batch = await deps.journal.read(batchRecords);
  while (batch.position !== null && (await drainBatch(deps, batch)) === 0)
    batch = await deps.journal.read(batchRecords);
}

async function readStored(store: CountDeps["store"]): Promise<Map<string, number>> {
  const users = await readAll((page) => store.users.list(page));
  const keys = await readAll((page) => store.apiKeys.list(page));
  return new Map([
    ...users.map((user): [string, number] => [`user:${user.id}`, user.spentNanos]),
    ...keys.map((key): [string, number] => [`key:${key.id}`, key.spentNanos]),
  ]);
}

async function addPending({ journal, log }: CountDeps, spent: Map<string, number>): Promise<Map<string, number>> {
  const startedAt = performance.now();
  let records = 0;
  for await (const batch of readPending(journal)) {
    records += batch.records.length;
    for (const record of batch.records) {
      for (const scope of [`user:${record.userId}`, `key:${record.apiKeyId}`]) {
        spent.set(scope, (spent.get(scope) ?? 0) + chargeOf(record));
      }
    }
  }
  if (records > 0) {
    const elapsedMs = Math.round(performance.now() - startedAt);
    log.info({ records, elapsedMs }, "records of the last run are not stored yet: budgets count them already");
  }
  return spent;
}
