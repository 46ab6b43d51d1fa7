import type { ControlLog } from "#control/control-log.ts";
import type { Store } from "#control/store/store.ts";

export interface AwayDeps {
  readonly store: Pick<Store, "isUnavailable">;
  readonly log: Pick<ControlLog, "warn">;
}

/**
 * For work that is done from time to time: a database that is busy or away is asked again at the next time, and `warning` is logged.
 * Rejects for all else, which is a fault of ours.
 */
export async function unlessAway({ store, log }: AwayDeps, warning: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!store.isUnavailable(error)) throw error;
    log.warn({ err: error }, warning);
  }
}
