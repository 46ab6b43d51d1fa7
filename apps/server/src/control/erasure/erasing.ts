// Goes on with erasures that are not done, whoever began them and whichever server died over them. Run by one instance at a time.

import type { Held } from "#control/leases/leased-work.ts";
import type { Store } from "#control/store/store.ts";
import type { Awaitable, Clock } from "#domain/clock.ts";

interface ErasingDeps {
  readonly store: Pick<Store, "erasures">;
  readonly clock: Pick<Clock, "now">;
  /** What is kept of answers to the user. */
  readonly forget: (userId: string) => Awaitable<unknown>;
  /** By then no request is under way that began while the user was there, on whatever instance. */
  readonly settleMs?: number;
}

/** Longer than requests of the admin API wait for the database. */
const usualSettleMs = 5_000;

export async function continueErasures(
  { store: { erasures }, clock, forget, settleMs = usualSettleMs }: ErasingDeps,
  { holds }: Pick<Held, "holds">,
): Promise<void> {
  for (const id of await erasures.open()) {
    while (holds() && (await erasures.step(id)));
    const row = await erasures.find(id);
    if (!holds() || row === undefined || clock.now() - row.startedAt < settleMs) continue;
    await forget(id);
    await erasures.endRound(id);
  }
}
