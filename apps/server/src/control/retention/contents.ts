// Removes stored prompts and answers, and what was said in sessions, that are older than they are kept, and the keys that nothing is sealed by any more. Run by compose, under
// a lease. Invariant: the database is never busy with it for long at a time.

import type { ControlLog } from "#control/control-log.ts";
import type { Held } from "#control/leases/leased-work.ts";
import { unlessAway } from "#control/leases/unless-away.ts";
import type { Store } from "#control/store/store.ts";
import { inSteps } from "./steps.ts";

interface ContentsDeps {
  readonly store: Pick<Store, "isUnavailable"> & {
    readonly contents: Pick<Store["contents"], "forget" | "forgetKeys">;
    readonly chats: Pick<Store["chats"], "forget">;
  };
  readonly monotonic: () => number;
  readonly log: ControlLog;
}

export async function pruneContents(deps: ContentsDeps, held: Held): Promise<void> {
  const { store, log } = deps;
  await unlessAway(deps, "Old prompts cannot be removed now", async () => {
    const requests = await inSteps((size) => store.contents.forget(size), deps, held);
    if (requests > 0) log.info({ requests }, "Stored prompts that are older than they are kept were removed");
    const chats = await inSteps((size) => store.chats.forget(size), deps, held);
    if (chats > 0) log.info({ chats }, "What was said in sessions longer ago than it is kept was removed");
    if (held.holds()) await store.contents.forgetKeys();
  });
}
