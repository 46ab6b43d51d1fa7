// Keeps the log of single requests: makes room for the months to come, and forgets what is older than is kept. Run by compose, under a
// lease. Invariant: the database is never busy with it for long at a time, and for the most part of the time not at all.

import type { ControlLog } from "#control/control-log.ts";
import type { Held } from "#control/leases/leased-work.ts";
import { unlessAway } from "#control/leases/unless-away.ts";
import type { Store } from "#control/store/store.ts";
import { inSteps } from "./steps.ts";

interface UsageLogDeps {
  readonly store: Pick<Store, "isUnavailable"> & { readonly usage: Pick<Store["usage"], "prepare" | "forget"> };
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly log: ControlLog;
}

const monthMs = 31 * 24 * 3_600_000;

export async function keepUsageLog(deps: UsageLogDeps, held: Held): Promise<void> {
  await unlessAway(deps, "The log of requests cannot be tidied now", () => keep(deps, held));
}

async function keep(deps: UsageLogDeps, held: Held): Promise<void> {
  const now = deps.now();
  await deps.store.usage.prepare([now, now + monthMs, now + 2 * monthMs]);
  const forgotten = await inSteps((size) => deps.store.usage.forget(size), deps, held);
  if (forgotten > 0) deps.log.info({ requests: forgotten }, "Requests that are older than they are kept were removed");
}
