// Forgets what was spent in periods of budgets that are over for good. Run by compose, under a lease. Invariant: nothing goes that a
// rolling budget, or one that has something left over, still looks at.

import type { ControlLog } from "#control/control-log.ts";
import type { Held } from "#control/leases/leased-work.ts";
import { unlessAway } from "#control/leases/unless-away.ts";
import type { Store } from "#control/store/store.ts";
import { longestReachMs } from "#domain/budgets/periods.ts";
import { inSteps } from "./steps.ts";

interface PastPeriodsDeps {
  readonly store: Pick<Store, "isUnavailable"> & { readonly spend: Pick<Store["spend"], "forget"> };
  readonly now: () => number;
  readonly monotonic: () => number;
  /** For how long the log of requests is kept: so long at least. Null: for ever, but nobody looks at sums of it that are over. */
  readonly usageDays: number | null;
  readonly log: ControlLog;
}

const dayMs = 24 * 3_600_000;

export async function forgetPastPeriods(deps: PastPeriodsDeps, held: Held): Promise<void> {
  const { store, now, usageDays, log } = deps;
  const keptMs = Math.max(longestReachMs, (usageDays ?? 0) * dayMs);
  const before = new Date(now() - keptMs).toISOString().slice(0, 10);
  await unlessAway(deps, "Past periods of budgets cannot be tidied now", async () => {
    const periods = await inSteps((size) => store.spend.forget(before, size), deps, held);
    if (periods > 0) log.info({ periods, before }, "What was spent in periods that are long over was removed");
  });
}
