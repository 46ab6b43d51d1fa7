// Removes stored prompts and answers that are older than they are kept, and the keys that nothing is sealed by any more. Run by compose, under
// a lease. Invariant: the database is never busy with it for long at a time.

import type { ControlLog } from "#control/control-log.ts";
import type { Held } from "#control/leases/leased-work.ts";
import type { Store } from "#control/store/store.ts";
import { inSteps } from "./steps.ts";

interface ContentsDeps {
  readonly store: Pick<Store, "isUnavailable"> & {
    readonly contents: Pick<Store["contents"], "forget" | "forgetKeys">;
  };
  readonly monotonic: () => number;
  readonly log: ControlLog;
}

/** Rejects only for a fault of ours: a database that is busy or away is asked again at the next time. */
export async function pruneContents(deps: ContentsDeps, held: Held): Promise<void> {
  const { store, log } = deps;
  try {
    const requests = await inSteps((size) => store.contents.forget(size), deps, held);
    if (requests > 0) log.info({ requests }, "Stored prompts that are older than they are kept were removed");
    if (held.holds()) await store.contents.forgetKeys();
  } catch (error) {
    if (!store.isUnavailable(error)) throw error;
    log.warn({ err: error }, "Old prompts cannot be removed now");
  }
}
