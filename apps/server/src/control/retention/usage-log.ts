// Keeps the log of single requests: makes room for the months to come, and forgets what is older than is kept. Run by compose, under a
// lease. Invariant: the database is never busy with it for long at a time, and for the most part of the time not at all.

import { setTimeout as sleep } from "node:timers/promises";
import type { ControlLog } from "#control/control-log.ts";
import type { Held } from "#control/leases/leased-work.ts";
import type { Store } from "#control/store/store.ts";

interface UsageLogDeps {
  readonly store: Pick<Store, "isUnavailable"> & { readonly usage: Pick<Store["usage"], "prepare" | "forget"> };
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly log: ControlLog;
}

const monthMs = 31 * 24 * 3_600_000;
/** Of one step: SQLite has one writer, and its thread answers nobody meanwhile. */
const stepMs = 8;
const fewest = 10;
const most = 500;
/** The next step at most, in parts of the last: one that was fast had luck. */
const growth = 1.25;
/** In parts of a step. */
const rest = 4;
const leastRestMs = 20;

/** Rejects only for a fault of ours: a database that is busy or away is asked again at the next time. */
export async function keepUsageLog(deps: UsageLogDeps, held: Held): Promise<void> {
  try {
    await keep(deps, held);
  } catch (error) {
    if (!deps.store.isUnavailable(error)) throw error;
    deps.log.warn({ err: error }, "The log of requests cannot be tidied now");
  }
}

async function keep(deps: UsageLogDeps, held: Held): Promise<void> {
  const now = deps.now();
  await deps.store.usage.prepare([now, now + monthMs, now + 2 * monthMs]);
  const forgotten = await forgetInSteps(deps, held);
  if (forgotten > 0) deps.log.info({ requests: forgotten }, "Requests that are older than they are kept were removed");
}

async function forgetInSteps({ store, monotonic }: UsageLogDeps, held: Held): Promise<number> {
  let forgotten = 0;
  for (let size = 100; held.holds();) {
    const startedAt = monotonic();
    const removed = await store.usage.forget(size);
    const tookMs = monotonic() - startedAt;
    forgotten += removed;
    if (removed < size) break;
    size = Math.round(Math.min(most, Math.max(fewest, size * Math.min(growth, stepMs / tookMs))));
    await sleep(Math.max(leastRestMs, tookMs * rest), undefined, { ref: false });
  }
  return forgotten;
}
