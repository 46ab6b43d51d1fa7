// Deletes requests that waited for consent, when their time has been over for long. Run by compose, under a lease.

import type { ControlLog } from "#control/control-log.ts";
import type { Held } from "#control/leases/leased-work.ts";
import { unlessAway } from "#control/leases/unless-away.ts";
import type { Store } from "#control/store/store.ts";

interface ConsentsDeps {
  readonly store: Pick<Store, "isUnavailable"> & { readonly consents: Pick<Store["consents"], "prune"> };
  readonly now: () => number;
  readonly consentDays: number;
  readonly log: ControlLog;
}

const dayMs = 24 * 3_600_000;
/** Of one step: SQLite has one writer. */
const stepRows = 500;

export async function pruneConsents({ store, now, consentDays, log }: ConsentsDeps, held: Held): Promise<void> {
  const before = now() - consentDays * dayMs;
  await unlessAway({ store, log }, "Old consents cannot be deleted now", async () => {
    while (held.holds() && (await store.consents.prune(before, stepRows)) === stepRows);
  });
}
