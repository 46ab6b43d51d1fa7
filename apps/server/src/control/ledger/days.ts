// Adds each hour of usage that is over to the rollups of days, and those of a past that has none. Run by compose, under a lease.
// Invariant: the database is not busy with it for the most part of the time.

import { setTimeout as sleep } from "node:timers/promises";
import type { ControlLog } from "#control/control-log.ts";
import type { Held } from "#control/leases/leased-work.ts";
import { unlessAway } from "#control/leases/unless-away.ts";
import type { Store } from "#control/store/store.ts";

interface DaysDeps {
  readonly store: Pick<Store, "isUnavailable"> & { readonly usage: Pick<Store["usage"], "addHourToDays"> };
  readonly monotonic: () => number;
  readonly log: ControlLog;
}

/** In parts of what an hour took. */
const rest = 2;
const leastRestMs = 5;

export async function keepDays({ store, monotonic, log }: DaysDeps, held: Held): Promise<void> {
  await unlessAway({ store, log }, "Hours of usage cannot be added to days now", async () => {
    for (let startedAt = monotonic(); held.holds() && (await store.usage.addHourToDays()); startedAt = monotonic())
      await sleep(Math.max(leastRestMs, (monotonic() - startedAt) * rest), undefined, { ref: false });
  });
}
